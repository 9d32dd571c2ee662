package dev.heddle.fleet;

import java.time.Duration;

/**
 * What is wrong with one simulated switch.
 *
 * @param slowness how long it takes over each bundle
 * @param hangs it reads and neither does nor answers anything
 * @param refusals so many flow-mods in bundles are answered with an error
 * @param cuts so many times it drops the connection in the middle of a bundle
 */
record Faults(Duration slowness, boolean hangs, int refusals, int cuts) {

  static final Faults NONE = new Faults(Duration.ZERO, false, 0, 0);

  static Faults slow(Duration slowness) {
    return new Faults(slowness, false, 0, 0);
  }

  static Faults hanging() {
    return new Faults(Duration.ZERO, true, 0, 0);
  }

  static Faults refusing(int flowMods) {
    return new Faults(Duration.ZERO, false, flowMods, 0);
  }

  static Faults cutting(int times) {
    return new Faults(Duration.ZERO, false, 0, times);
  }

  Faults refusedOne() {
    return new Faults(slowness, hangs, refusals - 1, cuts);
  }

  Faults cutOnce() {
    return new Faults(slowness, hangs, refusals, cuts - 1);
  }
}
