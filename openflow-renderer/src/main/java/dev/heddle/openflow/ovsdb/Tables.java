package dev.heddle.openflow.ovsdb;

import dev.heddle.openflow.ovsdb.OvsdbValue.Uuid;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** All monitored rows at one moment; immutable. */
public record Tables(Map<String, Map<Uuid, Row>> rows) {

  public Tables {
    rows = Map.copyOf(rows);
  }

  /** Every row of a table, none if the table is not monitored. */
  public Collection<Row> all(String table) {
    return rows.getOrDefault(table, Map.of()).values();
  }

  /** The only row of a table that has one, such as Open_vSwitch. */
  public Optional<Row> only(String table) {
    return all(table).stream().min(Comparator.comparing(Row::uuid));
  }

  /** The row with this name; names are unique in Bridge, Port and Interface. */
  public Optional<Row> named(String table, String name) {
    return all(table).stream().filter(row -> row.text("name").equals(name)).findFirst();
  }

  /**
   * The rows a column refers to, in a fixed order; references to what is not monitored are left
   * out.
   */
  public Stream<Row> follow(Row from, String column, String table) {
    Map<Uuid, Row> target = rows.getOrDefault(table, Map.of());
    return from.uuids(column).stream().filter(target::containsKey).map(target::get);
  }
}
