package dev.heddle.openflow.session;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.openflow.codec.Installed;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.DesiredFlows.Ownership;
import dev.heddle.pipeline.DesiredFlows.Snapshot;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What has to be sent to make one switch equal to what is wanted of it, for some keys. Pure.
 *
 * @param revision whose flows are wanted
 * @param changes in an order in which every part is safe alone: flows that no key can say go, then
 *     what is new appears from the last stage to the first, so nothing leads to a stage that is not
 *     ready, then what is old goes from the first to the last
 * @param strangers flows to be removed that nobody of ours has made and nobody told us of
 * @param healed of how many flows others have changed these changes put back or take away, by whose
 *     they are
 */
record Difference(
    long revision,
    List<FlowChange> changes,
    List<Installed> strangers,
    Map<String, Integer> healed) {

  /** The keys of flows that are written; worked out anew. */
  Set<FlowKey> puts() {
    Set<FlowKey> keys = new HashSet<>();
    for (FlowChange c : changes) {
      if (c instanceof FlowChange.Put put) {
        keys.add(put.flow().key());
      }
    }
    return keys;
  }

  private static final Comparator<FlowKey> FIRST_STAGE_FIRST =
      Comparator.comparingInt(Difference::rank);

  private static final Comparator<Flow> LAST_STAGE_FIRST =
      Comparator.comparingInt(f -> -rank(f.key()));

  private static int rank(FlowKey key) {
    return key.table() << 16 | key.priority();
  }

  /**
   * @param table what the switch has
   * @param keys to be compared; flows that no key can say are compared in any case
   */
  static Difference between(
      Snapshot wanted,
      Id<Node> node,
      FlowTable table,
      Collection<FlowKey> keys,
      Surprises surprises) {
    return new Comparison(wanted, node, table, surprises).of(keys);
  }

  private static final class Comparison {
    private final Snapshot wanted;
    private final Id<Node> node;
    private final FlowTable table;
    private final Surprises surprises;
    private final List<FlowChange> foreign = new ArrayList<>();
    private final List<Flow> puts = new ArrayList<>();
    private final List<FlowKey> removals = new ArrayList<>();
    private final List<Installed> strangers = new ArrayList<>();
    private final Map<String, Integer> healed = new TreeMap<>();

    Comparison(Snapshot wanted, Id<Node> node, FlowTable table, Surprises surprises) {
      this.wanted = wanted;
      this.node = node;
      this.table = table;
      this.surprises = surprises;
    }

    Difference of(Collection<FlowKey> keys) {
      table.foreign().forEach(this::compare);
      keys.forEach(this::compare);
      puts.sort(LAST_STAGE_FIRST);
      removals.sort(FIRST_STAGE_FIRST);
      List<FlowChange> changes = foreign;
      puts.forEach(f -> changes.add(new FlowChange.Put(f)));
      removals.forEach(k -> changes.add(new FlowChange.Remove(k)));
      return new Difference(wanted.revision(), changes, strangers, healed);
    }

    private void compare(FlowKey key) {
      Optional<Flow> desired = desired(key);
      Flow present = table.flows().get(key);
      if (desired.isPresent()) {
        if (!desired.get().equals(present)) {
          puts.add(desired.get());
          if (surprises.at(key)) {
            healing(desired.get().cookie(), wanted.object(node, key));
          }
        }
      } else if (present != null && !Cookie.isLearned(key.table(), present.cookie())) {
        boolean surprise = surprises.at(key);
        if (surprise || !isHeld(present.cookie())) {
          removals.add(key);
          removed(surprise, present.cookie(), new Installed.Known(present));
        }
      }
    }

    /** One that no value of ours can say: it goes, unless a feature that is away left it. */
    private void compare(Installed.Foreign flow) {
      boolean surprise = surprises.at(Place.of(flow));
      boolean replaced = flow.key().flatMap(this::desired).isPresent();
      if (!replaced && (surprise || !isHeld(flow.cookie()))) {
        foreign.add(new FlowChange.RemoveForeign(flow));
        removed(surprise, flow.cookie(), flow);
      }
    }

    private Optional<Flow> desired(FlowKey key) {
      return wanted.flow(node, key).or(() -> surprises.before(key).filter(f -> isHeld(f.cookie())));
    }

    private boolean isHeld(long cookie) {
      return wanted.owner(Cookie.owner(cookie)) == Ownership.HELD;
    }

    private void removed(boolean surprise, long cookie, Installed flow) {
      if (surprise) {
        healing(cookie, Optional.empty());
      } else if (wanted.owner(Cookie.owner(cookie)) == Ownership.UNKNOWN) {
        strangers.add(flow);
      }
    }

    private void healing(long cookie, Optional<Id<?>> object) {
      String whose =
          wanted
              .feature(Cookie.owner(cookie))
              .map(f -> object.map(o -> f + " " + o).orElse("in the name of " + f))
              .orElse("nobody");
      healed.merge(whose, 1, Integer::sum);
    }
  }
}
