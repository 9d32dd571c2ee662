package dev.heddle.openflow.ovsdb;

import dev.heddle.openflow.ovsdb.OvsdbValue.Atom;
import dev.heddle.openflow.ovsdb.OvsdbValue.Uuid;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;

/**
 * Of a node's rows those that {@link NodeSetup} looks at: among the ports of hundreds of guests a
 * handful are ours. Planned from these or from all rows, the plan is the same. Confined to an event
 * loop.
 */
@SuppressWarnings("ReferenceEquality") // a table that is the same object has not changed
final class OwnRows {

  /** With this begin the names of all ports that we make, but for br-int's own. */
  static final String PREFIX = "heddle-";

  private Map<Uuid, Row> seen;
  private Map<Uuid, Row> ports = Map.of();

  Tables of(Tables all) {
    Map<Uuid, Row> now = all.rows().getOrDefault("Port", Map.of());
    if (now != seen) {
      seen = now;
      ports = new HashMap<>(now);
      ports.values().removeIf(row -> !isOurs(row));
    }
    Map<String, Map<Uuid, Row>> rows = new HashMap<>(all.rows());
    rows.computeIfPresent("Port", (table, r) -> ports);
    rows.computeIfPresent("Interface", (table, r) -> devices(all));
    rows.computeIfPresent("Bridge", (table, r) -> bridges(r));
    return new Tables(rows);
  }

  private static boolean isOurs(Row port) {
    return port.text("name").startsWith(PREFIX) || BridgeRules.owned(port);
  }

  private Map<Uuid, Row> devices(Tables all) {
    Map<Uuid, Row> devices = new HashMap<>();
    ports.values().stream()
        .flatMap(port -> all.follow(port, "interfaces", "Interface"))
        .forEach(device -> devices.put(device.uuid(), device));
    return devices;
  }

  private Map<Uuid, Row> bridges(Map<Uuid, Row> all) {
    Map<Uuid, Row> bridges = new HashMap<>();
    all.forEach((uuid, row) -> bridges.put(uuid, bridge(row, ports.keySet())));
    return bridges;
  }

  private static Row bridge(Row row, Set<Uuid> own) {
    SortedSet<Atom> ports = row.value("ports").elements();
    Map<String, OvsdbValue> columns = new HashMap<>(row.columns());
    columns.put("ports", OvsdbValue.set(own.stream().filter(ports::contains).toList()));
    return new Row(row.uuid(), columns);
  }
}
