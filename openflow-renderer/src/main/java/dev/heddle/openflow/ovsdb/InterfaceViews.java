package dev.heddle.openflow.ovsdb;

import dev.heddle.openflow.ovsdb.OvsdbValue.Uuid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads what br-int has, and remembers it for as long as its rows and columns are the same objects:
 * of hundreds of interfaces one has changed. What it says is what it would say without a memory.
 * Confined to an event loop.
 */
@SuppressWarnings("ReferenceEquality") // a row that is the same object has not changed
final class InterfaceViews implements NodeSnapshot.Reader {

  private OvsdbValue ports;
  private Map<Uuid, Row> portRows;
  private int interfaces;
  private List<Uuid> devices = List.of();
  private List<Uuid> own = List.of();

  private List<Row> pluggedRows = List.of();
  private Plugged plugged = new Plugged(new TreeMap<>(), List.of(), new TreeMap<>());

  private OvsdbValue externalIds;
  private Zones zones = Zones.NONE;

  /** An interface's name never changes (ovs-vswitchd.conf.db(5)), so neither does their order. */
  @Override
  public List<Row> devices(Row bridge, Tables tables) {
    Map<Uuid, Row> rows = tables.rows().getOrDefault("Interface", Map.of());
    Map<Uuid, Row> ofPorts = tables.rows().getOrDefault("Port", Map.of());
    OvsdbValue now = bridge.value("ports");
    if (now != ports || ofPorts != portRows || rows.size() != interfaces) {
      ports = now;
      portRows = ofPorts;
      interfaces = rows.size();
      List<Row> all = inOrder(bridge, tables);
      devices = all.stream().map(Row::uuid).toList();
      own = NodeSnapshot.Reader.super.own(all).stream().map(Row::uuid).toList();
      return all;
    }
    return those(devices, rows);
  }

  /** Those that were there stand in order already. */
  private List<Row> inOrder(Row bridge, Tables tables) {
    Map<Uuid, Row> fresh = new HashMap<>();
    Map<Uuid, Row> rows = tables.rows().getOrDefault("Interface", Map.of());
    bridge.forEachUuid(
        "ports",
        uuid -> {
          Row port = portRows.get(uuid);
          if (port != null) {
            port.forEachUuid(
                "interfaces",
                of -> Optional.ofNullable(rows.get(of)).ifPresent(r -> fresh.put(of, r)));
          }
        });
    List<Row> all = new ArrayList<>(fresh.size());
    for (Uuid uuid : devices) {
      Row row = fresh.remove(uuid);
      if (row != null) {
        all.add(row);
      }
    }
    all.addAll(fresh.values());
    all.sort(BY_NAME);
    return all;
  }

  @Override
  public List<Row> own(List<Row> all) {
    return all.stream().filter(row -> own.contains(row.uuid())).toList();
  }

  private static List<Row> those(List<Uuid> uuids, Map<Uuid, Row> rows) {
    List<Row> found = new ArrayList<>(uuids.size());
    for (Uuid uuid : uuids) {
      Row row = rows.get(uuid);
      if (row != null) {
        found.add(row);
      }
    }
    return found;
  }

  /** Where no iface-id is given twice or refused, a changed row changes its own view only. */
  @Override
  public Plugged plugged(List<Row> rows) {
    plugged = changed(rows).orElseGet(() -> Plugged.of(rows, this));
    pluggedRows = rows;
    return plugged;
  }

  private Optional<Plugged> changed(List<Row> rows) {
    if (!plugged.duplicates().isEmpty() || !plugged.refused().isEmpty()) {
      return Optional.empty();
    }
    List<Row> gone = new ArrayList<>();
    List<Row> come = new ArrayList<>();
    compare(pluggedRows, rows, gone, come);
    return gone.isEmpty() && come.isEmpty() ? Optional.of(plugged) : changed(gone, come);
  }

  private Optional<Plugged> changed(List<Row> gone, List<Row> come) {
    SortedMap<String, InterfaceView> interfaces = new TreeMap<>(plugged.interfaces());
    for (Row row : gone) {
      row.entry("external_ids", Plugged.IFACE_ID).ifPresent(interfaces::remove);
    }
    for (Row row : come) {
      Optional<String> ifaceId = row.entry("external_ids", Plugged.IFACE_ID);
      if (ifaceId.isPresent()) {
        String id = ifaceId.get();
        String name = row.text("name");
        if (!NodeSnapshot.isName(id)
            || !NodeSnapshot.isName(name)
            || interfaces.put(id, InterfaceView.of(id, name, row)) != null) {
          return Optional.empty();
        }
      }
    }
    return Optional.of(new Plugged(interfaces, List.of(), new TreeMap<>()));
  }

  /** What is in one of two lists by name only; a row that has changed is in both. */
  private static void compare(List<Row> before, List<Row> now, List<Row> gone, List<Row> come) {
    int old = 0;
    for (Row row : now) {
      while (old < before.size()
          && before.get(old) != row
          && BY_NAME.compare(before.get(old), row) <= 0) {
        gone.add(before.get(old++));
      }
      if (old < before.size() && before.get(old) == row) {
        old++;
      } else {
        come.add(row);
      }
    }
    gone.addAll(before.subList(old, before.size()));
  }

  @Override
  public Zones zones(Row bridge) {
    OvsdbValue now = bridge.value("external_ids");
    if (now != externalIds) {
      externalIds = now;
      zones = Zones.of(bridge);
    }
    return zones;
  }
}
