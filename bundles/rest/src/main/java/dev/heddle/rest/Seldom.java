package dev.heddle.rest;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Bounds what strangers can make us write: of each kind of line the first few in each minute are
 * written as they come, and then one that says how many there were besides. So many kinds are told
 * apart at a time; all further ones share a kind. Safe for use by many threads.
 */
final class Seldom {

  static final int MOST_KINDS = 1_024;
  static final String OTHERS = "others";
  static final long WINDOW_NANOS = 60_000_000_000L;

  /** Is told, at the end of a minute, how many lines of a kind were not written. */
  interface Rest {
    void heldBack(String kind, long count);
  }

  private static final class Count {
    final long since;
    int written;
    long heldBack;

    Count(long since) {
      this.since = since;
    }
  }

  private final int most;
  private final LongSupplier nanos;
  private final Map<String, Count> counts = new HashMap<>();

  /**
   * @param most lines of one kind in a minute
   */
  Seldom(int most, LongSupplier nanos) {
    this.most = most;
    this.nanos = nanos;
  }

  /** Whether a line of this kind may be written now; if not, it is counted. */
  synchronized boolean admits(String kind) {
    Count count = counts.get(kind);
    if (count == null && counts.size() >= MOST_KINDS) {
      count = counts.computeIfAbsent(OTHERS, k -> new Count(nanos.getAsLong()));
    } else if (count == null) {
      count = new Count(nanos.getAsLong());
      counts.put(kind, count);
    }
    if (count.written < most) {
      count.written++;
      return true;
    }
    count.heldBack++;
    return false;
  }

  /** To be called every second or so: ends the minutes that are over. */
  void sweep(Rest rest) {
    end(rest, WINDOW_NANOS);
  }

  /** Ends all minutes. */
  void finish(Rest rest) {
    end(rest, Long.MIN_VALUE);
  }

  private void end(Rest rest, long age) {
    Map<String, Long> ended = new HashMap<>();
    synchronized (this) {
      long now = nanos.getAsLong();
      counts
          .entrySet()
          .removeIf(
              e -> {
                boolean over = now - e.getValue().since >= age;
                if (over && e.getValue().heldBack > 0) {
                  ended.put(e.getKey(), e.getValue().heldBack);
                }
                return over;
              });
    }
    ended.forEach(rest::heldBack);
  }
}
