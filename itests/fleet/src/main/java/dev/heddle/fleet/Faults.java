package dev.heddle.fleet;

import java.time.Duration;

/**
 * What is wrong with one simulated switch.
 *
 * @param slowness how long it takes over each bundle
 * @param hangs it reads and neither does nor answers anything
 * @param refusals so many flow-mods in bundles are answered with an error
 * @param cuts so many times it drops the connection in the middle of a bundle
 * @param lie what it says that is not so
 */
record Faults(Duration slowness, boolean hangs, int refusals, int cuts, Lie lie) {

  /** What a switch may say that no switch in order would. */
  enum Lie {
    NONE,
    /** Of the flows it is asked for ever more are to follow. */
    ENDLESS_DUMP,
    /** It answers about a bundle that it was not asked about. */
    OTHER_BUNDLE
  }

  static final Faults NONE = new Faults(Duration.ZERO, false, 0, 0, Lie.NONE);

  static Faults slow(Duration slowness) {
    return new Faults(slowness, false, 0, 0, Lie.NONE);
  }

  static Faults hanging() {
    return new Faults(Duration.ZERO, true, 0, 0, Lie.NONE);
  }

  static Faults refusing(int flowMods) {
    return new Faults(Duration.ZERO, false, flowMods, 0, Lie.NONE);
  }

  static Faults cutting(int times) {
    return new Faults(Duration.ZERO, false, 0, times, Lie.NONE);
  }

  static Faults lying(Lie lie) {
    return new Faults(Duration.ZERO, false, 0, 0, lie);
  }

  Faults refusedOne() {
    return new Faults(slowness, hangs, refusals - 1, cuts, lie);
  }

  Faults cutOnce() {
    return new Faults(slowness, hangs, refusals, cuts - 1, lie);
  }
}
