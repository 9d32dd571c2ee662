package dev.heddle.simulator;

import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Learn;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The flows that one switch has learned. Learned again, a flow keeps the timeouts it had; the idle
 * one counts from its last packet, the hard one from when it was last learned (ovs-actions(7),
 * learn, which modifies a flow with its key).
 */
final class Learned {

  private record Entry(Flow flow, Learn by, long learnt, long used) {

    boolean isOver(long now) {
      return by.idleTimeout() > 0 && now >= used + by.idleTimeout()
          || by.hardTimeout() > 0 && now >= learnt + by.hardTimeout();
    }
  }

  /** The index of a table with what is learned in it, until one of them changes. */
  private record Indexed(Tables tables, Classifier classifier) {}

  private final Map<FlowKey, Entry> entries = new LinkedHashMap<>();
  private final Map<Integer, Indexed> indexes = new HashMap<>();

  void learn(Learn learn, Flow flow, long now) {
    Entry before = entries.get(flow.key());
    if (before == null || !before.flow.equals(flow)) {
      indexes.remove(flow.key().table());
    }
    entries.merge(
        flow.key(),
        new Entry(flow, learn, now, now),
        (old, fresh) -> new Entry(flow, old.by, now, old.used));
  }

  /** The flow has a packet. */
  void use(Flow flow, long now) {
    entries.computeIfPresent(
        flow.key(), (k, e) -> e.flow.equals(flow) ? new Entry(flow, e.by, e.learnt, now) : e);
  }

  void expire(long now) {
    remove(e -> e.isOver(now));
  }

  /**
   * What was learned to go with its learner goes when no flow of {@code tables} learns it any more.
   */
  void follow(Tables tables) {
    remove(e -> e.by.withLearner() && !tables.learns(l -> isAlike(l, e.by)));
  }

  private void remove(Predicate<Entry> gone) {
    if (entries.values().removeIf(gone)) {
      indexes.clear();
    }
  }

  private static boolean isAlike(Learn one, Learn other) {
    return one.withLearner() && one.table() == other.table() && one.cookie() == other.cookie();
  }

  /** Where to look a packet up in a table of a switch that holds these flows besides. */
  Classifier index(Tables tables, int table) {
    if (entries.isEmpty()) {
      return tables.classifier(table);
    }
    Indexed known = indexes.get(table);
    if (known == null || known.tables != tables) {
      List<Flow> here = all().stream().filter(f -> f.key().table() == table).toList();
      Classifier index = here.isEmpty() ? tables.classifier(table) : tables.classifier(table, here);
      known = new Indexed(tables, index);
      indexes.put(table, known);
    }
    return known.classifier;
  }

  List<Flow> all() {
    return entries.values().stream().map(Entry::flow).toList();
  }
}
