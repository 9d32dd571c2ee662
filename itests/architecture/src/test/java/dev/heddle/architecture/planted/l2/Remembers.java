package dev.heddle.architecture.planted.l2;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Guilty on each of its fields. */
public final class Remembers {
  static final Map<String, String> SEEN = new HashMap<>();
  static final int[] COUNTS = new int[4];
  private final HashMap<String, String> kept = new HashMap<>();
  private List<String> last = List.of();

  public Map<String, String> next(String name) {
    SEEN.put(name, last.toString());
    COUNTS[0]++;
    last = List.of(name);
    kept.putAll(SEEN);
    return kept;
  }
}
