package dev.heddle.l2;

import static dev.heddle.pipeline.Field.FROM_TUNNEL;
import static dev.heddle.pipeline.Field.NETWORK;
import static dev.heddle.pipeline.Field.OUT_PORT;

import dev.heddle.model.Id;
import dev.heddle.model.Index.Pair;
import dev.heddle.model.IpAddress;
import dev.heddle.model.Location;
import dev.heddle.model.Location.Place;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Node;
import dev.heddle.model.View;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowDraft;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Spine;
import java.util.List;

/**
 * REPLICATE: a flooded packet goes to every local member but its sender, and one copy into the
 * tunnel to each other node that has a member. What came by tunnel never goes back into one: the
 * sender's node has served all nodes (split horizon). Members get it straight from here, without a
 * lookup per copy, since OVS allows 4,096 lookups per packet.
 */
final class Replicate {

  private Replicate() {}

  static void flows(Pair<Id<LogicalSwitch>, Id<Node>> place, View view, FlowSink out) {
    Id<LogicalSwitch> network = place.bucket();
    Id<Node> node = place.member();
    List<Location> members =
        view.ids(Location.PORTS, new Place(network, node)).stream()
            .flatMap(port -> view.fact(Location.OF_PORT, port).stream())
            .sorted((a, b) -> Integer.compare(a.ofPort(), b.ofPort()))
            .toList();
    if (members.isEmpty()) {
      return;
    }
    List<IpAddress> remotes =
        view.ids(Location.NODES, network).stream()
            .filter(other -> !other.equals(node))
            .flatMap(other -> view.get(other).stream())
            .flatMap(other -> other.encapAddress().stream())
            .sorted((a, b) -> a.bits().compareTo(b.bits()))
            .toList();
    int key = members.get(0).networkKey();
    FlowDraft fromTunnel = flooded(key, 1);
    FlowDraft fromHere = flooded(key, 0);
    for (Location m : members) {
      fromTunnel.output(m.ofPort());
      fromHere.output(m.ofPort());
    }
    remotes.forEach(fromHere::toNode);
    out.add(fromTunnel.because(network).where(Scope.node(node)));
    out.add(fromHere.because(network).where(Scope.node(node)));
  }

  private static FlowDraft flooded(int network, int fromTunnel) {
    return Spine.REPLICATE
        .flow(100)
        .match(NETWORK, network)
        .match(OUT_PORT, Field.FLOOD)
        .match(FROM_TUNNEL, fromTunnel);
  }
}
