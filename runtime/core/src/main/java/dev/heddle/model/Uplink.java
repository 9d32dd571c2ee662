package dev.heddle.model;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a switch reaches the world: its localnet port. Its traffic between nodes goes over the
 * physical network then, never through a tunnel.
 *
 * @param key of the localnet port
 */
public record Uplink(Id<LogicalPort> port, int key, Localnet segment) {

  private static final Index<LogicalPort, LogicalPort, Id<LogicalSwitch>, Id<LogicalPort>>
      LOCALNETS =
          Index.of(
              "localnets",
              LogicalPort.KIND,
              (id, p) -> p.localnet().stream().map(l -> new Index.Pair<>(p.network(), id)));

  /** The uplink of a switch, if it has one. */
  public static final Fact<Id<LogicalSwitch>, Optional<Uplink>> OF_SWITCH =
      new Fact<>("uplink", 2, Uplink::of);

  /** Of several localnet ports at most one is attached. */
  private static Optional<Uplink> of(Id<LogicalSwitch> network, View view) {
    return view.ids(LOCALNETS, network).stream()
        .flatMap(id -> view.fact(Attachment.OF_PORT, id).stream())
        .map(a -> new Uplink(a.port().id(), a.port().key(), a.port().localnet().orElseThrow()))
        .findFirst();
  }

  /** The nodes with a port of the switch that have no way to the physical network, by name. */
  public static Stream<String> lacking(LogicalPort localnet, View view) {
    String wanted = localnet.localnet().orElseThrow().physicalNetwork();
    return view.ids(Location.NODES, localnet.network()).stream()
        .flatMap(id -> view.get(id).stream())
        .filter(node -> !node.uplinks().containsKey(wanted))
        .map(node -> node.id().name())
        .sorted();
  }
}
