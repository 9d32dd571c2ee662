package dev.heddle.openflow.ovsdb;

import dev.heddle.openflow.ovsdb.Operation.Condition;
import dev.heddle.openflow.ovsdb.Operation.Mutate;
import dev.heddle.openflow.ovsdb.Operation.Mutation;
import dev.heddle.openflow.ovsdb.OvsdbValue.Atom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The pairs of ports that join br-int with the bridges of physical networks, one pair per mapping.
 * A pair that is ours and wanted no longer goes; a bridge that is not there is a problem.
 */
final class PatchPorts {

  private static final String PATCH = "patch";

  private final Tables now;
  private final List<Operation> operations;
  private final List<String> problems;

  /** By physical network, the bridges that are there. */
  private final SortedMap<String, Row> bridges = new TreeMap<>();

  /**
   * @param operations what is to be done is added here
   * @param problems what cannot be done is added here
   */
  PatchPorts(Tables now, Row root, List<Operation> operations, List<String> problems) {
    this.now = now;
    this.operations = operations;
    this.problems = problems;
    BridgeMappings mappings = BridgeMappings.of(root);
    problems.addAll(mappings.problems());
    mappings
        .bridges()
        .forEach(
            (network, name) ->
                now.named("Bridge", name)
                    .ifPresentOrElse(
                        row -> bridges.put(network, row),
                        () ->
                            problems.add(
                                NodeSetup.BRIDGE_MAPPINGS
                                    + ": there is no bridge "
                                    + Shown.text(name))));
  }

  /** The physical networks whose bridges are there. */
  Collection<String> networks() {
    return bridges.keySet();
  }

  /** The ports to be added to br-int. */
  List<Atom> missingInside(Optional<Row> integration) {
    Map<String, String> wanted = new TreeMap<>();
    bridges.keySet().forEach(n -> wanted.put(BridgeMappings.inner(n), BridgeMappings.outer(n)));
    return missing(integration, wanted);
  }

  /** The ports to be taken from br-int. */
  List<Row> staleInside(Row integration) {
    return stale(integration, bridges.keySet().stream().map(BridgeMappings::inner).toList());
  }

  /** Brings the other ends in order, each on its bridge. */
  void outside() {
    for (Row bridge : now.all("Bridge")) {
      if (bridge.text("name").equals(NodeSetup.BRIDGE)) {
        continue;
      }
      Map<String, String> wanted = new TreeMap<>();
      bridges.forEach(
          (network, row) -> {
            if (row.uuid().equals(bridge.uuid())) {
              wanted.put(BridgeMappings.outer(network), BridgeMappings.inner(network));
            }
          });
      List<Mutation> mutations = new ArrayList<>();
      missing(Optional.of(bridge), wanted)
          .forEach(port -> mutations.add(Mutation.insert("ports", port)));
      stale(bridge, List.copyOf(wanted.keySet()))
          .forEach(port -> mutations.add(Mutation.delete("ports", port.uuid())));
      if (!mutations.isEmpty()) {
        operations.add(new Mutate("Bridge", Condition.row(bridge.uuid()), mutations));
      }
    }
  }

  private List<Atom> missing(Optional<Row> bridge, Map<String, String> wanted) {
    List<Atom> ports = new ArrayList<>();
    wanted.forEach(
        (name, peer) -> {
          Map<String, String> options = Map.of("peer", peer);
          Optional<Row> there = now.named("Port", name);
          if (there.isPresent() && !BridgeRules.owned(there.get())) {
            problems.add("there is a port " + name + " already that is not ours; rename it");
          } else if (there.isPresent()
              && bridge.filter(b -> b.uuids("ports").contains(there.get().uuid())).isPresent()) {
            now.follow(there.get(), "interfaces", "Interface")
                .forEach(device -> retune(device, options));
          } else {
            ports.add(
                BridgeRules.newPort(
                    operations, name, PATCH, Map.of("options", options), OptionalInt.empty()));
          }
        });
    return ports;
  }

  private void retune(Row device, Map<String, String> options) {
    List<Mutation> mutations = BridgeRules.ensure(device, "options", options);
    if (!mutations.isEmpty()) {
      operations.add(new Mutate("Interface", Condition.row(device.uuid()), mutations));
    }
  }

  private List<Row> stale(Row bridge, List<String> wanted) {
    return now.follow(bridge, "ports", "Port")
        .filter(port -> BridgeRules.owned(port) && !wanted.contains(port.text("name")))
        .filter(
            port ->
                now.follow(port, "interfaces", "Interface")
                    .anyMatch(device -> device.text("type").equals(PATCH)))
        .toList();
  }
}
