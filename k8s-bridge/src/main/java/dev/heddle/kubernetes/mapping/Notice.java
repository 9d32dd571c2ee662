package dev.heddle.kubernetes.mapping;

import dev.heddle.kubernetes.cluster.ObjectRef;

/**
 * What the user of an object is told.
 *
 * @param reason one word for programs
 * @param message a sentence for people
 */
public record Notice(ObjectRef about, String reason, String message) {}
