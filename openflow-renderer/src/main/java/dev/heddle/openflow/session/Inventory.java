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
import dev.heddle.openflow.ovsdb.InterfaceView;
import dev.heddle.openflow.ovsdb.NodeSnapshot;
import dev.heddle.pipeline.Tunnel;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
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
 * @param gone the ports it will not have any more
 * @param unplugged interfaces that the model knew and that are there no more, by iface-id
 * @param refused interfaces that cannot be any port's, by iface-id, with a sentence
 */
@SuppressWarnings("ReferenceEquality") // zones that are the same object are the same
record Inventory(
    List<Change> changes,
    Set<Id<LogicalPort>> bound,
    Set<Id<LogicalPort>> fresh,
    Set<Id<LogicalPort>> gone,
    Set<String> unplugged,
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
        new Inventory(
            new ArrayList<>(),
            new HashSet<>(),
            new HashSet<>(),
            new HashSet<>(),
            new HashSet<>(),
            new TreeMap<>());
    inventory.node(node, snapshot, absorbed);
    Known known = new Known(absorbed);
    boolean sameZones = absorbed.map(NodeSnapshot::zones).orElse(null) == snapshot.zones();
    for (Map.Entry<String, InterfaceView> e : snapshot.interfaces().entrySet()) {
      String name = e.getKey();
      Id<LogicalPort> port = LogicalPort.KIND.id(name);
      boolean isKnown =
          known.is(name, e.getValue(), inventory.unplugged)
              && before.contains(port)
              && (sameZones || zone(snapshot, name).equals(zone(absorbed.get(), name)));
      if (isKnown) {
        inventory.bound.add(port);
      } else {
        e.getValue()
            .ofport()
            .ifPresent(ofPort -> inventory.bind(node, port, ofPort, zone(snapshot, name)));
      }
    }
    known.rest(inventory.unplugged);
    boolean allStay = inventory.bound.size() - inventory.fresh.size() == before.size();
    for (Id<LogicalPort> port : allStay ? Set.<Id<LogicalPort>>of() : before) {
      if (!inventory.bound.contains(port)) {
        inventory.gone.add(port);
        inventory.changes.add(
            new Change.Remove(Binding.KIND.name(), Binding.id(node, port).name(), false));
      }
    }
    return inventory;
  }

  /** Walks over what the model knows, in the order of what is there now: no lookup for each. */
  private static final class Known {

    private final Iterator<Map.Entry<String, InterfaceView>> all;
    private Map.Entry<String, InterfaceView> next;

    Known(Optional<NodeSnapshot> absorbed) {
      all =
          absorbed
              .map(s -> s.interfaces().entrySet().iterator())
              .orElse(Collections.emptyIterator());
      advance();
    }

    private void advance() {
      next = all.hasNext() ? all.next() : null;
    }

    /** Whether it is known like this; to be asked by name, each once. */
    boolean is(String name, InterfaceView now, Set<String> unplugged) {
      while (next != null && !next.getKey().equals(name) && next.getKey().compareTo(name) < 0) {
        unplugged.add(next.getKey());
        advance();
      }
      if (next == null || !next.getKey().equals(name)) {
        return false;
      }
      boolean same = next.getValue().equals(now);
      advance();
      return same;
    }

    void rest(Set<String> unplugged) {
      for (; next != null; advance()) {
        unplugged.add(next.getKey());
      }
    }
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
            snapshot.uplinkZones(),
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
