package dev.heddle.architecture.planted.l2;

import java.time.Instant;

/** Guilty, twice. */
public final class ReadsTheClock {
  public String now() {
    return Instant.now() + " " + System.currentTimeMillis();
  }
}
