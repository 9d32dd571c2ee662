package dev.heddle.architecture.planted.l3;

/** Innocent: another feature. */
public record Router(String name) {}
