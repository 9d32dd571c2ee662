package dev.heddle.model;

import java.util.Optional;
import java.util.Set;

/**
 * Where an attached port is: its node and OpenFlow number there, and all that placement needs, so
 * that nothing else has to be read.
 */
public record Location(
    Id<LogicalPort> port,
    int portKey,
    Id<LogicalSwitch> network,
    int networkKey,
    Id<Node> node,
    int ofPort) {

  /** One network on one node. */
  public record Place(Id<LogicalSwitch> network, Id<Node> node) {

    @Override
    public String toString() {
      return network.name() + "@" + node.name();
    }
  }

  /** The location of a port: none while it is on no node, or on two. */
  public static final Fact<Id<LogicalPort>, Optional<Location>> OF_PORT =
      new Fact<>("location", 2, Location::of);

  /** The nodes that have a port of a switch. */
  public static final Index<LogicalPort, Optional<Location>, Id<LogicalSwitch>, Id<Node>> NODES =
      Index.over(
          "nodes-of-network",
          LogicalPort.KIND,
          OF_PORT,
          (id, l) -> l.stream().map(at -> new Index.Pair<>(at.network, at.node)));

  /** The ports of a switch on one node. */
  public static final Index<LogicalPort, Optional<Location>, Place, Id<LogicalPort>> PORTS =
      Index.over(
          "ports-by-place",
          LogicalPort.KIND,
          OF_PORT,
          (id, l) -> l.stream().map(at -> new Index.Pair<>(at.place(), id)));

  public Place place() {
    return new Place(network, node);
  }

  private static Optional<Location> of(Id<LogicalPort> id, View view) {
    Optional<Attachment> attached = view.fact(Attachment.OF_PORT, id);
    Set<Id<Binding>> bindings = view.ids(Binding.BY_PORT, id);
    if (attached.isEmpty() || bindings.size() != 1) {
      return Optional.empty();
    }
    return view.get(bindings.iterator().next())
        .map(
            b ->
                new Location(
                    id,
                    attached.get().port().key(),
                    attached.get().network().id(),
                    attached.get().network().key(),
                    b.node(),
                    b.ofPort()));
  }

  /** Why a port is on no node; empty if it is on one. */
  public static Optional<String> whyNowhere(Id<LogicalPort> id, View view) {
    Set<Id<Binding>> bindings = view.ids(Binding.BY_PORT, id);
    if (bindings.isEmpty()) {
      return Optional.of("No node has an interface with iface-id=" + id.name() + ".");
    }
    if (bindings.size() > 1) {
      return Optional.of(
          "Several nodes have an interface with iface-id="
              + id.name()
              + ": "
              + String.join(
                  ", ",
                  bindings.stream()
                      .flatMap(b -> view.get(b).stream())
                      .map(b -> b.node().name())
                      .sorted()
                      .toList())
              + ".");
    }
    return Optional.empty();
  }
}
