package dev.heddle.pipeline;

import dev.heddle.model.Fact;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.Interned;
import dev.heddle.model.Location;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Node;
import dev.heddle.model.PlainSwitch;
import dev.heddle.model.PortGroup;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where a flow is wanted. A feature says it in terms of the model; which nodes that means follows
 * from where the ports are, and is worked out once, centrally.
 */
public record Scope(Reach reach, String name) {

  /** How {@link Scope#name} is to be read. */
  public enum Reach {
    PORT,
    NETWORK,
    GROUP,
    NODE,
    EVERYWHERE
  }

  private static final Interned<Scope> SEEN = new Interned<>();
  private static final Scope EVERYWHERE = new Scope(Reach.EVERYWHERE, "");

  /** The nodes of a scope, because a port is there. */
  public static final Index<LogicalPort, Optional<Location>, Scope, Id<Node>> BY_PORT =
      Index.over(
          "scopes-by-port",
          LogicalPort.KIND,
          Location.OF_PORT,
          (id, l) ->
              l.stream()
                  .flatMap(
                      at ->
                          Stream.of(
                              new Index.Pair<>(port(id), at.node()),
                              new Index.Pair<>(network(at.network()), at.node()))));

  /**
   * Where a port is, and in which groups.
   *
   * @param ways of a way to a physical network, the nodes that take it; of any other port none
   */
  private record Grouped(Optional<Location> at, Set<Id<Node>> ways, Set<Id<PortGroup>> groups) {

    Stream<Id<Node>> nodes() {
      return Stream.concat(at.stream().map(Location::node), ways.stream());
    }
  }

  private static final Fact<Id<LogicalPort>, Grouped> GROUPED =
      new Fact<>(
          "place-and-groups",
          1 + Location.NODES.stratum(),
          (id, view) ->
              new Grouped(
                  view.fact(Location.OF_PORT, id),
                  view.get(id)
                      .filter(p -> p.localnet().isPresent())
                      .map(p -> view.ids(Location.NODES, p.network()))
                      .orElse(Set.of()),
                  view.fact(PortGroup.OF_PORT, id)));

  /** The nodes of a scope, because a member of a group is there. */
  public static final Index<LogicalPort, Grouped, Scope, Id<Node>> BY_GROUP =
      Index.over(
          "scopes-by-group",
          LogicalPort.KIND,
          GROUPED,
          (id, g) ->
              g.nodes()
                  .flatMap(node -> g.groups.stream().map(p -> new Index.Pair<>(group(p), node))));

  /** The nodes of a scope, because they exist. */
  public static final Index<Node, Node, Scope, Id<Node>> BY_NODE =
      Index.of(
          "scopes-by-node",
          Node.KIND,
          (id, n) -> Stream.of(new Index.Pair<>(node(id), id), new Index.Pair<>(EVERYWHERE, id)));

  /** A plain switch is in the scope of its own and in no other. */
  public static final Index<PlainSwitch, PlainSwitch, Scope, Id<Node>> BY_PLAIN_SWITCH =
      Index.of(
          "scopes-by-plain-switch",
          PlainSwitch.KIND,
          (id, s) -> Stream.of(new Index.Pair<>(node(PlainSwitch.node(id)), PlainSwitch.node(id))));

  /** Only the node that has this port. */
  public static Scope port(Id<LogicalPort> port) {
    return SEEN.of(new Scope(Reach.PORT, port.name()));
  }

  /** Every node that has a port of this switch. */
  public static Scope network(Id<LogicalSwitch> network) {
    return SEEN.of(new Scope(Reach.NETWORK, network.name()));
  }

  /** Every node that has a member of this group. */
  public static Scope group(Id<PortGroup> group) {
    return SEEN.of(new Scope(Reach.GROUP, group.name()));
  }

  /** One node. */
  public static Scope node(Id<Node> node) {
    return SEEN.of(new Scope(Reach.NODE, node.name()));
  }

  /** Every node there is. */
  public static Scope everywhere() {
    return EVERYWHERE;
  }

  @Override
  public boolean equals(Object o) {
    return o == this || o instanceof Scope s && s.reach == reach && s.name.equals(name);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + reach.ordinal();
  }

  @Override
  public String toString() {
    return reach == Reach.EVERYWHERE
        ? "everywhere"
        : reach.name().toLowerCase(java.util.Locale.ROOT) + "(" + name + ")";
  }
}
