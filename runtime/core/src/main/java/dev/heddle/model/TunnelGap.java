package dev.heddle.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What becomes of a switch whose nodes speak different encapsulations. Pure. */
public final class TunnelGap {

  /** How many nodes a sentence names of each side. */
  private static final int NAMED = 3;

  /** The nodes of a switch that have tunnels, by name; none if it goes over a physical network. */
  static final Fact<Id<LogicalSwitch>, List<Node>> TUNNELLED =
      new Fact<>(
          "tunnelled-nodes",
          1 + Math.max(Location.NODES.stratum(), Uplink.OF_SWITCH.stratum()),
          TunnelGap::tunnelled);

  /** Whoever speaks these on this switch; what is so for one is so for all. */
  private record Speaker(Id<LogicalSwitch> network, Set<Encapsulation> spoken) {}

  /** The nodes to which such a speaker has no tunnel. */
  private static final Fact<Speaker, List<Node>> APART =
      new Fact<>(
          "nodes-without-tunnel",
          1 + TUNNELLED.stratum(),
          (s, view) ->
              view.fact(TUNNELLED, s.network()).stream()
                  .filter(n -> Collections.disjoint(s.spoken(), n.encapsulations()))
                  .toList());

  private TunnelGap() {}

  /** Which nodes of a switch have no tunnel to each other, a sentence; empty if all have one. */
  public static Optional<String> within(Id<LogicalSwitch> network, View view) {
    List<Node> nodes = view.fact(TUNNELLED, network);
    Set<Set<Encapsulation>> seen = new HashSet<>(); // of those that speak alike one is enough
    return nodes.stream()
        .filter(n -> seen.add(n.encapsulations()))
        .flatMap(n -> between(alike(n, nodes), network, view).stream())
        .findFirst();
  }

  /** Which nodes of a switch have no tunnel to this one, a sentence; empty if all have one. */
  public static Optional<String> from(Id<Node> node, Id<LogicalSwitch> network, View view) {
    return view.fact(TUNNELLED, network).stream()
        .filter(n -> n.id().equals(node))
        .findFirst()
        .flatMap(n -> between(List.of(n), network, view));
  }

  /** Which nodes do not learn what is behind a port with unknown addresses; empty if all do. */
  public static Optional<String> unlearned(Id<Node> node, Id<LogicalSwitch> network, View view) {
    List<Node> nodes = view.fact(TUNNELLED, network);
    Optional<Node> own = nodes.stream().filter(n -> n.id().equals(node)).findFirst();
    List<Node> flooding =
        nodes.stream()
            .filter(n -> !n.id().equals(node))
            .filter(n -> own.flatMap(n::tunnelTo).equals(Optional.of(Encapsulation.VXLAN)))
            .toList();
    return flooding.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "By VXLAN no addresses are learned: "
                + names(flooding)
                + " "
                + (flooding.size() == 1 ? "sends" : "send")
                + " what is for unknown ones to every port that takes them.");
  }

  /**
   * @param some nodes that speak the same, at least one
   */
  private static Optional<String> between(List<Node> some, Id<LogicalSwitch> network, View view) {
    List<Node> apart = view.fact(APART, new Speaker(network, some.get(0).encapsulations()));
    return apart.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "Between "
                + spoken(some)
                + " and "
                + spoken(apart)
                + " there is no tunnel: they have no encapsulation in common.");
  }

  private static List<Node> alike(Node one, List<Node> nodes) {
    return nodes.stream().filter(n -> n.encapsulations().equals(one.encapsulations())).toList();
  }

  private static List<Node> tunnelled(Id<LogicalSwitch> network, View view) {
    if (view.fact(Uplink.OF_SWITCH, network).isPresent()) {
      return List.of();
    }
    List<Node> nodes = new ArrayList<>();
    view.ids(Location.NODES, network).stream()
        .flatMap(id -> view.get(id).stream())
        .filter(n -> n.encapAddress().isPresent())
        .forEach(nodes::add);
    nodes.sort((a, b) -> a.id().name().compareTo(b.id().name()));
    return Collections.unmodifiableList(nodes);
  }

  private static String names(Collection<Node> nodes) {
    String some =
        nodes.stream().limit(NAMED).map(n -> n.id().name()).collect(Collectors.joining(", "));
    return nodes.size() > NAMED ? some + " and " + (nodes.size() - NAMED) + " more" : some;
  }

  private static String spoken(List<Node> nodes) {
    return names(nodes)
        + nodes.get(0).encapsulations().stream()
            .map(Encapsulation::toString)
            .collect(Collectors.joining(", ", " (", ")"));
  }
}
