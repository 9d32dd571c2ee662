package dev.heddle.openflow.ovsdb;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.openflow.ovsdb.OvsdbException.BadMessage;
import dev.heddle.openflow.ovsdb.OvsdbValue.Atom;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads values from JSON as RFC 7047 section 5.1 writes them, and nothing else. */
final class ValueReader {

  private ValueReader() {}

  static OvsdbValue value(JsonNode node) {
    if (node.isArray() && node.size() == 2) {
      switch (node.get(0).asText()) {
        case "set":
          return set(node.get(1));
        case "map":
          return map(node.get(1));
        default:
          break;
      }
    }
    return atom(node);
  }

  private static OvsdbValue set(JsonNode elements) {
    List<Atom> atoms = new ArrayList<>();
    for (JsonNode element : array(elements)) {
      atoms.add(atom(element));
    }
    return OvsdbValue.set(atoms);
  }

  private static OvsdbValue map(JsonNode pairs) {
    SortedMap<Atom, Atom> entries = new TreeMap<>();
    for (JsonNode pair : array(pairs)) {
      if (array(pair).size() != 2) {
        throw new BadMessage("a map entry is not a pair");
      }
      if (entries.put(atom(pair.get(0)), atom(pair.get(1))) != null) {
        throw new BadMessage("a map has one key twice");
      }
    }
    return new OvsdbValue.MapOf(entries);
  }

  private static Atom atom(JsonNode node) {
    if (node.isTextual()) {
      return new OvsdbValue.Text(node.textValue());
    }
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      return new OvsdbValue.Whole(node.longValue());
    }
    if (node.isFloatingPointNumber()) {
      return new OvsdbValue.Real(node.doubleValue());
    }
    if (node.isBoolean()) {
      return new OvsdbValue.Truth(node.booleanValue());
    }
    if (node.isArray() && node.size() == 2 && node.get(1).isTextual()) {
      switch (node.get(0).asText()) {
        case "uuid":
          return OvsdbValue.Uuid.parse(node.get(1).textValue());
        case "named-uuid":
          return new OvsdbValue.NamedUuid(node.get(1).textValue());
        default:
          break;
      }
    }
    throw new BadMessage("a value is neither an atom nor a set nor a map of atoms");
  }

  private static JsonNode array(JsonNode node) {
    if (!node.isArray()) {
      throw new BadMessage("a set, a map or a pair is not an array");
    }
    return node;
  }
}
