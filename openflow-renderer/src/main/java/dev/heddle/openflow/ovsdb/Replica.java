package dev.heddle.openflow.ovsdb;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.openflow.admission.Budget;
import dev.heddle.openflow.ovsdb.OvsdbException.BadMessage;
import dev.heddle.openflow.ovsdb.OvsdbValue.Atom;
import dev.heddle.openflow.ovsdb.OvsdbValue.MapOf;
import dev.heddle.openflow.ovsdb.OvsdbValue.Uuid;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The rows of one monitor, kept equal to the peer's by its updates. Not thread-safe: it belongs to
 * one event loop. Holds at most what {@link Limits} allows; beyond that {@link BadMessage}.
 */
final class Replica {

  private final Schema schema;
  private final Map<String, Set<String>> monitored;
  private final Limits limits;
  private final Map<String, Map<Uuid, Row>> rows = new HashMap<>();
  private final Map<String, Map<Uuid, Row>> published = new HashMap<>();
  private final Budget room;
  private int count;
  private long weight;

  Replica(Schema schema, Map<String, Set<String>> monitored, Limits limits, Budget room) {
    this.room = room;
    this.schema = schema;
    this.monitored = monitored;
    this.limits = limits;
  }

  /** Applies table-updates (RFC 7047 section 4.1.6) or table-updates2 (ovsdb-server(7)). */
  Tables apply(JsonNode updates) {
    if (!updates.isObject()) {
      throw new BadMessage("table updates are not an object");
    }
    updates.properties().forEach(table -> applyTable(table.getKey(), table.getValue()));
    return new Tables(published);
  }

  /** The rows are not needed any more. */
  void release() {
    room.giveBack(weight);
    weight = 0;
  }

  private void applyTable(String table, JsonNode updates) {
    if (!monitored.containsKey(table)) {
      throw new BadMessage("an update is for a table we did not ask for");
    }
    Map<Uuid, Row> target = rows.computeIfAbsent(table, t -> new HashMap<>());
    updates
        .properties()
        .forEach(
            row -> {
              Uuid uuid = Uuid.parse(row.getKey());
              put(target, uuid, next(table, uuid, target.get(uuid), row.getValue()));
            });
    published.put(table, Map.copyOf(target));
  }

  /** The row after an update, null if it is gone. */
  private Row next(String table, Uuid uuid, Row old, JsonNode update) {
    for (String whole : new String[] {"new", "initial", "insert"}) {
      if (update.hasNonNull(whole)) {
        return only(table, Row.parse(uuid, update.get(whole)));
      }
    }
    if (update.hasNonNull("modify")) {
      if (old == null) {
        throw new BadMessage("an update modifies a row that does not exist");
      }
      return changed(table, old, only(table, Row.parse(uuid, update.get("modify"))));
    }
    if (update.has("delete") || update.has("old")) {
      return null;
    }
    throw new BadMessage("a row update says neither what is new nor what is gone");
  }

  private Row only(String table, Row row) {
    if (!monitored.get(table).containsAll(row.columns().keySet())) {
      throw new BadMessage("an update is for a column we did not ask for");
    }
    return row;
  }

  private Row changed(String table, Row old, Row difference) {
    Map<String, OvsdbValue> columns = new HashMap<>(old.columns());
    difference
        .columns()
        .forEach(
            (column, value) ->
                columns.put(
                    column,
                    schema.several(table, column) ? patch(old.value(column), value) : value));
    return new Row(old.uuid(), columns);
  }

  /** The difference of a map or set that may hold several elements, applied. */
  static OvsdbValue patch(OvsdbValue old, OvsdbValue difference) {
    if (difference instanceof MapOf pairs) {
      SortedMap<Atom, Atom> entries = new TreeMap<>();
      if (old instanceof MapOf before) {
        entries.putAll(before.entries());
      }
      // A pair that is there already is taken away; any other is put in.
      pairs
          .entries()
          .forEach(
              (k, v) -> {
                if (!entries.remove(k, v)) {
                  entries.put(k, v);
                }
              });
      return new MapOf(entries);
    }
    SortedSet<Atom> elements = new TreeSet<>(old.elements());
    for (Atom atom : difference.elements()) {
      if (!elements.remove(atom)) {
        elements.add(atom);
      }
    }
    return OvsdbValue.set(elements);
  }

  private void put(Map<Uuid, Row> target, Uuid uuid, Row row) {
    Row old = row == null ? target.remove(uuid) : target.put(uuid, row);
    count += (row == null ? 0 : 1) - (old == null ? 0 : 1);
    long more = (row == null ? 0L : row.weight()) - (old == null ? 0L : old.weight());
    if (more > 0 && !room.take(more)) {
      throw new BadMessage("the databases of all peers take more memory than there is for them");
    } else if (more < 0) {
      room.giveBack(-more);
    }
    weight += more;
    if (count > limits.maxRows() || weight > limits.maxRowBytes()) {
      throw new BadMessage("the database is larger than the limits allow");
    }
  }
}
