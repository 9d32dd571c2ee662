package dev.heddle.architecture.planted.engine;

import dev.heddle.architecture.planted.pipeline.Stage;

/** Innocent. */
public record Runs(Stage stage) {}
