package dev.heddle.laws;

import dev.heddle.pipeline.Inspection;
import dev.heddle.simulator.Fabric;
import dev.heddle.simulator.Names;
import dev.heddle.simulator.Trace;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What became of the packets of many histories: how often each stage was met, how often each
 * verdict was given.
 */
final class Coverage {

  private final Map<String, Long> counts = new TreeMap<>();
  private final Map<Integer, String> names = new HashMap<>();
  private final Set<String> possible =
      new TreeSet<>(Set.of("answered", "delivered", "flooded", "crosses nodes"));

  /** What there is to meet in a pipeline: its stages, and a drop in those that drop. */
  void expect(Inspection inspection) {
    names.clear();
    for (Inspection.StageState s : inspection.stages()) {
      possible.add("met " + s.name());
      if (s.mandatory()) {
        possible.add("dropped at " + s.name());
      }
    }
  }

  /**
   * Counts one packet.
   *
   * @param answered it came back to its sender
   */
  void count(Inspection inspection, Fabric.Run run, boolean answered) {
    run.trace().steps().stream()
        .map(Trace.Step::table)
        .distinct()
        .forEach(table -> one("met " + name(inspection, table)));
    one(
        switch (run.arrivals().size()) {
          case 0 -> "dropped at " + name(inspection, run.droppedAt().orElseThrow());
          case 1 -> answered ? "answered" : "delivered";
          default -> "flooded";
        });
    if (!run.tunnelled().isEmpty()) {
      one("crosses nodes");
    }
  }

  private String name(Inspection inspection, int table) {
    return names.computeIfAbsent(table, new Names(inspection)::stage);
  }

  private void one(String what) {
    counts.merge(what, 1L, Long::sum);
  }

  /** What could have happened and never did. */
  Set<String> missing() {
    Set<String> missing = new TreeSet<>(possible);
    missing.removeAll(counts.keySet());
    return missing;
  }

  @Override
  public String toString() {
    return counts.entrySet().stream()
        .map(e -> String.format("%9d %s", e.getValue(), e.getKey()))
        .collect(Collectors.joining("\n"));
  }
}
