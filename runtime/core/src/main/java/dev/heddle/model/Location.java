package dev.heddle.model;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where an attached port is: its node and OpenFlow number there, and all that placement needs, so
 * that nothing else has to be read.
 *
 * @param uplink that of its switch
 * @param unknown it takes frames for MACs that nobody is known to have
 */
public record Location(
    Id<LogicalPort> port,
    int portKey,
    Id<LogicalSwitch> network,
    int networkKey,
    Id<Node> node,
    int ofPort,
    Optional<Uplink> uplink,
    boolean unknown) {

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

  /** The location of a port: none while it is on no node, or on two without a plan. */
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

  /** The ports of a part that take unknown addresses. */
  public static final Index<LogicalPort, Optional<Location>, Part, Id<LogicalPort>> UNKNOWN_PORTS =
      Index.over(
          "unknown-ports-by-part",
          LogicalPort.KIND,
          OF_PORT,
          (id, l) ->
              l.stream().filter(Location::unknown).map(at -> new Index.Pair<>(at.part(), id)));

  /** The parts of a switch that have a port that takes unknown addresses. */
  public static final Index<LogicalPort, Optional<Location>, Id<LogicalSwitch>, Part>
      UNKNOWN_PARTS =
          Index.over(
              "unknown-parts-of-network",
              LogicalPort.KIND,
              OF_PORT,
              (id, l) ->
                  l.stream()
                      .filter(Location::unknown)
                      .map(at -> new Index.Pair<>(at.network, at.part())));

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

  /**
   * Where the tunnel ends through which other nodes reach the port; none if its switch has a way
   * outside, which they take, or if its node has no tunnel.
   */
  public Optional<IpAddress> tunnelEnd(View view) {
    return uplink.isPresent() ? Optional.empty() : view.get(node).flatMap(Node::encapAddress);
  }

  public Part part() {
    return new Part(network, node, ofPort / Part.NUMBERS % Part.COUNT);
  }

  private static Optional<Location> of(Id<LogicalPort> id, View view) {
    Optional<Attachment> attached =
        view.fact(Attachment.OF_PORT, id).filter(a -> a.port().localnet().isEmpty());
    if (attached.isEmpty()) {
      return Optional.empty();
    }
    return binding(id, attached.get().port().nodes(), view)
        .map(
            b ->
                new Location(
                    id,
                    attached.get().port().key(),
                    attached.get().network().id(),
                    attached.get().network().key(),
                    b.node(),
                    b.ofPort(),
                    view.fact(Uplink.OF_SWITCH, attached.get().network().id()),
                    attached.get().port().unknown()));
  }

  /**
   * The interface that is the port's: on the first of the nodes it names that has one; if it names
   * none, the only one there is.
   */
  public static Optional<Binding> binding(Id<LogicalPort> id, View view) {
    return binding(id, view.get(id).map(LogicalPort::nodes).orElse(List.of()), view);
  }

  private static Optional<Binding> binding(Id<LogicalPort> id, List<Id<Node>> nodes, View view) {
    Set<Id<Binding>> bindings = view.ids(Binding.BY_PORT, id);
    Optional<Id<Binding>> chosen =
        nodes.isEmpty()
            ? bindings.stream().filter(b -> bindings.size() == 1).findFirst()
            : nodes.stream().map(n -> Binding.id(n, id)).filter(bindings::contains).findFirst();
    return chosen.flatMap(view::get);
  }

  /**
   * Why an interface is not its port's although it carries its name, a sentence; empty if it is.
   */
  public static Optional<String> whyUnused(Binding binding, View view) {
    List<Id<Node>> nodes = view.get(binding.port()).map(LogicalPort::nodes).orElse(List.of());
    Optional<Binding> used = binding(binding.port(), nodes, view);
    if (nodes.isEmpty() || used.equals(Optional.of(binding))) {
      return Optional.empty(); // without nodes the port itself says what is wrong
    }
    if (!nodes.contains(binding.node())) {
      return Optional.of("Port " + binding.port().name() + " may be on " + names(nodes) + " only.");
    }
    return used.map(
        u ->
            "Port "
                + binding.port().name()
                + " is still on "
                + u.node().name()
                + "; it moves here when it is unplugged there, or when nodes names this node only.");
  }

  private static String names(List<Id<Node>> nodes) {
    return nodes.stream().map(Id::name).collect(Collectors.joining(" or "));
  }

  /** Why a port is on no node; empty if it is on one. */
  public static Optional<String> whyNowhere(Id<LogicalPort> id, View view) {
    Set<Id<Binding>> bindings = view.ids(Binding.BY_PORT, id);
    List<Id<Node>> nodes = view.get(id).map(LogicalPort::nodes).orElse(List.of());
    if (!nodes.isEmpty()) {
      return binding(id, nodes, view).isPresent()
          ? Optional.empty()
          : Optional.of(
              "No interface with iface-id="
                  + id.name()
                  + " is on "
                  + names(nodes)
                  + elsewhere(bindings, view)
                  + ".");
    }
    if (bindings.isEmpty()) {
      return Optional.of("No node has an interface with iface-id=" + id.name() + ".");
    }
    if (bindings.size() > 1) {
      return Optional.of(
          "Several nodes have an interface with iface-id="
              + id.name()
              + ": "
              + nodesOf(bindings, view)
              + ". Unplug all but one, or say in nodes where the port is.");
    }
    return Optional.empty();
  }

  private static String elsewhere(Set<Id<Binding>> bindings, View view) {
    return bindings.isEmpty() ? "" : ", but on " + nodesOf(bindings, view);
  }

  private static String nodesOf(Set<Id<Binding>> bindings, View view) {
    return bindings.stream()
        .flatMap(b -> view.get(b).stream())
        .map(b -> b.node().name())
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
