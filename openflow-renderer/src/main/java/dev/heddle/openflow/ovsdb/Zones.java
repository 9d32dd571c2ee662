package dev.heddle.openflow.ovsdb;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
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
 * @param given by owner, 1 to 65535; no two owners have one
 */
public record Zones(SortedMap<String, Integer> given) {

  /** Before the owner's name in a key of external_ids. */
  static final String PREFIX = "zone-";

  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,4}");

  private static final int LAST = 0xffff;

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
   * @param resting zones that are nobody's, but not free yet
   * @return fewer than asked for when there are no more
   */
  public SortedMap<String, Integer> missing(Set<String> owners, Set<Integer> resting) {
    Set<Integer> taken = new HashSet<>(given.values());
    taken.addAll(resting);
    SortedMap<String, Integer> fresh = new TreeMap<>();
    int next = 1;
    for (String owner : new TreeSet<>(owners)) {
      while (!given.containsKey(owner) && next <= LAST) {
        int zone = next++;
        if (taken.add(zone)) {
          fresh.put(owner, zone);
          break;
        }
      }
    }
    return fresh;
  }

  /** These and more. */
  public Zones with(Map<String, Integer> more) {
    SortedMap<String, Integer> all = new TreeMap<>(given);
    all.putAll(more);
    return new Zones(all);
  }

  /** Those of {@code owners} only. */
  public Zones of(Set<String> owners) {
    SortedMap<String, Integer> some = new TreeMap<>(given);
    some.keySet().retainAll(owners);
    return new Zones(some);
  }

  /** What makes br-int say this; empty if it does. */
  Optional<Operation> operation(Row bridge) {
    SortedMap<String, String> wanted = new TreeMap<>();
    given.forEach((owner, zone) -> wanted.put(PREFIX + owner, zone.toString()));
    SortedSet<String> wrong = new TreeSet<>();
    bridge
        .map("external_ids")
        .forEach(
            (key, value) -> {
              if (key.startsWith(PREFIX) && !value.equals(wanted.get(key))) {
                wrong.add(key);
              } else {
                wanted.remove(key);
              }
            });
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
