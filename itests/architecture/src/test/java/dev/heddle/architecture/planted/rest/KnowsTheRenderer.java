package dev.heddle.architecture.planted.rest;

import dev.heddle.architecture.planted.openflow.Session;

/** Guilty: depends on the renderer. */
public record KnowsTheRenderer(Session session) {}
