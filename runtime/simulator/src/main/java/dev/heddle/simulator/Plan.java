package dev.heddle.simulator;

import dev.heddle.engine.Controller;
import dev.heddle.model.Binding;
import dev.heddle.model.Document;
import dev.heddle.model.Encapsulation;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network;
import dev.heddle.model.Node;
import dev.heddle.pipeline.WantedFlows;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The switches that a controller's model tells of, with the flows it wants on them: what would be
 * there if every node were connected and had confirmed the newest revision.
 *
 * @param plugged which port each interface is; an uplink counts as a port named {@link #uplink}
 */
public record Plan(Fabric fabric, Map<Plug, Id<LogicalPort>> plugged) {

  /** An interface: a node's OpenFlow port. */
  public record Plug(Id<Node> node, int ofPort) {}

  /** How the end of a physical network at a node is called. */
  public static String uplink(String physicalNetwork, Id<Node> node) {
    return physicalNetwork + "@" + node.name();
  }

  public static Plan of(Controller controller) {
    return of(controller, controller);
  }

  /** The flows of a switch are looked at when a packet comes to it, and not before. */
  public static Plan of(Network network, WantedFlows flows) {
    Map<Plug, Id<LogicalPort>> plugged = new HashMap<>();
    for (Document d : network.documents(Binding.KIND.name())) {
      var spec = d.spec();
      Id<Node> node = Node.KIND.id(spec.get("node").asText());
      plugged.put(
          new Plug(node, spec.get("ofPort").asInt()),
          LogicalPort.KIND.id(spec.get("port").asText()));
    }
    List<Document> nodes = network.documents(Node.KIND.name());
    for (Document d : nodes) {
      Id<Node> node = Node.KIND.id(d.name());
      d.spec()
          .path("uplinks")
          .properties()
          .forEach(
              u ->
                  plugged.put(
                      new Plug(node, u.getValue().asInt()),
                      LogicalPort.KIND.id(uplink(u.getKey(), node))));
    }
    Map<Id<Node>, Set<Integer>> interfaces = new HashMap<>();
    plugged
        .keySet()
        .forEach(p -> interfaces.computeIfAbsent(p.node(), n -> new HashSet<>()).add(p.ofPort()));
    Map<Id<Node>, Fabric.Switch> switches = new HashMap<>();
    for (Document d : nodes) {
      Id<Node> node = Node.KIND.id(d.name());
      Set<Integer> ports = interfaces.getOrDefault(node, Set.of());
      Tables tables = Tables.whenAsked(flows, node);
      switches.put(node, new Fabric.Switch(tables, encapAddress(d), encapsulations(d), ports));
    }
    return new Plan(new Fabric(switches), Map.copyOf(plugged));
  }

  /** Where a port is plugged in: the first of its interfaces, if a node has one. */
  public Optional<Plug> plug(Id<LogicalPort> port) {
    return plugged.entrySet().stream()
        .filter(e -> e.getValue().equals(port) && fabric.switches().containsKey(e.getKey().node()))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private static Set<Encapsulation> encapsulations(Document node) {
    Set<Encapsulation> spoken = new HashSet<>();
    node.spec()
        .path("encapTypes")
        .forEach(type -> Encapsulation.named(type.asText()).ifPresent(spoken::add));
    return spoken.isEmpty() ? Encapsulation.USUAL : spoken;
  }

  private static Optional<IpAddress> encapAddress(Document node) {
    return Optional.ofNullable(node.spec().get("encapAddress"))
        .map(a -> IpAddress.parse(a.asText()));
  }
}
