package dev.heddle.openflow.ovsdb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heddle.openflow.ovsdb.OvsdbException.BadMessage;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * A value of a column (RFC 7047 section 5.1): an atom, a set of atoms or a map between atoms.
 *
 * <p>Canonical: equal values are {@code equals} whatever their order on the wire, and a set of one
 * element is that element, because the protocol writes both alike.
 */
public sealed interface OvsdbValue {

  /** As written on the wire. {@code parse(v.json()).equals(v)} for every value. */
  JsonNode json();

  /** The elements when read as a set: an atom is a set of one. A map has none. */
  SortedSet<Atom> elements();

  /** Approximate bytes held, for bounding what a peer makes us keep. */
  int weight();

  /** A single value. Ordered by kind, then by value, so that output is the same every time. */
  sealed interface Atom extends OvsdbValue, Comparable<Atom> {
    Comparator<Atom> ORDER = Comparator.comparingInt(Atom::rank).thenComparing(Atom::compareSame);

    int rank();

    /** Compares with an atom of the same rank. */
    int compareSame(Atom other);

    @Override
    default int compareTo(Atom other) {
      return ORDER.compare(this, other);
    }

    @Override
    default SortedSet<Atom> elements() {
      return Collections.unmodifiableSortedSet(new TreeSet<>(java.util.List.of(this)));
    }

    @Override
    default int weight() {
      return 32;
    }
  }

  /** A string; well-formed Unicode, so that it can always be written back. */
  record Text(String value) implements Atom {
    public Text {
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < value.length()
                && Character.isLowSurrogate(value.charAt(i + 1));
        if (Character.isSurrogate(c) && !pair) {
          throw new BadMessage("a string holds half of a surrogate pair");
        }
        i += pair ? 1 : 0;
      }
    }

    @Override
    public int rank() {
      return 0;
    }

    @Override
    public int compareSame(Atom other) {
      return value.compareTo(((Text) other).value);
    }

    @Override
    public JsonNode json() {
      return JsonNodeFactory.instance.textNode(value);
    }

    @Override
    public int weight() {
      return 48 + 2 * value.length();
    }
  }

  /** An integer of 64 bits. */
  record Whole(long value) implements Atom {
    @Override
    public int rank() {
      return 1;
    }

    @Override
    public int compareSame(Atom other) {
      return Long.compare(value, ((Whole) other).value);
    }

    @Override
    public JsonNode json() {
      return JsonNodeFactory.instance.numberNode(value);
    }
  }

  /** A finite real number. */
  record Real(double value) implements Atom {
    public Real {
      if (!Double.isFinite(value)) {
        throw new BadMessage("a real number is not finite");
      }
    }

    @Override
    public int rank() {
      return 2;
    }

    @Override
    public int compareSame(Atom other) {
      return Double.compare(value, ((Real) other).value);
    }

    @Override
    public JsonNode json() {
      return JsonNodeFactory.instance.numberNode(value);
    }
  }

  /** A boolean. */
  record Truth(boolean value) implements Atom {
    @Override
    public int rank() {
      return 3;
    }

    @Override
    public int compareSame(Atom other) {
      return Boolean.compare(value, ((Truth) other).value);
    }

    @Override
    public JsonNode json() {
      return JsonNodeFactory.instance.booleanNode(value);
    }
  }

  /** The identity of a row. */
  record Uuid(UUID value) implements Atom {
    static Uuid parse(String text) {
      // UUID.fromString also takes short groups; the wire form has 36 characters always.
      if (text.length() != 36) {
        throw new BadMessage("a uuid does not have 36 characters");
      }
      try {
        return new Uuid(UUID.fromString(text));
      } catch (IllegalArgumentException e) {
        throw new BadMessage("a uuid is malformed");
      }
    }

    @Override
    public int rank() {
      return 4;
    }

    @Override
    public int compareSame(Atom other) {
      return value.compareTo(((Uuid) other).value);
    }

    @Override
    public JsonNode json() {
      return JsonNodeFactory.instance.arrayNode().add("uuid").add(value.toString());
    }
  }

  /** A row inserted by the same transaction under this name. */
  record NamedUuid(String name) implements Atom {
    @Override
    public int rank() {
      return 5;
    }

    @Override
    public int compareSame(Atom other) {
      return name.compareTo(((NamedUuid) other).name);
    }

    @Override
    public JsonNode json() {
      return JsonNodeFactory.instance.arrayNode().add("named-uuid").add(name);
    }

    @Override
    public int weight() {
      return 48 + 2 * name.length();
    }
  }

  /** A set of none or of several; made by {@link #set}, which keeps a set of one an atom. */
  record SetOf(SortedSet<Atom> elements) implements OvsdbValue {
    public SetOf {
      if (elements.size() == 1) {
        throw new IllegalArgumentException("a set of one is its element");
      }
      elements = Collections.unmodifiableSortedSet(new TreeSet<>(elements));
    }

    @Override
    public JsonNode json() {
      ArrayNode atoms = JsonNodeFactory.instance.arrayNode();
      elements.forEach(atom -> atoms.add(atom.json()));
      return JsonNodeFactory.instance.arrayNode().add("set").add(atoms);
    }

    @Override
    public int weight() {
      return 32 + elements.stream().mapToInt(atom -> 40 + atom.weight()).sum();
    }
  }

  /** A map between atoms. */
  record MapOf(SortedMap<Atom, Atom> entries) implements OvsdbValue {
    public MapOf {
      entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
    }

    @Override
    public JsonNode json() {
      ArrayNode pairs = JsonNodeFactory.instance.arrayNode();
      entries.forEach(
          (key, value) ->
              pairs.add(JsonNodeFactory.instance.arrayNode().add(key.json()).add(value.json())));
      return JsonNodeFactory.instance.arrayNode().add("map").add(pairs);
    }

    @Override
    public SortedSet<Atom> elements() {
      return Collections.emptySortedSet();
    }

    @Override
    public int weight() {
      return 32
          + entries.entrySet().stream()
              .mapToInt(e -> 40 + e.getKey().weight() + e.getValue().weight())
              .sum();
    }
  }

  static Text text(String value) {
    return new Text(value);
  }

  static Whole whole(long value) {
    return new Whole(value);
  }

  static OvsdbValue set(Collection<? extends Atom> elements) {
    SortedSet<Atom> sorted = new TreeSet<>(elements);
    return sorted.size() == 1 ? sorted.first() : new SetOf(sorted);
  }

  static MapOf map(Map<String, String> entries) {
    SortedMap<Atom, Atom> atoms = new TreeMap<>();
    entries.forEach((key, value) -> atoms.put(new Text(key), new Text(value)));
    return new MapOf(atoms);
  }

  /** Reads a value from the wire; {@link BadMessage} if it is not one. */
  static OvsdbValue parse(JsonNode node) {
    return ValueReader.value(node);
  }
}
