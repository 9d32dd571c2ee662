package dev.heddle.architecture.planted.model;

/** Innocent. */
public record Thing(String name) {}
