package dev.heddle.openflow.session;

import dev.heddle.model.Binding;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Node;
import dev.heddle.model.RefusedException;
import dev.heddle.openflow.ovsdb.NodeSnapshot;
import dev.heddle.pipeline.Tunnel;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a node's database says, as changes of the model. Pure.
 *
 * @param changes the transaction
 * @param bound the ports that the node will have after it
 * @param fresh those of them whose interfaces are others than they were
 * @param refused interfaces that cannot be any port's, by iface-id, with a sentence
 */
record Inventory(
    List<Change> changes,
    Set<Id<LogicalPort>> bound,
    Set<Id<LogicalPort>> fresh,
    Map<String, String> refused) {

  /**
   * @param before the ports the node had
   * @param absorbed what the model knows already of the node; what is so still is no change
   */
  static Inventory of(
      Id<Node> node,
      NodeSnapshot snapshot,
      Set<Id<LogicalPort>> before,
      Optional<NodeSnapshot> absorbed) {
    Inventory inventory =
        new Inventory(new ArrayList<>(), new HashSet<>(), new HashSet<>(), new TreeMap<>());
    inventory.node(node, snapshot, absorbed);
    snapshot
        .interfaces()
        .forEach(
            (name, seen) -> {
              Id<LogicalPort> port = LogicalPort.KIND.id(name);
              boolean known =
                  before.contains(port)
                      && absorbed.isPresent()
                      && seen.equals(absorbed.get().interfaces().get(name))
                      && zone(snapshot, name).equals(zone(absorbed.get(), name));
              if (known) {
                inventory.bound.add(port);
              } else {
                seen.ofport()
                    .ifPresent(ofPort -> inventory.bind(node, port, ofPort, zone(snapshot, name)));
              }
            });
    for (Id<LogicalPort> gone : before) {
      if (!inventory.bound.contains(gone)) {
        inventory.changes.add(
            new Change.Remove(Binding.KIND.name(), Binding.id(node, gone).name(), false));
      }
    }
    return inventory;
  }

  private void node(Id<Node> node, NodeSnapshot snapshot, Optional<NodeSnapshot> absorbed) {
    Optional<Document> now = document(node, snapshot);
    if (!now.equals(absorbed.flatMap(s -> document(node, s)))) {
      now.ifPresent(d -> changes.add(new Change.Put(d)));
    }
  }

  private void bind(Id<Node> node, Id<LogicalPort> port, int ofPort, OptionalInt zone) {
    try {
      changes.add(new Change.Put(Binding.document(node, port, ofPort, zone)));
      bound.add(port);
      fresh.add(port);
    } catch (RefusedException e) {
      refused.put(port.name(), "No port can have this name: " + e.getMessage());
    }
  }

  private static OptionalInt zone(NodeSnapshot snapshot, String ifaceId) {
    Integer zone = snapshot.zones().given().get(ifaceId);
    return zone == null ? OptionalInt.empty() : OptionalInt.of(zone);
  }

  /** What the operator of the node should put right. */
  static List<String> problems(NodeSnapshot snapshot) {
    List<String> problems = new ArrayList<>(snapshot.problems());
    if (snapshot.encapAddress().filter(Inet6Address.class::isInstance).isPresent()) {
      problems.add("Tunnels over IPv6 are not supported: give an IPv4 heddle-encap-ip.");
    }
    snapshot
        .tunnelPorts()
        .forEach(
            (encapsulation, port) -> {
              if (port != Tunnel.port(encapsulation)) {
                problems.add(
                    "The tunnel port for "
                        + encapsulation
                        + " has number "
                        + port
                        + ": free "
                        + Tunnel.port(encapsulation)
                        + " for it.");
              }
            });
    return problems;
  }

  private static Optional<Document> document(Id<Node> node, NodeSnapshot snapshot) {
    if (snapshot.datapathId().isEmpty()) {
      return Optional.empty();
    }
    Optional<IpAddress> address =
        snapshot
            .encapAddress()
            .filter(Inet4Address.class::isInstance)
            .map(a -> IpAddress.parse(a.getHostAddress()));
    return Optional.of(
        Node.document(
            node.name(),
            snapshot.datapathId().getAsLong(),
            address,
            snapshot.encapsulations(),
            snapshot.ovsVersion(),
            snapshot.uplinks(),
            snapshot.watched().peers()));
  }

  /** By node, the ports it had when it was last heard of. */
  static Map<Id<Node>, Set<Id<LogicalPort>>> bound(List<Network.State> bindings) {
    Map<Id<Node>, Set<Id<LogicalPort>>> byNode = new HashMap<>();
    for (Network.State b : bindings) {
      byNode
          .computeIfAbsent(
              Node.KIND.id(b.document().spec().path("node").asText()), n -> new HashSet<>())
          .add(LogicalPort.KIND.id(b.document().spec().path("port").asText()));
    }
    return byNode;
  }
}
