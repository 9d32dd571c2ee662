package dev.heddle.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.openflow.ovsdb.OvsdbValue;
import dev.heddle.openflow.ovsdb.OvsdbValue.Atom;
import dev.heddle.openflow.ovsdb.OvsdbValue.MapOf;
import dev.heddle.openflow.ovsdb.OvsdbValue.NamedUuid;
import dev.heddle.openflow.ovsdb.OvsdbValue.Uuid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * A small database "Open_vSwitch" in memory: the operations of RFC 7047 section 5.2 that a
 * controller of switches uses. Confined to one thread.
 */
final class Rows {

  private final Map<String, Map<Uuid, Map<String, OvsdbValue>>> tables = new HashMap<>();

  /** Rows as they were before they were first touched since {@link #changes}; null if new. */
  private final Map<String, Map<Uuid, Map<String, OvsdbValue>>> before = new LinkedHashMap<>();

  private long numbers;

  /** An operation that fails, with the word of the RFC. */
  static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failed(String error) {
      super(error);
    }
  }

  Map<Uuid, Map<String, OvsdbValue>> table(String name) {
    return tables.computeIfAbsent(name, t -> new LinkedHashMap<>());
  }

  Optional<Uuid> named(String table, String name) {
    OvsdbValue wanted = OvsdbValue.text(name);
    return table(table).entrySet().stream()
        .filter(e -> wanted.equals(e.getValue().get("name")))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  Uuid insert(String table, Map<String, OvsdbValue> columns) {
    Uuid uuid = new Uuid(new UUID(0x4000L, ++numbers));
    Map<String, OvsdbValue> row = Schema.empty(table);
    row.putAll(columns);
    put(table, uuid, row);
    return uuid;
  }

  void set(String table, Uuid uuid, String column, OvsdbValue value) {
    Map<String, OvsdbValue> row = new HashMap<>(table(table).get(uuid));
    row.put(column, value);
    put(table, uuid, row);
  }

  /** Adds to a set or to a map, as the mutator "insert" does. */
  void add(String table, Uuid uuid, String column, OvsdbValue value) {
    set(table, uuid, column, added(table(table).get(uuid).get(column), value));
  }

  void remove(String table, Uuid uuid, String column, OvsdbValue value) {
    set(table, uuid, column, removed(table(table).get(uuid).get(column), value));
  }

  private void put(String table, Uuid uuid, Map<String, OvsdbValue> row) {
    Map<Uuid, Map<String, OvsdbValue>> rows = table(table);
    Map<Uuid, Map<String, OvsdbValue>> old =
        before.computeIfAbsent(table, t -> new LinkedHashMap<>());
    if (!old.containsKey(uuid)) {
      old.put(uuid, rows.get(uuid));
    }
    if (row == null) {
      rows.remove(uuid);
    } else {
      rows.put(uuid, row);
    }
  }

  /** All operations or none; the result as it stands in the reply. */
  ArrayNode transact(JsonNode params) {
    ArrayNode results = JsonNodeFactory.instance.arrayNode();
    Map<String, Uuid> names = new HashMap<>();
    try {
      for (int i = 1; i < params.size(); i++) { // the first is the database
        if (params.get(i).path("op").asText().equals("insert")) {
          names.put(
              params.get(i).path("uuid-name").asText(), new Uuid(new UUID(0x4000L, ++numbers)));
        }
      }
      for (int i = 1; i < params.size(); i++) {
        results.add(operation(params.get(i), names));
      }
      collect();
    } catch (Failed e) {
      undo();
      results.addObject().put("error", e.getMessage()).put("details", "");
    }
    return results;
  }

  private void undo() {
    before.forEach(
        (table, rows) ->
            rows.forEach(
                (uuid, old) -> {
                  if (old == null) {
                    table(table).remove(uuid);
                  } else {
                    table(table).put(uuid, old);
                  }
                }));
    before.clear();
  }

  private ObjectNode operation(JsonNode op, Map<String, Uuid> names) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    String table = op.path("table").asText();
    String what = op.path("op").asText();
    if (!what.equals("comment") && !Schema.has(table)) {
      throw new Failed("syntax error");
    }
    switch (what) {
      case "comment" -> {}
      case "insert" -> {
        Uuid uuid = names.get(op.path("uuid-name").asText());
        Map<String, OvsdbValue> row = Schema.empty(table);
        row.putAll(columns(table, op.path("row"), names));
        put(table, uuid, row);
        result.set("uuid", uuid.json());
      }
      case "update" -> {
        Map<String, OvsdbValue> changed = columns(table, op.path("row"), names);
        List<Uuid> found = where(table, op.path("where"));
        for (Uuid uuid : found) {
          Map<String, OvsdbValue> row = new HashMap<>(table(table).get(uuid));
          row.putAll(changed);
          put(table, uuid, row);
        }
        result.put("count", found.size());
      }
      case "mutate" -> {
        List<Uuid> found = where(table, op.path("where"));
        for (Uuid uuid : found) {
          for (JsonNode m : op.path("mutations")) {
            OvsdbValue value = resolved(OvsdbValue.parse(m.get(2)), names);
            if (m.get(1).asText().equals("insert")) {
              add(table, uuid, m.get(0).asText(), value);
            } else {
              remove(table, uuid, m.get(0).asText(), value);
            }
          }
        }
        result.put("count", found.size());
      }
      case "delete" -> {
        List<Uuid> found = where(table, op.path("where"));
        found.forEach(uuid -> put(table, uuid, null));
        result.put("count", found.size());
      }
      case "wait" -> await(table, op);
      default -> throw new Failed("not supported");
    }
    return result;
  }

  private void await(String table, JsonNode op) {
    List<Map<String, OvsdbValue>> wanted = new ArrayList<>();
    op.path("rows").forEach(row -> wanted.add(columns(table, row, Map.of())));
    List<Map<String, OvsdbValue>> found = new ArrayList<>();
    for (Uuid uuid : where(table, op.path("where"))) {
      Map<String, OvsdbValue> row = new HashMap<>();
      op.path("columns").forEach(c -> row.put(c.asText(), table(table).get(uuid).get(c.asText())));
      found.add(row);
    }
    if (found.size() != wanted.size() || !new HashSet<>(found).equals(new HashSet<>(wanted))) {
      throw new Failed("timed out");
    }
  }

  private static Map<String, OvsdbValue> columns(
      String table, JsonNode row, Map<String, Uuid> names) {
    Map<String, OvsdbValue> columns = new HashMap<>();
    row.properties()
        .forEach(
            e -> {
              if (!Schema.has(table, e.getKey())) {
                throw new Failed("unknown column");
              }
              columns.put(e.getKey(), resolved(OvsdbValue.parse(e.getValue()), names));
            });
    return columns;
  }

  private static OvsdbValue resolved(OvsdbValue value, Map<String, Uuid> names) {
    if (value instanceof MapOf) {
      return value;
    }
    Set<Atom> atoms = new TreeSet<>();
    for (Atom atom : value.elements()) {
      atoms.add(atom instanceof NamedUuid named ? names.get(named.name()) : atom);
    }
    return OvsdbValue.set(atoms);
  }

  private List<Uuid> where(String table, JsonNode conditions) {
    List<Uuid> found = new ArrayList<>();
    Map<Uuid, Map<String, OvsdbValue>> rows = table(table);
    JsonNode first = conditions.path(0);
    if (first.path(0).asText().equals("_uuid") && first.path(1).asText().equals("==")) {
      Uuid only = (Uuid) OvsdbValue.parse(first.get(2));
      rows = rows.containsKey(only) ? Map.of(only, rows.get(only)) : Map.of();
    }
    rows.forEach(
        (uuid, row) -> {
          for (JsonNode c : conditions) {
            String column = c.get(0).asText();
            OvsdbValue is = column.equals("_uuid") ? uuid : row.get(column);
            OvsdbValue wanted = OvsdbValue.parse(c.get(2));
            boolean holds =
                c.get(1).asText().equals("includes") ? includes(is, wanted) : is.equals(wanted);
            if (!holds) {
              return;
            }
          }
          found.add(uuid);
        });
    return found;
  }

  private static boolean includes(OvsdbValue is, OvsdbValue wanted) {
    return wanted instanceof MapOf pairs
        ? is instanceof MapOf own
            && own.entries().entrySet().containsAll(pairs.entries().entrySet())
        : is.elements().containsAll(wanted.elements());
  }

  private static OvsdbValue added(OvsdbValue old, OvsdbValue more) {
    if (more instanceof MapOf pairs) {
      SortedMap<Atom, Atom> all = new TreeMap<>(pairs.entries());
      all.putAll(((MapOf) old).entries()); // a key that is there stays as it is
      return new MapOf(all);
    }
    Set<Atom> all = new TreeSet<>(old.elements());
    all.addAll(more.elements());
    return OvsdbValue.set(all);
  }

  private static OvsdbValue removed(OvsdbValue old, OvsdbValue less) {
    if (old instanceof MapOf pairs) {
      SortedMap<Atom, Atom> left = new TreeMap<>(pairs.entries());
      if (less instanceof MapOf gone) {
        left.entrySet().removeAll(gone.entries().entrySet());
      } else {
        left.keySet().removeAll(less.elements());
      }
      return new MapOf(left);
    }
    Set<Atom> left = new TreeSet<>(old.elements());
    left.removeAll(less.elements());
    return OvsdbValue.set(left);
  }

  /** What no row names any more goes, as the strong references of the real schema demand. */
  void collect() {
    for (List<String> rule : Schema.COLLECTED) {
      if (!before.containsKey(rule.get(1))) {
        continue;
      }
      Set<Atom> named = new HashSet<>();
      table(rule.get(1)).values().forEach(r -> named.addAll(r.get(rule.get(2)).elements()));
      for (Uuid uuid : List.copyOf(table(rule.get(0)).keySet())) {
        if (!named.contains(uuid)) {
          put(rule.get(0), uuid, null);
        }
      }
    }
  }

  /**
   * All rows, of the columns asked for, as the answer to monitor_cond: what has changed before is
   * told with it, and never as a difference to it.
   */
  ObjectNode all(Map<String, Set<String>> watched) {
    before.clear();
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    watched.forEach(
        (table, columns) ->
            table(table)
                .forEach(
                    (uuid, row) ->
                        child(out, table)
                            .putObject(uuid.value().toString())
                            .set("initial", shown(row, columns))));
    return out;
  }

  /** What has changed since the last call, as table-updates2; empty if nothing watched has. */
  Optional<ObjectNode> changes(Map<String, Set<String>> watched) {
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    before.forEach(
        (table, rows) ->
            rows.forEach(
                (uuid, old) -> {
                  Set<String> columns = watched.getOrDefault(table, Set.of());
                  Map<String, OvsdbValue> now = table(table).get(uuid);
                  if (!columns.isEmpty()) {
                    change(out, table, uuid, columns, old, now);
                  }
                }));
    before.clear();
    return out.isEmpty() ? Optional.empty() : Optional.of(out);
  }

  private static void change(
      ObjectNode out,
      String table,
      Uuid uuid,
      Set<String> columns,
      Map<String, OvsdbValue> old,
      Map<String, OvsdbValue> now) {
    String key = uuid.value().toString();
    if (old == null && now != null) {
      child(out, table).putObject(key).set("insert", shown(now, columns));
    } else if (old != null && now == null) {
      child(out, table).putObject(key).putNull("delete");
    } else if (old != null) {
      ObjectNode difference = JsonNodeFactory.instance.objectNode();
      for (String column : columns) {
        if (!old.get(column).equals(now.get(column))) {
          OvsdbValue value =
              Schema.several(table, column)
                  ? difference(old.get(column), now.get(column))
                  : now.get(column);
          difference.set(column, value.json());
        }
      }
      if (!difference.isEmpty()) {
        child(out, table).putObject(key).set("modify", difference);
      }
    }
  }

  /** As ovsdb-server(7) has it under "update2": what is in one of them only. */
  private static OvsdbValue difference(OvsdbValue old, OvsdbValue now) {
    if (now instanceof MapOf after) {
      SortedMap<Atom, Atom> changed = new TreeMap<>(((MapOf) old).entries());
      changed.entrySet().removeAll(after.entries().entrySet());
      after
          .entries()
          .forEach(
              (k, v) -> {
                if (!v.equals(((MapOf) old).entries().get(k))) {
                  changed.put(k, v);
                }
              });
      return new MapOf(changed);
    }
    Set<Atom> either = new TreeSet<>(old.elements());
    either.addAll(now.elements());
    either.removeIf(a -> old.elements().contains(a) && now.elements().contains(a));
    return OvsdbValue.set(either);
  }

  private static ObjectNode child(ObjectNode out, String table) {
    return out.has(table) ? (ObjectNode) out.get(table) : out.putObject(table);
  }

  private static ObjectNode shown(Map<String, OvsdbValue> row, Set<String> columns) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    columns.forEach(c -> json.set(c, row.get(c).json()));
    return json;
  }
}
