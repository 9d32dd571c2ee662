package dev.heddle.openflow.ovsdb;

import dev.heddle.model.Encapsulation;
import dev.heddle.openflow.ovsdb.NodeSetup.Desired;
import dev.heddle.openflow.ovsdb.Operation.Condition;
import dev.heddle.openflow.ovsdb.Operation.Mutate;
import dev.heddle.openflow.ovsdb.Operation.Mutation;
import dev.heddle.openflow.ovsdb.Operation.Update;
import dev.heddle.openflow.ovsdb.OvsdbValue.Atom;
import dev.heddle.pipeline.Tunnel;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * The tunnel ports of br-int: one for each encapsulation, for all peers, and one for each peer that
 * is watched by BFD. A port of ours that is wanted no longer goes; one that was changed is put
 * right.
 */
final class TunnelPorts {

  private static final String PREFIX = OwnRows.PREFIX;
  private static final String WATCHING = PREFIX + "bfd-";

  /** What a port is to be. */
  private record Wanted(
      String type, Map<String, String> options, Map<String, String> bfd, OptionalInt number) {}

  private final Tables now;
  private final List<Operation> operations;
  private final List<String> problems;
  private final boolean peersKnown;
  private final SortedMap<String, Wanted> wanted = new TreeMap<>();

  /**
   * @param operations what is to be done is added here
   * @param problems what cannot be done is added here
   */
  TunnelPorts(
      Tables now, Row root, Desired desired, List<Operation> operations, List<String> problems) {
    this.now = now;
    this.peersKnown = desired.peers().isPresent();
    this.operations = operations;
    this.problems = problems;
    Map<String, String> ids = root.map("external_ids");
    Optional.ofNullable(ids.get(NodeSetup.ENCAP_ADDRESS))
        .flatMap(NodeSnapshot::address)
        .ifPresent(
            own -> {
              SortedSet<Encapsulation> spoken = EncapTypes.of(ids).types();
              spoken.forEach(e -> forAll(e, own));
              if (spoken.contains(Encapsulation.GENEVE)) {
                desired.peers().ifPresent(peers -> peers.forEach((n, a) -> watching(n, a, own)));
              }
            });
  }

  /** The name of the port for all peers. */
  static String name(Encapsulation encapsulation) {
    return PREFIX + encapsulation;
  }

  /** The node at the other end, of a port that watches one. */
  static Optional<String> peer(String port) {
    return Optional.of(port)
        .filter(p -> p.startsWith(WATCHING))
        .map(p -> p.substring(WATCHING.length()));
  }

  /**
   * A tunnel with a peer, for BFD has to be told whom to probe. OVS gives what arrives to the port
   * that says more: so this one takes key 0 only, which is no network's and what probes have, and
   * all traffic goes on coming by the port for all peers.
   */
  private void watching(String peer, String address, InetAddress own) {
    Map<String, String> options =
        Map.of(
            "remote_ip", address,
            "local_ip", own.getHostAddress(),
            "in_key", "0",
            "out_key", "flow",
            "csum", "true");
    wanted.put(
        WATCHING + peer,
        new Wanted(
            Encapsulation.GENEVE.toString(),
            options,
            Map.of("enable", "true"),
            OptionalInt.empty()));
  }

  /** The flows say where to and with which key. */
  private void forAll(Encapsulation encapsulation, InetAddress own) {
    Map<String, String> options =
        Map.of(
            "remote_ip", "flow",
            "key", "flow",
            "local_ip", own.getHostAddress(),
            "csum", "true");
    wanted.put(
        name(encapsulation),
        new Wanted(
            encapsulation.toString(),
            options,
            Map.of(),
            OptionalInt.of(Tunnel.port(encapsulation))));
  }

  /** The ports to be added to the bridge; those that are there are put right. */
  List<Atom> missing(Optional<Row> bridge) {
    List<Atom> ports = new ArrayList<>();
    wanted.forEach(
        (name, port) -> {
          Optional<Row> there = now.named("Port", name);
          if (there.isEmpty()) {
            ports.add(
                BridgeRules.newPort(
                    operations,
                    name,
                    port.type,
                    Map.of("options", port.options, "bfd", port.bfd),
                    port.number));
          } else if (!BridgeRules.owned(there.get())
              || bridge.filter(b -> b.uuids("ports").contains(there.get().uuid())).isEmpty()) {
            problems.add(
                "there is a port " + name + " already that is not ours; remove or rename it");
          } else {
            now.follow(there.get(), "interfaces", "Interface").forEach(d -> retune(d, port));
          }
        });
    return ports;
  }

  private void retune(Row device, Wanted port) {
    Map<String, OvsdbValue> wrong =
        BridgeRules.different(device, Map.of("type", OvsdbValue.text(port.type)));
    if (!wrong.isEmpty()) {
      operations.add(new Update("Interface", Condition.row(device.uuid()), wrong));
    }
    List<Mutation> mutations = new ArrayList<>(BridgeRules.ensure(device, "options", port.options));
    mutations.addAll(BridgeRules.ensure(device, "bfd", port.bfd));
    if (!mutations.isEmpty()) {
      operations.add(new Mutate("Interface", Condition.row(device.uuid()), mutations));
    }
  }

  /** The ports to be taken from the bridge. */
  List<Row> stale(Row bridge) {
    return now.follow(bridge, "ports", "Port")
        .filter(port -> BridgeRules.owned(port) && !wanted.containsKey(port.text("name")))
        .filter(port -> peersKnown || peer(port.text("name")).isEmpty())
        .filter(
            port ->
                now.follow(port, "interfaces", "Interface")
                    .anyMatch(device -> Encapsulation.named(device.text("type")).isPresent()))
        .toList();
  }
}
