package dev.heddle.kubernetes.mapping;

import dev.heddle.acl.AccessControl;
import dev.heddle.engine.Controller;
import dev.heddle.ipam.Pool;
import dev.heddle.kubernetes.cluster.Cluster;
import dev.heddle.kubernetes.cluster.Node;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Binding;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.IpPrefix;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.MacAddress;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Match;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.simulator.Memory;
import dev.heddle.simulator.Packet;
import dev.heddle.simulator.Plan;
import dev.heddle.store.MemoryStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** A controller with all that policy needs, whose switches are simulated: clusters are put in. */
final class Playground implements AutoCloseable {

  static final Settings SETTINGS =
      new Settings(
          "pods",
          new Pool(
              List.of(IpPrefix.parse("10.244.0.0/24"), IpPrefix.parse("fd00::/120")), List.of()),
          1400);

  private final Controller controller =
      PlainRuntime.controller(
          new MemoryStore(), new L2Switching(), new Placement(), new AccessControl());
  private final Map<String, Integer> interfaces = new HashMap<>();
  private final Map<String, Integer> nodes = new HashMap<>();

  Controller controller() {
    return controller;
  }

  List<Document> stored() {
    return Difference.KINDS.stream().flatMap(k -> controller.documents(k).stream()).toList();
  }

  /** As the bridge does: in one transaction. */
  Desired put(Cluster cluster) {
    Desired desired = Mapping.of(cluster, controller.documents("LogicalPort"), SETTINGS);
    List<Change> changes = new ArrayList<>(Difference.between(stored(), desired).changes());
    for (Node n : cluster.nodes()) {
      int number = nodes.computeIfAbsent(n.name(), k -> nodes.size() + 1);
      changes.add(
          new Change.Put(
              dev.heddle.model.Node.document(
                  n.name(), number, Optional.of(IpAddress.parse("198.18.0." + number)), "3.5.0")));
    }
    for (Document d : desired.documents()) {
      Document.of(d.tree()); // as strict as for what a user writes
      if (d.kind().equals("LogicalPort") && !d.spec().path("nodes").isEmpty()) {
        int ofPort = interfaces.computeIfAbsent(d.name(), k -> interfaces.size() + 1);
        Id<dev.heddle.model.Node> at =
            dev.heddle.model.Node.KIND.id(d.spec().path("nodes").get(0).asText());
        changes.add(
            new Change.Put(
                Binding.document(
                    at, LogicalPort.KIND.id(d.name()), ofPort, OptionalInt.of(ofPort))));
      }
    }
    controller.transact(Writer.SYSTEM, changes).join();
    return desired;
  }

  /** What a port has. */
  record At(String port, MacAddress mac, Map<Boolean, IpAddress> addresses) {}

  At at(String port) {
    Document d = controller.get("LogicalPort", port).orElseThrow().document();
    Map<Boolean, IpAddress> addresses = new HashMap<>();
    d.spec()
        .path("addresses")
        .forEach(
            a -> {
              IpAddress ip = IpAddress.parse(a.asText());
              addresses.put(ip.isV6(), ip);
            });
    return new At(port, MacAddress.parse(d.spec().path("mac").asText()), addresses);
  }

  /** The switches as they are to be now. */
  Plan plan() {
    return Plan.of(controller);
  }

  /** Sends a first packet of a connection; true if it comes out at its receiver. */
  boolean arrives(Plan plan, At from, At to, boolean v6, String protocol, int port) {
    Plan.Plug begin = plan.plug(LogicalPort.KIND.id(from.port)).orElseThrow();
    Plan.Plug end = plan.plug(LogicalPort.KIND.id(to.port)).orElseThrow();
    Packet packet = packet(from, to.mac, to.addresses.get(v6), v6, protocol, port);
    return plan
        .fabric()
        .send(new Memory(), begin.node(), begin.ofPort(), packet)
        .arrivals()
        .stream()
        .anyMatch(a -> a.node().equals(end.node()) && a.port() == end.ofPort());
  }

  private static Packet packet(
      At from, MacAddress mac, IpAddress destination, boolean v6, String protocol, int port) {
    Packet ip =
        Packet.EMPTY
            .with(Field.ETH_SRC, from.mac.bits())
            .with(Field.ETH_DST, mac.bits())
            .with(Field.ETH_TYPE, v6 ? Match.ETH_IPV6 : Match.ETH_IPV4)
            .with(Field.IP_TTL, 64)
            .with(v6 ? Field.IPV6_SRC : Field.IPV4_SRC, from.addresses.get(v6).bits())
            .with(v6 ? Field.IPV6_DST : Field.IPV4_DST, destination.bits());
    return switch (protocol) {
      case "TCP" ->
          ip.with(Field.IP_PROTO, 6).with(Field.TCP_SRC, 40_000).with(Field.TCP_DST, port);
      case "UDP" ->
          ip.with(Field.IP_PROTO, 17).with(Field.UDP_SRC, 40_000).with(Field.UDP_DST, port);
      case "SCTP" ->
          ip.with(Field.IP_PROTO, 132).with(Field.SCTP_SRC, 40_000).with(Field.SCTP_DST, port);
      default ->
          v6
              ? ip.with(Field.IP_PROTO, 58).with(Field.ICMPV6_TYPE, 128)
              : ip.with(Field.IP_PROTO, 1).with(Field.ICMPV4_TYPE, 8);
    };
  }

  @Override
  public void close() {
    controller.close();
  }
}
