package dev.heddle.architecture.planted.l2;

import dev.heddle.architecture.planted.l3.Router;

/** Guilty: features never see one another. */
public record SeesAnotherFeature(Router router) {}
