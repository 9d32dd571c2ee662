package dev.heddle.openflow.ovsdb;

import dev.heddle.model.Encapsulation;
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
import java.util.TreeMap;

/**
 * The tunnel ports of br-int: one for each encapsulation, for all peers. A port of ours that is
 * wanted no longer goes; one that was changed is put right.
 */
final class TunnelPorts {

  private static final String PREFIX = "heddle-";

  /** What a port is to be. */
  private record Wanted(String type, Map<String, String> options, OptionalInt number) {}

  private final Tables now;
  private final List<Operation> operations;
  private final List<String> problems;
  private final SortedMap<String, Wanted> wanted = new TreeMap<>();

  /**
   * @param operations what is to be done is added here
   * @param problems what cannot be done is added here
   */
  TunnelPorts(Tables now, Row root, List<Operation> operations, List<String> problems) {
    this.now = now;
    this.operations = operations;
    this.problems = problems;
    Map<String, String> ids = root.map("external_ids");
    Optional.ofNullable(ids.get(NodeSetup.ENCAP_ADDRESS))
        .flatMap(NodeSnapshot::address)
        .ifPresent(own -> EncapTypes.of(ids).types().forEach(e -> forAll(e, own)));
  }

  /** The name of the port for all peers. */
  static String name(Encapsulation encapsulation) {
    return PREFIX + encapsulation;
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
        new Wanted(encapsulation.toString(), options, OptionalInt.of(Tunnel.port(encapsulation))));
  }

  /** The ports to be added to the bridge; those that are there are put right. */
  List<Atom> missing(Optional<Row> bridge) {
    List<Atom> ports = new ArrayList<>();
    wanted.forEach(
        (name, port) -> {
          Optional<Row> there = now.named("Port", name);
          if (there.isEmpty()) {
            ports.add(BridgeRules.newPort(operations, name, port.type, port.options, port.number));
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
    List<Mutation> mutations = BridgeRules.ensure(device, "options", port.options);
    if (!mutations.isEmpty()) {
      operations.add(new Mutate("Interface", Condition.row(device.uuid()), mutations));
    }
  }

  /** The ports to be taken from the bridge. */
  List<Row> stale(Row bridge) {
    return now.follow(bridge, "ports", "Port")
        .filter(port -> BridgeRules.owned(port) && !wanted.containsKey(port.text("name")))
        .filter(
            port ->
                now.follow(port, "interfaces", "Interface")
                    .anyMatch(device -> Encapsulation.named(device.text("type")).isPresent()))
        .toList();
  }
}
