package dev.heddle.openflow.ovsdb;

import dev.heddle.openflow.ovsdb.OvsdbValue.Atom;
import dev.heddle.openflow.ovsdb.OvsdbValue.MapOf;
import dev.heddle.openflow.ovsdb.OvsdbValue.Text;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which connection tracking zones of a node are whose. They stand in the node's database, in {@code
 * external_ids:zone-OWNER} of br-int, so that they outlive the switch and the controller. Zone 0 is
 * where everybody else tracks, and is never given.
 *
 * @param given by owner, 1 to 32767; no two owners have one
 */
public record Zones(SortedMap<String, Integer> given) {

  /** Before the owner's name in a key of external_ids. */
  static final String PREFIX = "zone-";

  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,4}");

  /** Those above are of physical networks. */
  static final int LAST = UplinkZones.FIRST - 1;

  public static final Zones NONE = new Zones(new TreeMap<>());

  public Zones {
    given = Collections.unmodifiableSortedMap(new TreeMap<>(given));
  }

  /** As br-int says; what cannot be an owner or a zone, or is another's already, is not heard. */
  static Zones of(Row bridge) {
    SortedMap<String, Integer> given = new TreeMap<>();
    Set<Integer> taken = new HashSet<>();
    bridge
        .map("external_ids")
        .forEach(
            (key, text) -> {
              String owner = key.startsWith(PREFIX) ? key.substring(PREFIX.length()) : "";
              if (NodeSnapshot.isName(owner) && NUMBER.matcher(text).matches()) {
                int zone = Integer.parseInt(text);
                if (zone <= LAST && taken.add(zone)) {
                  given.put(owner, zone);
                }
              }
            });
    return new Zones(given);
  }

  /**
   * Zones for those of {@code owners} that have none, each the lowest that is free.
   *
   * @param owners by name
   * @param resting zones that are nobody's, but not free yet
   * @return fewer than asked for when there are no more
   */
  public SortedMap<String, Integer> missing(SortedSet<String> owners, BitSet resting) {
    SortedMap<String, Integer> fresh = new TreeMap<>();
    List<String> without = without(owners);
    if (!without.isEmpty()) {
      BitSet taken = taken();
      taken.or(resting);
      int next = 1;
      for (String owner : without) {
        next = taken.nextClearBit(next);
        if (next > LAST) {
          break;
        }
        fresh.put(owner, next++);
      }
    }
    return fresh;
  }

  /** The zones that somebody has. */
  public BitSet taken() {
    BitSet taken = new BitSet();
    given.values().forEach(taken::set);
    return taken;
  }

  /** Those of {@code owners} that have no zone; both are walked in their order. */
  public List<String> without(SortedSet<String> owners) {
    List<String> without = new ArrayList<>();
    Iterator<String> having = given.keySet().iterator();
    String next = having.hasNext() ? having.next() : null;
    for (String owner : owners) {
      while (next != null && !next.equals(owner) && next.compareTo(owner) < 0) {
        next = having.hasNext() ? having.next() : null;
      }
      if (!owner.equals(next)) {
        without.add(owner);
      }
    }
    return without;
  }

  /** These and more. */
  public Zones with(Map<String, Integer> more) {
    SortedMap<String, Integer> all = new TreeMap<>(given);
    all.putAll(more);
    return new Zones(all);
  }

  /** Those of {@code owners} only; the same object if these are all. */
  public Zones of(SortedSet<String> owners) {
    if (given.size() == owners.size() - without(owners).size()) {
      return this;
    }
    SortedMap<String, Integer> some = new TreeMap<>(given);
    some.keySet().retainAll(owners);
    return new Zones(some);
  }

  /** As {@code equals}, by walking over both: their owners are mostly the same objects. */
  public boolean sameAs(Zones other) {
    if (given.size() != other.given.size()) {
      return false;
    }
    Iterator<Map.Entry<String, Integer>> others = other.given.entrySet().iterator();
    for (Map.Entry<String, Integer> mine : given.entrySet()) {
      Map.Entry<String, Integer> theirs = others.next();
      if (!mine.getKey().equals(theirs.getKey()) || !mine.getValue().equals(theirs.getValue())) {
        return false;
      }
    }
    return true;
  }

  /** What makes br-int say this; empty if it does. */
  Optional<Operation> operation(Row bridge) {
    Map<Atom, Atom> now =
        bridge.value("external_ids") instanceof MapOf map ? map.entries() : Map.of();
    SortedSet<String> wrong = new TreeSet<>();
    int right = 0;
    for (Map.Entry<Atom, Atom> e : now.entrySet()) {
      if (e.getKey() instanceof Text key && key.value().startsWith(PREFIX)) {
        Integer zone = given.get(key.value().substring(PREFIX.length()));
        if (zone != null && OvsdbValue.text(zone.toString()).equals(e.getValue())) {
          right++;
        } else {
          wrong.add(key.value());
        }
      }
    }
    SortedMap<String, String> wanted = new TreeMap<>();
    if (right < given.size()) {
      given.forEach(
          (owner, zone) -> {
            Text text = OvsdbValue.text(zone.toString());
            if (!text.equals(now.get(OvsdbValue.text(PREFIX + owner)))) {
              wanted.put(PREFIX + owner, zone.toString());
            }
          });
    }
    List<Operation.Mutation> mutations = new ArrayList<>();
    if (!wrong.isEmpty()) {
      // First: inserting into a map leaves a key that is there as it is (RFC 7047 section 5.1).
      mutations.add(
          Operation.Mutation.delete(
              "external_ids", OvsdbValue.set(wrong.stream().map(OvsdbValue::text).toList())));
    }
    if (!wanted.isEmpty()) {
      mutations.add(Operation.Mutation.insert("external_ids", OvsdbValue.map(wanted)));
    }
    return mutations.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Operation.Mutate("Bridge", Operation.Condition.row(bridge.uuid()), mutations));
  }
}
