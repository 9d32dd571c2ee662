package dev.heddle.openflow.session;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.DesiredFlows.Ownership;
import dev.heddle.pipeline.DesiredFlows.Snapshot;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What has to be sent to make one switch equal to what is wanted of it, for some keys. Pure.
 *
 * @param revision whose flows are wanted
 * @param changes in an order in which every part is safe alone: what is new appears from the last
 *     stage to the first, so nothing leads to a stage that is not ready; then what is old goes from
 *     the first to the last
 * @param strangers flows to be removed whose owner nobody knows
 */
record Difference(long revision, List<FlowChange> changes, List<Flow> strangers) {

  /** True if the flow with this key is to be written. */
  boolean puts(FlowKey key) {
    return changes.stream()
        .anyMatch(c -> c instanceof FlowChange.Put p && p.flow().key().equals(key));
  }

  private static final Comparator<FlowKey> FIRST_STAGE_FIRST =
      Comparator.comparingInt(Difference::rank);

  private static final Comparator<Flow> LAST_STAGE_FIRST =
      Comparator.comparingInt(f -> -rank(f.key()));

  private static int rank(FlowKey key) {
    return key.table() << 16 | key.priority();
  }

  /**
   * @param installed what the switch has
   * @param keys to be compared
   */
  static Difference between(
      Snapshot wanted, Id<Node> node, Map<FlowKey, Flow> installed, Collection<FlowKey> keys) {
    List<Flow> puts = new ArrayList<>();
    List<FlowKey> removals = new ArrayList<>();
    List<Flow> strangers = new ArrayList<>();
    for (FlowKey key : keys) {
      Optional<Flow> desired = wanted.flow(node, key);
      Flow present = installed.get(key);
      if (desired.isPresent()) {
        if (!desired.get().equals(present)) {
          puts.add(desired.get());
        }
      } else if (present != null && !Cookie.isLearned(key.table(), present.cookie())) {
        Ownership owner = wanted.owner(Cookie.owner(present.cookie()));
        if (owner != Ownership.HELD) {
          removals.add(key);
        }
        if (owner == Ownership.UNKNOWN) {
          strangers.add(present);
        }
      }
    }
    puts.sort(LAST_STAGE_FIRST);
    removals.sort(FIRST_STAGE_FIRST);
    List<FlowChange> changes = new ArrayList<>(puts.size() + removals.size());
    puts.forEach(f -> changes.add(new FlowChange.Put(f)));
    removals.forEach(k -> changes.add(new FlowChange.Remove(k)));
    return new Difference(wanted.revision(), changes, strangers);
  }
}
