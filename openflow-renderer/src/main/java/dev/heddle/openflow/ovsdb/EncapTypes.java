package dev.heddle.openflow.ovsdb;

import dev.heddle.model.Encapsulation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the operator of a node says its tunnels may be: {@code external_ids:heddle-encap-type=vxlan}
 * or {@code geneve,vxlan}, in any order; Geneve if nothing is said.
 *
 * @param types empty if none that is named is there: the node has no tunnels then
 * @param problems sentences on what of it cannot be used
 */
record EncapTypes(SortedSet<Encapsulation> types, List<String> problems) {

  private static final int MOST = 8;

  static EncapTypes of(Map<String, String> externalIds) {
    SortedSet<Encapsulation> types = new TreeSet<>();
    List<String> problems = new ArrayList<>();
    String text = externalIds.getOrDefault(NodeSetup.ENCAP_TYPE, "");
    if (text.isBlank()) {
      types.addAll(Encapsulation.USUAL);
    }
    for (String name : text.isBlank() ? new String[0] : text.split(",", MOST)) {
      Optional<Encapsulation> known = Encapsulation.named(name.strip());
      known.ifPresent(types::add);
      if (known.isEmpty()) {
        problems.add(
            NodeSetup.ENCAP_TYPE + " is geneve, vxlan or geneve,vxlan; got " + Shown.text(name));
      }
    }
    return new EncapTypes(types, problems);
  }
}
