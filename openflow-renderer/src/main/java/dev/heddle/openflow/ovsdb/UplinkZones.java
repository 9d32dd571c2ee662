package dev.heddle.openflow.ovsdb;

import dev.heddle.openflow.ovsdb.Operation.Mutation;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The connection tracking zones of a node's physical networks: a block for each, with a zone for
 * each VLAN, of which the first is for frames without a tag. A block stands in {@code
 * external_ids:vlan-zones-NETWORK} of br-int and is its network's for ever, also when the node has
 * the network no more: so its zones never come to another segment, and need not be emptied.
 */
final class UplinkZones {

  /** Zones below are for interfaces. */
  static final int FIRST = 0x8000;

  /** In a block: a VLAN has 12 bits. */
  static final int VLANS = 0x1000;

  /** How many networks a node can have had. */
  static final int BLOCKS = (0x1_0000 - FIRST) / VLANS;

  private static final String PREFIX = "vlan-zones-";

  private UplinkZones() {}

  /** By network, the first zone of its block; what is no block, or another's, is not heard. */
  static SortedMap<String, Integer> of(Map<String, String> externalIds) {
    SortedMap<String, Integer> zones = new TreeMap<>();
    new TreeMap<>(externalIds)
        .forEach(
            (key, text) -> {
              if (key.startsWith(PREFIX) && text.matches("[1-9][0-9]{4}")) {
                int zone = Integer.parseInt(text);
                boolean block = zone >= FIRST && zone <= 0xffff && zone % VLANS == 0;
                if (block && !zones.containsValue(zone)) {
                  zones.put(key.substring(PREFIX.length()), zone);
                }
              }
            });
    return zones;
  }

  /**
   * Entries for those of {@code networks} that have no block.
   *
   * @param problems what cannot be done is added here
   */
  static SortedMap<String, String> missing(
      Map<String, String> externalIds, Collection<String> networks, List<String> problems) {
    SortedMap<String, Integer> given = of(externalIds);
    BitSet taken = new BitSet();
    given.values().forEach(zone -> taken.set((zone - FIRST) / VLANS));
    SortedMap<String, String> missing = new TreeMap<>();
    for (String network : networks) {
      int block = taken.nextClearBit(0);
      if (given.containsKey(network)) {
        continue;
      }
      if (block >= BLOCKS) {
        problems.add(
            "physical network "
                + network
                + " has no tracking zones, which "
                + BLOCKS
                + " others have; under policy no IP passes there. Remove a "
                + PREFIX
                + "* of br-int that is needed no more.");
      } else {
        taken.set(block);
        missing.put(PREFIX + network, Integer.toString(FIRST + block * VLANS));
      }
    }
    return missing;
  }

  static List<Mutation> ensure(Row bridge, Collection<String> networks, List<String> problems) {
    SortedMap<String, String> missing = missing(bridge.map("external_ids"), networks, problems);
    return missing.isEmpty()
        ? List.of()
        : new ArrayList<>(BridgeRules.ensure(bridge, "external_ids", missing));
  }
}
