package dev.heddle.openflow.channel;

import java.time.Duration;

/**
 * What switches may ask of us.
 *
 * @param connections at a time; further ones are refused. As many as there are processors may slip
 *     in above it while they race
 * @param patience how long a switch may take for a small answer; a dump has six times as long, a
 *     commit 0.1 ms more for each change
 */
public record Limits(int connections, Duration patience) {

  /** OVS drops a bundle that is idle for 10 s and probes a silent controller after 5 s. */
  public static final Limits DEFAULT = new Limits(1024, Duration.ofSeconds(10));

  public Limits {
    if (connections < 1 || patience.isNegative() || patience.isZero()) {
      throw new IllegalArgumentException(
          "no switch could connect: " + connections + ", " + patience);
    }
  }
}
