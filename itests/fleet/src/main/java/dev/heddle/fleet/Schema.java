package dev.heddle.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.openflow.ovsdb.OvsdbValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The part of the schema "Open_vSwitch" that a controller of switches looks at. */
final class Schema {

  private enum Type {
    TEXT,
    OPTIONAL,
    OPTIONAL_NUMBER,
    TEXTS,
    ROWS,
    MAP
  }

  private static final Map<String, Map<String, Type>> TABLES =
      Map.of(
          "Open_vSwitch",
              Map.of(
                  "bridges", Type.ROWS,
                  "external_ids", Type.MAP,
                  "ovs_version", Type.OPTIONAL,
                  "datapath_types", Type.TEXTS),
          "Bridge",
              Map.of(
                  "name", Type.TEXT,
                  "datapath_type", Type.TEXT,
                  "datapath_id", Type.OPTIONAL,
                  "ports", Type.ROWS,
                  "controller", Type.ROWS,
                  "protocols", Type.TEXTS,
                  "fail_mode", Type.OPTIONAL,
                  "other_config", Type.MAP,
                  "external_ids", Type.MAP),
          "Port", Map.of("name", Type.TEXT, "interfaces", Type.ROWS, "external_ids", Type.MAP),
          "Interface",
              Map.of(
                  "name", Type.TEXT,
                  "type", Type.TEXT,
                  "options", Type.MAP,
                  "external_ids", Type.MAP,
                  "ofport", Type.OPTIONAL_NUMBER,
                  "ofport_request", Type.OPTIONAL_NUMBER,
                  "mac_in_use", Type.OPTIONAL,
                  "bfd", Type.MAP,
                  "bfd_status", Type.MAP,
                  "error", Type.OPTIONAL),
          "Controller",
              Map.of(
                  "target", Type.TEXT,
                  "max_backoff", Type.OPTIONAL_NUMBER,
                  "inactivity_probe", Type.OPTIONAL_NUMBER,
                  "connection_mode", Type.OPTIONAL,
                  "external_ids", Type.MAP));

  private Schema() {}

  static boolean has(String table) {
    return TABLES.containsKey(table);
  }

  static boolean has(String table, String column) {
    return TABLES.getOrDefault(table, Map.of()).containsKey(column);
  }

  /** Only these are told as differences. */
  static boolean several(String table, String column) {
    return switch (TABLES.get(table).get(column)) {
      case TEXTS, ROWS, MAP -> true;
      case TEXT, OPTIONAL, OPTIONAL_NUMBER -> false;
    };
  }

  /** The tables whose rows go when no other row names them, and who names them by which column. */
  static final List<List<String>> COLLECTED =
      List.of(
          List.of("Bridge", "Open_vSwitch", "bridges"),
          List.of("Controller", "Bridge", "controller"),
          List.of("Port", "Bridge", "ports"),
          List.of("Interface", "Port", "interfaces"));

  /** A row as it is when nothing is said of it. */
  static Map<String, OvsdbValue> empty(String table) {
    Map<String, OvsdbValue> row = new HashMap<>();
    TABLES
        .get(table)
        .forEach(
            (column, type) ->
                row.put(
                    column,
                    switch (type) {
                      case TEXT -> OvsdbValue.text("");
                      case MAP -> OvsdbValue.map(Map.of());
                      case OPTIONAL, OPTIONAL_NUMBER, TEXTS, ROWS -> OvsdbValue.set(List.of());
                    }));
    return row;
  }

  /** As RFC 7047 section 3.2 writes it. */
  static JsonNode json() {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.put("name", "Open_vSwitch").put("version", "8.3.1");
    ObjectNode tables = all.putObject("tables");
    TABLES.forEach(
        (table, columns) -> {
          ObjectNode out = tables.putObject(table).putObject("columns");
          columns.forEach((column, type) -> describe(out.putObject(column), type));
        });
    return all;
  }

  private static void describe(ObjectNode column, Type type) {
    if (type == Type.TEXT) {
      column.put("type", "string");
      return;
    }
    ObjectNode out = column.putObject("type");
    out.put(
        "key",
        switch (type) {
          case OPTIONAL_NUMBER -> "integer";
          case ROWS -> "uuid";
          case TEXT, OPTIONAL, TEXTS, MAP -> "string";
        });
    if (type == Type.MAP) {
      out.put("value", "string");
    }
    out.put("min", 0);
    if (type == Type.OPTIONAL || type == Type.OPTIONAL_NUMBER) {
      out.put("max", 1);
    } else {
      out.put("max", "unlimited");
    }
  }
}
