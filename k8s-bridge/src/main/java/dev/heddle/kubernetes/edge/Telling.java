package dev.heddle.kubernetes.edge;

import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.kubernetes.mapping.Notice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which notices become Events now. An object is told what is new to it, and the same again after
 * ten minutes; that what it was told is over, once. Of all objects together so many are told in a
 * second, and the rest later, as it is then. For one thread.
 */
final class Telling {

  /** For what was told and is over. */
  static final String SETTLED = "Settled";

  private static final long AGAIN = 600_000_000_000L;
  private static final long BETWEEN = 200_000_000L;
  private static final int BURST = 50;

  private record Told(Notice notice, long at) {}

  private final Map<ObjectRef, Told> told = new HashMap<>();
  private long credit = BURST;
  private long credited;

  /**
   * @param notices at most one counts for each object, the first
   * @param now nanoseconds
   */
  List<Notice> due(List<Notice> notices, long now) {
    if (credited == 0) {
      credited = now;
    }
    long earned = Math.max(0, (now - credited) / BETWEEN);
    credit = Math.min(BURST, credit + earned);
    credited += earned * BETWEEN;
    Map<ObjectRef, Notice> first = new HashMap<>();
    notices.forEach(n -> first.putIfAbsent(n.about(), n));
    List<Notice> due = new ArrayList<>();
    first.values().stream()
        .sorted((a, b) -> a.about().compareTo(b.about()))
        .filter(n -> isNew(n, now))
        .limit(credit)
        .forEach(due::add);
    told.keySet().stream()
        .filter(o -> !first.containsKey(o))
        .sorted()
        .limit(credit - due.size())
        .forEach(o -> due.add(new Notice(o, SETTLED, "What was reported is settled.")));
    for (Notice n : due) {
      credit--;
      if (n.reason().equals(SETTLED)) {
        told.remove(n.about());
      } else {
        told.put(n.about(), new Told(n, now));
      }
    }
    return due;
  }

  /** It could not be told. */
  void failed(Notice n) {
    told.remove(n.about());
  }

  private boolean isNew(Notice n, long now) {
    Told before = told.get(n.about());
    return before == null || !before.notice.equals(n) || now - before.at >= AGAIN;
  }
}
