package dev.heddle.architecture.planted.l2;

import dev.heddle.architecture.planted.engine.Runs;

/** Guilty: a feature does not know that it is run. */
public record SeesTheEngine(Runs runs) {}
