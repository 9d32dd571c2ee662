package dev.heddle.policy;

import dev.heddle.model.Fact;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.PortGroup;
import dev.heddle.model.View;
import java.util.List;
import java.util.Set;

/**
 * The groups for which rules ask of a port that is at the other end, under policy itself or not.
 */
public final class Peered {

  /** Their keys, the oldest first. */
  private static final Fact<Id<LogicalPort>, List<Integer>> OF_PORT =
      new Fact<>("asked-as-peer", 2, Peered::of);

  /** By the key of a group, its members that carry four older ones. */
  public static final Index<LogicalPort, List<Integer>, Integer, Id<LogicalPort>> BEYOND =
      Index.over(
          "peers-beyond-carried",
          LogicalPort.KIND,
          OF_PORT,
          (id, groups) ->
              Policed.beyond(groups).stream().map(group -> new Index.Pair<>(group, id)));

  private Peered() {}

  /** The groups of a port that travel with a packet to or from it. */
  public static List<Integer> carried(Id<LogicalPort> port, View view) {
    return Policed.carried(view.fact(OF_PORT, port));
  }

  private static List<Integer> of(Id<LogicalPort> id, View view) {
    Set<Id<PortGroup>> groups = view.fact(PortGroup.OF_PORT, id);
    return groups.isEmpty()
        ? List.of()
        : groups.stream()
            .filter(g -> !Uses.asPeer(g, view).isEmpty())
            .flatMap(g -> view.get(g).stream())
            .map(PortGroup::key)
            .sorted()
            .toList();
  }
}
