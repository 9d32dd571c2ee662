package dev.heddle.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What becomes of a switch whose nodes speak different encapsulations. Pure. */
public final class TunnelGap {

  /** How many nodes a sentence names of each side. */
  private static final int NAMED = 3;

  private TunnelGap() {}

  /** Which nodes of a switch have no tunnel to each other, a sentence; empty if all have one. */
  public static Optional<String> within(Id<LogicalSwitch> network, View view) {
    List<Node> nodes = tunnelled(network, view);
    return nodes.stream().flatMap(n -> between(alike(n, nodes), nodes).stream()).findFirst();
  }

  /** Which nodes of a switch have no tunnel to this one, a sentence; empty if all have one. */
  public static Optional<String> from(Id<Node> node, Id<LogicalSwitch> network, View view) {
    List<Node> nodes = tunnelled(network, view);
    return between(nodes.stream().filter(n -> n.id().equals(node)).toList(), nodes);
  }

  /** Which nodes do not learn what is behind a port with unknown addresses; empty if all do. */
  public static Optional<String> unlearned(Id<Node> node, Id<LogicalSwitch> network, View view) {
    List<Node> nodes = tunnelled(network, view);
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
   * @param some nodes that speak the same
   */
  private static Optional<String> between(List<Node> some, List<Node> all) {
    List<Node> apart =
        all.stream().filter(n -> some.stream().anyMatch(s -> s.tunnelTo(n).isEmpty())).toList();
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

  /** Those with tunnels, by name; none if the switch goes over a physical network instead. */
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
