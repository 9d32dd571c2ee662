package dev.heddle.architecture.planted.plain;

import com.google.inject.Injector;

/** Innocent: the one place for Guice. */
public record Composes(Injector injector) {}
