package dev.heddle.openflow.ovsdb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.openflow.ovsdb.OvsdbValue.NamedUuid;
import dev.heddle.openflow.ovsdb.OvsdbValue.Uuid;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** One step of a transaction (RFC 7047 section 5.2). All steps are done, or none. */
public sealed interface Operation {

  JsonNode json();

  /** A row must meet all conditions (RFC 7047 section 5.1, {@code <condition>}). */
  record Condition(String column, String function, OvsdbValue value) {
    public static List<Condition> row(Uuid uuid) {
      return List.of(new Condition("_uuid", "==", uuid));
    }

    public static List<Condition> named(String name) {
      return List.of(new Condition("name", "==", OvsdbValue.text(name)));
    }

    JsonNode json() {
      return JsonNodeFactory.instance.arrayNode().add(column).add(function).add(value.json());
    }
  }

  /** A change within a column (RFC 7047 section 5.1, {@code <mutation>}). */
  record Mutation(String column, String mutator, OvsdbValue value) {
    /** Adds elements, or pairs whose keys are not there yet: an existing key is left as it is. */
    public static Mutation insert(String column, OvsdbValue value) {
      return new Mutation(column, "insert", value);
    }

    /** Takes away elements, pairs, or, given a set for a map, keys. */
    public static Mutation delete(String column, OvsdbValue value) {
      return new Mutation(column, "delete", value);
    }

    JsonNode json() {
      return JsonNodeFactory.instance.arrayNode().add(column).add(mutator).add(value.json());
    }
  }

  /** A new row, which the same transaction may refer to by {@link #reference}. */
  record Insert(String table, String name, Map<String, OvsdbValue> row) implements Operation {
    public NamedUuid reference() {
      return new NamedUuid(name);
    }

    @Override
    public JsonNode json() {
      ObjectNode json = Operation.on("insert", table);
      json.set("row", Operation.row(row));
      return json.put("uuid-name", name);
    }
  }

  /** Sets columns as a whole. */
  record Update(String table, List<Condition> where, Map<String, OvsdbValue> row)
      implements Operation {
    @Override
    public JsonNode json() {
      ObjectNode json = Operation.on("update", table);
      json.set("where", Operation.where(where));
      json.set("row", Operation.row(row));
      return json;
    }
  }

  /** Changes columns element by element, in the order given. */
  record Mutate(String table, List<Condition> where, List<Mutation> mutations)
      implements Operation {
    @Override
    public JsonNode json() {
      ObjectNode json = Operation.on("mutate", table);
      json.set("where", Operation.where(where));
      ArrayNode all = json.putArray("mutations");
      mutations.forEach(mutation -> all.add(mutation.json()));
      return json;
    }
  }

  record Delete(String table, List<Condition> where) implements Operation {
    @Override
    public JsonNode json() {
      ObjectNode json = Operation.on("delete", table);
      json.set("where", Operation.where(where));
      return json;
    }
  }

  /** Reads rows inside a transaction. */
  record Select(String table, List<Condition> where, Set<String> columns) implements Operation {
    @Override
    public JsonNode json() {
      ObjectNode json = Operation.on("select", table);
      json.set("where", Operation.where(where));
      ArrayNode all = json.putArray("columns");
      new TreeSet<>(columns).forEach(all::add);
      return json;
    }
  }

  /**
   * A guard: unless exactly these rows meet the conditions now, as far as these columns show, the
   * transaction fails with {@link OvsdbException.TransactionFailed#guardFailed}.
   */
  record Guard(
      String table, List<Condition> where, Set<String> columns, List<Map<String, OvsdbValue>> rows)
      implements Operation {
    @Override
    public JsonNode json() {
      ObjectNode json = Operation.on("wait", table).put("timeout", 0).put("until", "==");
      json.set("where", Operation.where(where));
      ArrayNode names = json.putArray("columns");
      new TreeSet<>(columns).forEach(names::add);
      ArrayNode all = json.putArray("rows");
      rows.forEach(row -> all.add(Operation.row(row)));
      return json;
    }
  }

  /** Text for the peer's own log of changes, seen by {@code ovsdb-tool show-log}. */
  record Comment(String text) implements Operation {
    @Override
    public JsonNode json() {
      return JsonNodeFactory.instance.objectNode().put("op", "comment").put("comment", text);
    }
  }

  private static ObjectNode on(String op, String table) {
    return JsonNodeFactory.instance.objectNode().put("op", op).put("table", table);
  }

  private static ArrayNode where(List<Condition> conditions) {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    conditions.forEach(condition -> json.add(condition.json()));
    return json;
  }

  private static ObjectNode row(Map<String, OvsdbValue> columns) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    new TreeMap<>(columns).forEach((column, value) -> json.set(column, value.json()));
    return json;
  }
}
