package dev.heddle.architecture.planted.openflow;

/** Innocent: the outermost part. */
public record Session(int node) {}
