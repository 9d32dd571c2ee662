package dev.heddle.pipeline;

import java.util.List;

/**
 * A meter of a switch (OpenFlow 1.3.5 section 5.7): what {@link Action.Meter} and {@link
 * Punt#meter} count by. Bands drop, which is the only kind Open vSwitch has; of those whose rate is
 * exceeded the one with the highest rate does.
 *
 * @param id 1 to 0xffff0000
 */
public record Meter(long id, Unit unit, List<Band> bands) {

  /** What the numbers of a band count. */
  public enum Unit {
    /** Rates in 1,000 bit/s, bursts in 1,000 bit. */
    KILOBITS,
    /** Rates in packets/s, bursts in packets. */
    PACKETS
  }

  /**
   * @param rate per second, 1 to 2^32 - 1: what exceeds it is dropped
   * @param burst let through at once, 0 to 2^32 - 1; 0 leaves it to the switch, for all bands of
   *     the meter or for none
   */
  public record Band(long rate, long burst) {

    private static final long MOST = 0xffff_ffffL;

    public Band {
      if (rate < 1 || rate > MOST) {
        throw new IllegalArgumentException("a rate is 1 to 4294967295, not " + rate);
      }
      if (burst < 0 || burst > MOST) {
        throw new IllegalArgumentException("a burst is 0 to 4294967295, not " + burst);
      }
    }
  }

  public Meter {
    Action.Meter.check(id);
    bands = List.copyOf(bands);
    if (bands.isEmpty()) {
      throw new IllegalArgumentException("a meter without bands drops nothing: " + id);
    }
    long bursting = bands.stream().filter(b -> b.burst() != 0).count();
    if (bursting != 0 && bursting != bands.size()) {
      throw new IllegalArgumentException("all bands say a burst or none: " + bands);
    }
  }

  /** With one band, as datapaths of the kernel want it. */
  public static Meter of(long id, Unit unit, long rate, long burst) {
    return new Meter(id, unit, List.of(new Band(rate, burst)));
  }
}
