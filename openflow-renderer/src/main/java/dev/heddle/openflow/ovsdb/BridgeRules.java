package dev.heddle.openflow.ovsdb;

import dev.heddle.openflow.ovsdb.NodeSetup.Desired;
import dev.heddle.openflow.ovsdb.Operation.Insert;
import dev.heddle.openflow.ovsdb.Operation.Mutation;
import dev.heddle.openflow.ovsdb.OvsdbValue.Atom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The values {@link NodeSetup} wants in columns, whose a row is, and how a row differs. */
final class BridgeRules {

  /** No hidden flows of OVS's own for reaching a controller through the bridge it controls. */
  static final Map<String, String> OTHER_CONFIG = Map.of("disable-in-band", "true");

  private BridgeRules() {}

  static boolean owned(Row row) {
    return NodeSetup.OWNED.entrySet().stream()
        .allMatch(e -> row.entry("external_ids", e.getKey()).equals(Optional.of(e.getValue())));
  }

  /**
   * Why br-int is not ours to drive: we did not make it, never drove it, and somebody else does.
   * OVN leaves no Controller entry, it uses the bridge's management socket.
   */
  static Optional<String> drivenByAnother(Tables now, Row root, Row bridge, Desired desired) {
    List<Row> controllers = now.follow(bridge, "controller", "Controller").toList();
    if (owned(bridge) || controllers.stream().anyMatch(BridgeRules::owned)) {
      return Optional.empty();
    }
    String hint =
        "; remove it, or mark br-int with external_ids:heddle-owner=heddle to hand it over";
    if (root.map("external_ids").containsKey("ovn-remote")) {
      return Optional.of("br-int belongs to OVN (external_ids:ovn-remote)" + hint);
    }
    return controllers.stream()
        .map(row -> row.text("target"))
        .filter(target -> !desired.controllers().contains(target))
        .findFirst()
        .map(target -> "br-int is driven by controller " + Shown.text(target) + hint);
  }

  static Map<String, OvsdbValue> controllerColumns(Desired desired) {
    return Map.of(
        "connection_mode", OvsdbValue.text("out-of-band"),
        "max_backoff", OvsdbValue.whole(desired.maxBackoffMillis()),
        "inactivity_probe", OvsdbValue.whole(desired.inactivityProbeMillis()));
  }

  /** The wanted columns that the row does not have as wanted. */
  static Map<String, OvsdbValue> different(Row row, Map<String, OvsdbValue> wanted) {
    Map<String, OvsdbValue> wrong = new TreeMap<>(wanted);
    wrong.entrySet().removeIf(entry -> row.value(entry.getKey()).equals(entry.getValue()));
    return wrong;
  }

  /** Makes a map hold these entries, whatever else it holds. */
  static List<Mutation> ensure(Row row, String column, Map<String, String> wanted) {
    Map<String, String> now = row.map(column);
    Map<String, String> missing = new TreeMap<>(wanted);
    missing.entrySet().removeIf(entry -> entry.getValue().equals(now.get(entry.getKey())));
    List<OvsdbValue.Text> wrong =
        missing.keySet().stream()
            .filter(now::containsKey)
            .map(OvsdbValue::text)
            .collect(Collectors.toList());
    List<Mutation> mutations = new ArrayList<>();
    if (!wrong.isEmpty()) {
      mutations.add(Mutation.delete(column, OvsdbValue.set(wrong)));
    }
    if (!missing.isEmpty()) {
      mutations.add(Mutation.insert(column, OvsdbValue.map(missing)));
    }
    return mutations;
  }

  /**
   * A port of ours with one interface: adds what makes it to {@code operations}.
   *
   * @param maps columns of the interface, such as options, with their entries
   */
  static Atom newPort(
      List<Operation> operations,
      String name,
      String type,
      Map<String, Map<String, String>> maps,
      OptionalInt number) {
    // Names of new rows are identifiers, each used once.
    String suffix = name.replaceAll("[^A-Za-z0-9]", "_") + "_" + operations.size();
    Map<String, OvsdbValue> columns = new TreeMap<>();
    columns.put("name", OvsdbValue.text(name));
    columns.put("type", OvsdbValue.text(type));
    maps.forEach((column, entries) -> columns.put(column, OvsdbValue.map(entries)));
    columns.put("external_ids", OvsdbValue.map(NodeSetup.OWNED));
    number.ifPresent(n -> columns.put("ofport_request", OvsdbValue.whole(n)));
    Insert device = new Insert("Interface", "interface_" + suffix, columns);
    Insert port =
        new Insert(
            "Port",
            "port_" + suffix,
            Map.of(
                "name", OvsdbValue.text(name),
                "interfaces", device.reference(),
                "external_ids", OvsdbValue.map(NodeSetup.OWNED)));
    operations.add(device);
    operations.add(port);
    return port.reference();
  }
}
