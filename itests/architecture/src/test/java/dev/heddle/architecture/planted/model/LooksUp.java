package dev.heddle.architecture.planted.model;

import dev.heddle.architecture.planted.pipeline.Stage;

/** Guilty: the model knows the pipeline, which knows the model: also a cycle. */
public record LooksUp(Stage stage) {}
