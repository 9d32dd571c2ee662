package dev.heddle.openflow.ovsdb;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.openflow.ovsdb.OvsdbException.BadMessage;
import dev.heddle.openflow.ovsdb.OvsdbValue.Atom;
import dev.heddle.openflow.ovsdb.OvsdbValue.MapOf;
import dev.heddle.openflow.ovsdb.OvsdbValue.SetOf;
import dev.heddle.openflow.ovsdb.OvsdbValue.Text;
import dev.heddle.openflow.ovsdb.OvsdbValue.Uuid;
import dev.heddle.openflow.ovsdb.OvsdbValue.Whole;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One monitored row. A column that is absent has its default (monitor_cond leaves defaults out), so
 * readers give the default of the type asked for; a column of another type is a {@link BadMessage}.
 */
public record Row(Uuid uuid, Map<String, OvsdbValue> columns) {

  private static final OvsdbValue NONE = new SetOf(new TreeSet<>());

  public Row {
    columns = Map.copyOf(columns);
  }

  static Row parse(Uuid uuid, JsonNode json) {
    if (!json.isObject()) {
      throw new BadMessage("a row is not an object");
    }
    Map<String, OvsdbValue> columns = new HashMap<>();
    json.properties().forEach(f -> columns.put(f.getKey(), OvsdbValue.parse(f.getValue())));
    return new Row(uuid, columns);
  }

  /** The column as it is, an empty set if absent. */
  public OvsdbValue value(String column) {
    return columns.getOrDefault(column, NONE);
  }

  /** A string, "" if absent. */
  public String text(String column) {
    return optionalText(column).orElse("");
  }

  /** An optional string (a set of at most one). */
  public Optional<String> optionalText(String column) {
    return single(column, Text.class).map(Text::value);
  }

  /** An optional integer (a set of at most one). */
  public OptionalLong whole(String column) {
    Optional<Whole> whole = single(column, Whole.class);
    return whole.isPresent() ? OptionalLong.of(whole.get().value()) : OptionalLong.empty();
  }

  /** The rows referred to, one after the other. */
  public void forEachUuid(String column, Consumer<Uuid> each) {
    value(column).elements().forEach(atom -> each.accept(cast(column, atom, Uuid.class)));
  }

  /** The rows referred to, in a fixed order. */
  public SortedSet<Uuid> uuids(String column) {
    return each(column, Uuid.class, Function.identity());
  }

  public SortedSet<String> texts(String column) {
    return each(column, Text.class, Text::value);
  }

  /** One entry of a map between strings. */
  public Optional<String> entry(String column, String key) {
    return value(column) instanceof MapOf map
        ? Optional.ofNullable(map.entries().get(OvsdbValue.text(key)))
            .map(v -> cast(column, v, Text.class).value())
        : Optional.ofNullable(map(column).get(key));
  }

  /** A map between strings, by key. */
  public SortedMap<String, String> map(String column) {
    SortedMap<String, String> map = new TreeMap<>();
    if (value(column) instanceof MapOf entries) {
      entries
          .entries()
          .forEach(
              (k, v) ->
                  map.put(
                      cast(column, k, Text.class).value(), cast(column, v, Text.class).value()));
    } else if (!value(column).equals(NONE)) {
      throw new BadMessage("column " + column + " is not a map");
    }
    return Collections.unmodifiableSortedMap(map);
  }

  /** Approximate bytes held. */
  long weight() {
    return 100
        + columns.entrySet().stream()
            .mapToLong(e -> 50 + 2L * e.getKey().length() + e.getValue().weight())
            .sum();
  }

  private <A extends Atom> Optional<A> single(String column, Class<A> kind) {
    OvsdbValue value = value(column);
    return value.equals(NONE) ? Optional.empty() : Optional.of(cast(column, value, kind));
  }

  private <A extends Atom, T> SortedSet<T> each(String column, Class<A> kind, Function<A, T> read) {
    SortedSet<T> all = new TreeSet<>();
    value(column).elements().forEach(atom -> all.add(read.apply(cast(column, atom, kind))));
    return Collections.unmodifiableSortedSet(all);
  }

  private static <A> A cast(String column, OvsdbValue value, Class<A> kind) {
    if (!kind.isInstance(value)) {
      throw new BadMessage("column " + column + " is not of type " + kind.getSimpleName());
    }
    return kind.cast(value);
  }
}
