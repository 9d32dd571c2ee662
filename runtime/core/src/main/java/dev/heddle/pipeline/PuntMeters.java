package dev.heddle.pipeline;

import java.util.ArrayList;
import java.util.List;

/**
 * The meters that every switch has to bound what its flows send to the controller. They are the
 * same on all of them, so flows name them by number. Who shares one shares its rate.
 */
public final class PuntMeters {

  /** Packets a second that are answered by a refusal, and at once. */
  private static final long REJECTIONS = 1_000;

  /** Packets a second that are reported for the objects of one meter, and at once. */
  private static final long REPORTS = 100;

  /** Objects of one number modulo this share a meter. */
  private static final int SHARES = 64;

  /** Before the numbers of these: others begin below. */
  private static final long FIRST = 0xfe00_0000L;

  public static final long REJECT = FIRST;

  /** All of them. */
  public static final List<Meter> ALL = all();

  private PuntMeters() {}

  /** The meter for reports of the object with this key. */
  public static long report(int key) {
    return FIRST + 1 + key % SHARES;
  }

  private static List<Meter> all() {
    List<Meter> all = new ArrayList<>();
    all.add(Meter.of(REJECT, Meter.Unit.PACKETS, REJECTIONS, REJECTIONS));
    for (int i = 0; i < SHARES; i++) {
      all.add(Meter.of(report(i), Meter.Unit.PACKETS, REPORTS, REPORTS));
    }
    return List.copyOf(all);
  }
}
