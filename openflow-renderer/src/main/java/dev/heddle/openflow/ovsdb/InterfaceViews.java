package dev.heddle.openflow.ovsdb;

import dev.heddle.openflow.ovsdb.OvsdbValue.Uuid;
import java.util.ArrayList;
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
      devices = NodeSnapshot.Reader.super.devices(bridge, tables).stream().map(Row::uuid).toList();
    }
    List<Row> found = new ArrayList<>(devices.size());
    for (Uuid uuid : devices) {
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
    if (rows.size() != pluggedRows.size()
        || !plugged.duplicates().isEmpty()
        || !plugged.refused().isEmpty()) {
      return Optional.empty();
    }
    SortedMap<String, InterfaceView> interfaces = new TreeMap<>(plugged.interfaces());
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      Row old = pluggedRows.get(i);
      if (row == old) {
        continue;
      }
      Optional<String> ifaceId = row.entry("external_ids", Plugged.IFACE_ID);
      if (!row.uuid().equals(old.uuid())
          || !ifaceId.equals(old.entry("external_ids", Plugged.IFACE_ID))) {
        return Optional.empty();
      }
      ifaceId.ifPresent(id -> interfaces.put(id, InterfaceView.of(id, row.text("name"), row)));
    }
    return Optional.of(new Plugged(interfaces, List.of(), new TreeMap<>()));
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
