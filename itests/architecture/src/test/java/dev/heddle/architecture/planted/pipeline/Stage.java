package dev.heddle.architecture.planted.pipeline;

import dev.heddle.architecture.planted.model.Thing;

/** Innocent. */
public record Stage(Thing thing) {}
