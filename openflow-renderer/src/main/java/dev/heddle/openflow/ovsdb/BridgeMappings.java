package dev.heddle.openflow.ovsdb;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the operator of a node says of its physical networks: {@code
 * external_ids:heddle-bridge-mappings=physnet1:br-ex,physnet2:br-lab}.
 *
 * @param bridges by physical network, the bridge its uplink is on; at most 64
 * @param problems sentences on what of it cannot be used
 */
record BridgeMappings(SortedMap<String, String> bridges, List<String> problems) {

  private static final int MOST = 64;
  private static final String PHYSICAL_NETWORK = "[A-Za-z0-9._-]{1,63}";

  static BridgeMappings of(Row root) {
    SortedMap<String, String> bridges = new TreeMap<>();
    List<String> problems = new ArrayList<>();
    String text = root.map("external_ids").getOrDefault(NodeSetup.BRIDGE_MAPPINGS, "");
    for (String pair : text.isBlank() ? new String[0] : text.split(",", MOST + 1)) {
      String[] parts = pair.strip().split(":", 2);
      if (parts.length < 2 || !parts[0].matches(PHYSICAL_NETWORK) || parts[1].isEmpty()) {
        problems.add(NodeSetup.BRIDGE_MAPPINGS + " is NETWORK:BRIDGE,...; got " + Shown.text(pair));
      } else if (parts[1].equals(NodeSetup.BRIDGE)) {
        problems.add(NodeSetup.BRIDGE_MAPPINGS + " cannot name " + NodeSetup.BRIDGE);
      } else if (bridges.size() == MOST) {
        problems.add(NodeSetup.BRIDGE_MAPPINGS + " has more than " + MOST + " networks");
      } else if (bridges.putIfAbsent(parts[0], parts[1]) != null) {
        problems.add(NodeSetup.BRIDGE_MAPPINGS + " names " + parts[0] + " twice");
      }
    }
    return new BridgeMappings(bridges, problems);
  }

  /** The port on br-int that leads to a physical network. */
  static String inner(String physicalNetwork) {
    return OwnRows.PREFIX + "phys-" + physicalNetwork;
  }

  /** Its peer, on the bridge with the uplink. */
  static String outer(String physicalNetwork) {
    return OwnRows.PREFIX + "int-" + physicalNetwork;
  }
}
