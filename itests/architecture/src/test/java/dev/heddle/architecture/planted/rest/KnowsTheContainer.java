package dev.heddle.architecture.planted.rest;

import org.osgi.framework.BundleContext;

/** Guilty: uses the OSGi API. */
public record KnowsTheContainer(BundleContext context) {}
