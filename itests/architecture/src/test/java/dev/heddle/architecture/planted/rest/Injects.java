package dev.heddle.architecture.planted.rest;

import com.google.inject.Injector;

/** Guilty: Guice outside plain. */
public record Injects(Injector injector) {}
