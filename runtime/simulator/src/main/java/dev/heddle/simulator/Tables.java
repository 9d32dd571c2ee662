package dev.heddle.simulator;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The flow tables of one switch. Immutable. */
public final class Tables {

  private static final Comparator<Flow> BEST_FIRST =
      Comparator.comparingInt((Flow f) -> f.key().priority()).reversed();

  private final Map<Integer, List<Flow>> byTable = new TreeMap<>();

  private Tables(Iterable<Flow> flows) {
    flows.forEach(f -> byTable.computeIfAbsent(f.key().table(), t -> new ArrayList<>()).add(f));
    byTable.values().forEach(table -> table.sort(BEST_FIRST));
  }

  public static Tables of(Iterable<Flow> flows) {
    return new Tables(flows);
  }

  /** What a node is to hold at the revision that is read. */
  public static Tables of(DesiredFlows.Snapshot snapshot, Id<Node> node) {
    List<Flow> flows = new ArrayList<>();
    for (FlowKey key : snapshot.keys(node)) {
      snapshot.flow(node, key).ifPresent(flows::add);
    }
    return new Tables(flows);
  }

  /**
   * The flows of highest priority that a packet meets. One, or none; with more, OVS takes any of
   * them (ovs-ofctl(8), overlapping flows), so more is a fault of whoever wrote them.
   */
  List<Flow> lookup(int table, Packet packet) {
    List<Flow> met = new ArrayList<>(1);
    for (Flow flow : byTable.getOrDefault(table, List.of())) {
      if (!met.isEmpty() && flow.key().priority() < met.get(0).key().priority()) {
        break;
      }
      if (packet.meets(flow.key().match())) {
        met.add(flow);
      }
    }
    return met;
  }
}
