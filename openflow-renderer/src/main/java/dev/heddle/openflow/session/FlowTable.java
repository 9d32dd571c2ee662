package dev.heddle.openflow.session;

import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.openflow.codec.Installed;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What a switch has, as it said when it was asked and as it confirmed since. */
final class FlowTable {

  private final Map<FlowKey, Flow> flows = new HashMap<>();
  private final List<Installed.Foreign> foreign = new ArrayList<>();

  FlowTable(List<Installed> dump) {
    for (Installed i : dump) {
      if (i instanceof Installed.Known known) {
        flows.put(known.flow().key(), known.flow());
      } else {
        foreign.add((Installed.Foreign) i);
      }
    }
  }

  Map<FlowKey, Flow> flows() {
    return flows;
  }

  /** Flows that no value of ours can say, and that nothing of ours will replace. */
  List<Installed.Foreign> foreign() {
    return foreign;
  }

  /** The keys of flows whose cookies carry one of these owner numbers. */
  Set<FlowKey> ownedBy(Set<Integer> owners) {
    return flows.values().stream()
        .filter(f -> owners.contains(Cookie.owner(f.cookie())))
        .map(Flow::key)
        .collect(Collectors.toSet());
  }

  /** The switch has confirmed these. */
  void confirmed(List<FlowChange> changes) {
    for (FlowChange c : changes) {
      if (c instanceof FlowChange.Put put) {
        flows.put(put.flow().key(), put.flow());
      } else if (c instanceof FlowChange.Remove remove) {
        flows.remove(remove.key());
      } else {
        foreign.remove(((FlowChange.RemoveForeign) c).flow());
      }
    }
  }

  int size() {
    return flows.size() + foreign.size();
  }
}
