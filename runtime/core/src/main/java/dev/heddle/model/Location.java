package dev.heddle.model;

import java.util.Optional;
import java.util.Set;

/**
 * Where an attached port is: its node and OpenFlow number there, and all that placement needs, so
 * that nothing else has to be read.
 *
 * @param uplink that of its switch
 */
public record Location(
    Id<LogicalPort> port,
    int portKey,
    Id<LogicalSwitch> network,
    int networkKey,
    Id<Node> node,
    int ofPort,
    Optional<Uplink> uplink) {

  /**
   * The ports of a switch on one node whose OpenFlow numbers are near each other, so that what
   * lists all ports can be made of pieces. A node has them in part 0 until it has used 255 numbers.
   *
   * @param number 0 to 15
   */
  public record Part(Id<LogicalSwitch> network, Id<Node> node, int number) {

    /** How many parts there are at most. */
    public static final int COUNT = 16;

    private static final int NUMBERS = 256;

    @Override
    public String toString() {
      return network.name() + "@" + node.name() + "#" + number;
    }
  }

  /** The location of a port: none while it is on no node, or on two. */
  public static final Fact<Id<LogicalPort>, Optional<Location>> OF_PORT =
      new Fact<>("location", 3, Location::of);

  /** The nodes that have a port of a switch. */
  public static final Index<LogicalPort, Optional<Location>, Id<LogicalSwitch>, Id<Node>> NODES =
      Index.over(
          "nodes-of-network",
          LogicalPort.KIND,
          OF_PORT,
          (id, l) -> l.stream().map(at -> new Index.Pair<>(at.network, at.node)));

  /** The ports of a part. */
  public static final Index<LogicalPort, Optional<Location>, Part, Id<LogicalPort>> PORTS =
      Index.over(
          "ports-by-part",
          LogicalPort.KIND,
          OF_PORT,
          (id, l) -> l.stream().map(at -> new Index.Pair<>(at.part(), id)));

  /** The parts of a switch that have a port. */
  public static final Index<LogicalPort, Optional<Location>, Id<LogicalSwitch>, Part> PARTS =
      Index.over(
          "parts-of-network",
          LogicalPort.KIND,
          OF_PORT,
          (id, l) -> l.stream().map(at -> new Index.Pair<>(at.network, at.part())));

  /** The nodes that have a port of a switch with an uplink. */
  public static final Index<LogicalPort, Optional<Location>, Id<LogicalSwitch>, Id<Node>> UPLINKS =
      Index.over(
          "uplinks",
          LogicalPort.KIND,
          OF_PORT,
          (id, l) ->
              l.stream()
                  .filter(at -> at.uplink.isPresent())
                  .map(at -> new Index.Pair<>(at.network, at.node)));

  public Part part() {
    return new Part(network, node, ofPort / Part.NUMBERS % Part.COUNT);
  }

  private static Optional<Location> of(Id<LogicalPort> id, View view) {
    Optional<Attachment> attached =
        view.fact(Attachment.OF_PORT, id).filter(a -> a.port().localnet().isEmpty());
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
                    b.ofPort(),
                    view.fact(Uplink.OF_SWITCH, attached.get().network().id())));
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
