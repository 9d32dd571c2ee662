package dev.heddle.openflow.session;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.openflow.channel.BundleOutcome;
import dev.heddle.openflow.channel.BundleOutcome.Refusal;
import dev.heddle.openflow.channel.SwitchConnection;
import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.openflow.codec.OpenFlowError;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.FlowKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One difference on its way to a switch, as one bundle after the other. If it is not known what the
 * switch has taken the connection is closed: the next one is dumped and compared.
 */
final class Patch {

  /** OVS applies a bundle in its main thread: this keeps it from being away for long. */
  private static final int MOST_CHANGES = 5_000;

  private static final Logger LOG = LoggerFactory.getLogger(Patch.class);

  private final Id<Node> node;
  private final SwitchConnection to;
  private final FlowTable table;
  private final Rounds rounds;
  private final Refusals refused;
  private final DesiredFlows desired;
  private Executor executor;
  private BooleanSupplier wanted;
  private Runnable done;

  /** Notes in {@code table} and {@code refused} what became of the changes. */
  Patch(
      Id<Node> node,
      SwitchConnection to,
      FlowTable table,
      Rounds rounds,
      Refusals refused,
      DesiredFlows desired) {
    this.node = node;
    this.to = to;
    this.table = table;
    this.rounds = rounds;
    this.refused = refused;
    this.desired = desired;
  }

  /**
   * To be called once.
   *
   * @param on where everything is done
   * @param current whether the connection is still the node's; if not, nothing is told any more
   * @param then the switch has taken all it would take
   */
  void send(List<FlowChange> changes, Executor on, BooleanSupplier current, Runnable then) {
    executor = on;
    wanted = current;
    done = then;
    send(changes, 0);
  }

  private void send(List<FlowChange> all, int from) {
    List<FlowChange> part = all.subList(from, Math.min(all.size(), from + MOST_CHANGES));
    rounds.changing(part.stream().map(Patch::place));
    to.commit(part)
        .whenComplete(
            (outcome, error) -> executor.execute(() -> sent(all, from, part, outcome, error)));
  }

  private void sent(
      List<FlowChange> all,
      int from,
      List<FlowChange> part,
      BundleOutcome outcome,
      Throwable error) {
    if (!wanted.getAsBoolean()) {
      return;
    }
    if (error != null) {
      LOG.warn("node {}: {}", node.name(), error.getMessage());
      to.close();
    } else if (outcome instanceof BundleOutcome.Rejected rejected) {
      refused(all.subList(from, all.size()), part, rejected);
    } else {
      table.confirmed(part);
      if (!refused.isEmpty()) {
        part.forEach(this::taken);
      }
      goOn(all, from + part.size());
    }
  }

  private void goOn(List<FlowChange> all, int from) {
    if (from < all.size()) {
      send(all, from);
    } else {
      done.run();
    }
  }

  /**
   * The switch takes none of a part because of some of its flows: goes on without those. They are
   * tried again later; until they are taken no revision is confirmed.
   */
  private void refused(
      List<FlowChange> open, List<FlowChange> part, BundleOutcome.Rejected rejected) {
    Set<FlowChange> bad = new HashSet<>();
    for (Refusal r : rejected.refusals()) {
      if (OpenFlowError.isTakenOver(r.type(), r.code())) {
        LOG.warn("node {}: {}", node.name(), r.text());
        to.close(); // whether it is still ours is found out with the next connection
        return;
      }
      if (r.index() >= 0 && part.get(r.index()) instanceof FlowChange.Put put) {
        bad.add(put);
        FlowKey key = put.flow().key();
        if (refused.add(key, r.text(), desired.read(s -> s.object(node, key)))) {
          LOG.error("node {}: the switch refuses {}: {}", node.name(), put.flow(), r.text());
        }
      }
    }
    if (bad.isEmpty()) {
      LOG.error(
          "node {}: the switch refuses a bundle: {}",
          node.name(),
          rejected.refusals().get(0).text());
      to.close();
    } else {
      List<FlowChange> rest = new ArrayList<>(open);
      rest.removeAll(bad);
      goOn(rest, 0);
    }
  }

  private void taken(FlowChange change) {
    if (change instanceof FlowChange.Put put) {
      refused.remove(put.flow().key());
    } else if (change instanceof FlowChange.Remove remove) {
      refused.remove(remove.key());
    }
  }

  private static Place place(FlowChange change) {
    if (change instanceof FlowChange.Put put) {
      return Place.of(put.flow().key());
    }
    return change instanceof FlowChange.Remove remove
        ? Place.of(remove.key())
        : Place.of(((FlowChange.RemoveForeign) change).flow());
  }
}
