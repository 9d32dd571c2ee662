package dev.heddle.openflow.session;

import dev.heddle.model.Binding;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Node;
import dev.heddle.model.RefusedException;
import dev.heddle.openflow.ovsdb.NodeSnapshot;
import dev.heddle.pipeline.Tunnel;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.util.ArrayList;
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
 * @param refused interfaces that cannot be any port's, by iface-id, with a sentence
 */
record Inventory(List<Change> changes, Set<Id<LogicalPort>> bound, Map<String, String> refused) {

  /**
   * @param before the ports the node had
   */
  static Inventory of(Id<Node> node, NodeSnapshot snapshot, Set<Id<LogicalPort>> before) {
    List<Change> changes = new ArrayList<>();
    Set<Id<LogicalPort>> bound = new HashSet<>();
    Map<String, String> refused = new TreeMap<>();
    snapshot
        .datapathId()
        .ifPresent(id -> changes.add(new Change.Put(document(node, snapshot, id))));
    snapshot
        .interfaces()
        .forEach(
            (name, seen) ->
                seen.ofport()
                    .ifPresent(
                        ofPort -> {
                          Id<LogicalPort> port = LogicalPort.KIND.id(name);
                          try {
                            OptionalInt zone = zone(snapshot, name);
                            changes.add(new Change.Put(Binding.document(node, port, ofPort, zone)));
                            bound.add(port);
                          } catch (RefusedException e) {
                            refused.put(name, "No port can have this name: " + e.getMessage());
                          }
                        }));
    for (Id<LogicalPort> gone : before) {
      if (!bound.contains(gone)) {
        changes.add(new Change.Remove(Binding.KIND.name(), Binding.id(node, gone).name(), false));
      }
    }
    return new Inventory(changes, bound, refused);
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

  private static Document document(Id<Node> node, NodeSnapshot snapshot, long datapathId) {
    Optional<IpAddress> address =
        snapshot
            .encapAddress()
            .filter(Inet4Address.class::isInstance)
            .map(a -> IpAddress.parse(a.getHostAddress()));
    return Node.document(
        node.name(),
        datapathId,
        address,
        snapshot.encapsulations(),
        snapshot.ovsVersion(),
        snapshot.uplinks(),
        snapshot.watched().peers());
  }
}
