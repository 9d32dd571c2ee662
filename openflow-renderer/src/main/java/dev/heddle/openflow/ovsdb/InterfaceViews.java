package dev.heddle.openflow.ovsdb;

import dev.heddle.openflow.ovsdb.OvsdbValue.Uuid;
import java.util.HashMap;
import java.util.Map;

/**
 * The views of interfaces whose rows are as they were: of hundreds one has changed. Confined to an
 * event loop.
 */
final class InterfaceViews {

  private record Seen(Row row, InterfaceView view) {}

  private Map<Uuid, Seen> before = new HashMap<>();
  private Map<Uuid, Seen> now = new HashMap<>();

  /** As {@link InterfaceView#of}. */
  InterfaceView of(String ifaceId, String name, Row row) {
    Seen known = before.get(row.uuid());
    @SuppressWarnings("ReferenceEquality") // a row that is the same object has not changed
    Seen seen =
        known != null && known.row == row
            ? known
            : new Seen(row, InterfaceView.of(ifaceId, name, row));
    now.put(row.uuid(), seen);
    return seen.view;
  }

  /** To be called when all interfaces were looked at: what was not asked for is forgotten. */
  void lookedAt() {
    Map<Uuid, Seen> old = before;
    before = now;
    now = old;
    now.clear();
  }
}
