package dev.heddle.openflow.ovsdb;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.openflow.ovsdb.OvsdbException.BadMessage;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What we need of a database's schema: which columns there are, and which of them may hold more
 * than one element. Only those arrive as differences from monitor_cond.
 *
 * @param several for each table and column: may it hold more than one element
 */
record Schema(Map<String, Map<String, Boolean>> several) {

  static Schema parse(JsonNode json) {
    Map<String, Map<String, Boolean>> tables = new HashMap<>();
    JsonNode all = json.path("tables");
    if (!all.isObject()) {
      throw new BadMessage("the schema has no tables");
    }
    all.properties()
        .forEach(
            table -> {
              Map<String, Boolean> columns = new HashMap<>();
              table
                  .getValue()
                  .path("columns")
                  .properties()
                  .forEach(column -> columns.put(column.getKey(), several(column.getValue())));
              tables.put(table.getKey(), Map.copyOf(columns));
            });
    return new Schema(Map.copyOf(tables));
  }

  private static boolean several(JsonNode column) {
    JsonNode max = column.path("type").path("max");
    return max.isTextual() || max.asInt(1) > 1; // the only text allowed is "unlimited"
  }

  /** Of the columns asked for, those this peer has: older versions lack some. */
  Map<String, Set<String>> present(Map<String, Set<String>> asked) {
    Map<String, Set<String>> present = new HashMap<>();
    asked.forEach(
        (table, columns) -> {
          Set<String> kept = new TreeSet<>(columns);
          kept.retainAll(several.getOrDefault(table, Map.of()).keySet());
          if (!kept.isEmpty()) {
            present.put(table, kept);
          }
        });
    return present;
  }

  boolean several(String table, String column) {
    return several.getOrDefault(table, Map.of()).getOrDefault(column, false);
  }
}
