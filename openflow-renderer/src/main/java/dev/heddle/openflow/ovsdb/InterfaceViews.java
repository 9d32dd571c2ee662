package dev.heddle.openflow.ovsdb;

import dev.heddle.openflow.ovsdb.OvsdbValue.Uuid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads what br-int has, and remembers it for as long as its rows and columns are the same objects:
 * of hundreds of interfaces one has changed. What it says is what it would say without a memory.
 * Confined to an event loop.
 */
@SuppressWarnings("ReferenceEquality") // a row that is the same object has not changed
final class InterfaceViews implements NodeSnapshot.Reader {

  private record Seen(Row row, InterfaceView view) {}

  private Map<Uuid, Seen> before = new HashMap<>();
  private Map<Uuid, Seen> now = new HashMap<>();

  private OvsdbValue ports;
  private Map<Uuid, Row> portRows;
  private int interfaces;
  private List<Uuid> devices = List.of();

  private OvsdbValue externalIds;
  private Zones zones = Zones.NONE;

  @Override
  public InterfaceView view(String ifaceId, String name, Row row) {
    Seen known = before.get(row.uuid());
    Seen seen =
        known != null && known.row == row
            ? known
            : new Seen(row, InterfaceView.of(ifaceId, name, row));
    now.put(row.uuid(), seen);
    return seen.view;
  }

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

  @Override
  public Zones zones(Row bridge) {
    OvsdbValue now = bridge.value("external_ids");
    if (now != externalIds) {
      externalIds = now;
      zones = Zones.of(bridge);
    }
    return zones;
  }

  /** To be called when all interfaces were looked at: what was not asked for is forgotten. */
  void lookedAt() {
    Map<Uuid, Seen> old = before;
    before = now;
    now = old;
    now.clear();
  }
}
