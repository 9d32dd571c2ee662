package dev.heddle.openflow.channel;

import dev.heddle.openflow.admission.Admission;
import java.time.Duration;

/**
 * What switches may ask of us.
 *
 * @param bounds on connections at a time; further ones are refused
 * @param patience how long a switch may take for a small answer; a dump has six times as long, a
 *     commit 0.1 ms more for each change
 */
public record Limits(Admission.Bounds bounds, Duration patience) {

  /** OVS drops a bundle that is idle for 10 s and probes a silent controller after 5 s. */
  public static final Limits DEFAULT =
      new Limits(new Admission.Bounds(4_096, 512, 1_024, 64), Duration.ofSeconds(10));

  public Limits {
    if (patience.isNegative() || patience.isZero()) {
      throw new IllegalArgumentException("no switch could connect: " + patience);
    }
  }
}
