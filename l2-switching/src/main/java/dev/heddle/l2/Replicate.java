package dev.heddle.l2;

import static dev.heddle.pipeline.Field.FROM_TUNNEL;
import static dev.heddle.pipeline.Field.NETWORK;
import static dev.heddle.pipeline.Field.OUT_PORT;
import static dev.heddle.pipeline.Field.PART;
import static dev.heddle.pipeline.Field.TUNNEL_DST;

import dev.heddle.model.Id;
import dev.heddle.model.Index.Pair;
import dev.heddle.model.IpAddress;
import dev.heddle.model.Location;
import dev.heddle.model.Location.Part;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Node;
import dev.heddle.model.Uplink;
import dev.heddle.model.View;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowDraft;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Spine;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * REPLICATE: a flooded packet goes to every local member but its sender, and one copy into the
 * tunnel to each other node that has a member. What came by tunnel never goes back into one: the
 * sender's node has served all nodes (split horizon). Members get it straight from here, without a
 * lookup per copy, since OVS allows 4,096 lookups per packet.
 *
 * <p>Both lists are made of parts: one member more writes one part of one node anew, and the list
 * of nodes is the same on each of them, since CROSS leaves the node itself out.
 */
final class Replicate {

  /** Numbers of the parts that list nodes follow those that list members. */
  private static final int REMOTE = Part.COUNT;

  /** The part that is one copy to the physical network, in place of all tunnels. */
  private static final int OUTSIDE = REMOTE;

  /** A part lists about as many nodes as this. */
  private static final int NODES_IN_PART = 64;

  private Replicate() {}

  /** The parts of the list, and those of them that list nodes. */
  static void network(Id<LogicalSwitch> id, View view, FlowSink out) {
    view.get(id).ifPresent(network -> write(network, view, out));
  }

  private static void write(LogicalSwitch network, View view, FlowSink out) {
    Set<Part> parts = view.ids(Location.PARTS, network.id());
    if (parts.isEmpty()) {
      return;
    }
    boolean outside = view.fact(Uplink.OF_SWITCH, network.id()).isPresent();
    SortedMap<Integer, List<IpAddress>> remotes =
        outside ? Collections.emptySortedMap() : remotes(parts, view);
    FlowDraft flooded =
        Spine.REPLICATE.flow(100).match(NETWORK, network.key()).match(OUT_PORT, Field.FLOOD);
    Stream.concat(parts.stream().map(Part::number).distinct().sorted(), remotes.keySet().stream())
        .forEach(number -> flooded.set(PART, number).resubmit(Spine.COPIES));
    if (outside) {
      flooded.set(PART, OUTSIDE).resubmit(Spine.COPIES);
    }
    out.add(flooded.because(network.id()).where(Scope.network(network.id())));
    remotes.forEach(
        (number, addresses) -> {
          FlowDraft copies = part(network.key(), number).match(FROM_TUNNEL, 0);
          addresses.forEach(copies::crossTo);
          out.add(copies.because(network.id()).where(Scope.network(network.id())));
        });
  }

  /** By part, where the tunnels of all nodes end; none if there is one node only. */
  private static SortedMap<Integer, List<IpAddress>> remotes(Set<Part> parts, View view) {
    List<Id<Node>> nodes = parts.stream().map(Part::node).distinct().toList();
    int spread = Integer.highestOneBit(nodes.size() / NODES_IN_PART + 1);
    SortedMap<Integer, List<IpAddress>> remotes = new TreeMap<>();
    for (Id<Node> node : nodes.size() > 1 ? nodes : List.<Id<Node>>of()) {
      int number = REMOTE + Math.floorMod(node.name().hashCode(), spread);
      view.get(node)
          .flatMap(Node::encapAddress)
          .ifPresent(
              address -> remotes.computeIfAbsent(number, p -> new ArrayList<>()).add(address));
    }
    remotes.values().forEach(list -> list.sort(Comparator.comparing(IpAddress::bits)));
    return remotes;
  }

  private static FlowDraft part(int network, int number) {
    return Spine.COPIES.flow(100).match(NETWORK, network).match(PART, number);
  }

  /** The members of one part. */
  static void part(Pair<Id<LogicalSwitch>, Part> key, View view, FlowSink out) {
    Part part = key.member();
    List<Location> members =
        view.ids(Location.PORTS, part).stream()
            .flatMap(port -> view.fact(Location.OF_PORT, port).stream())
            .sorted((a, b) -> Integer.compare(a.ofPort(), b.ofPort()))
            .toList();
    if (members.isEmpty()) {
      return;
    }
    FlowDraft copies = part(members.get(0).networkKey(), part.number());
    members.forEach(m -> copies.output(m.ofPort()));
    out.add(copies.because(part.network()).where(Scope.node(part.node())));
  }

  /** The copy to the physical network, the same as OUTPUT would make; it is the last of all. */
  static void outside(Pair<Id<LogicalSwitch>, Id<Node>> key, View view, FlowSink out) {
    Optional<LogicalSwitch> network = view.get(key.bucket());
    Optional<Uplink> uplink = view.fact(Uplink.OF_SWITCH, key.bucket());
    if (network.isEmpty() || uplink.isEmpty()) {
      return;
    }
    view.get(key.member())
        .map(node -> node.uplinks().get(uplink.get().segment().physicalNetwork()))
        .ifPresent(
            ofPort ->
                out.add(
                    part(network.get().key(), OUTSIDE)
                        .matchVlan(0)
                        .setVlan(uplink.get().segment().tag())
                        .output(ofPort)
                        .because(uplink.get().port())
                        .where(Scope.node(key.member()))));
  }

  /** CROSS: a node is on its own list. */
  static void cross(Id<Node> id, View view, FlowSink out) {
    view.get(id)
        .flatMap(Node::encapAddress)
        .ifPresent(
            own ->
                out.add(
                    Spine.CROSS
                        .flow(100)
                        .match(TUNNEL_DST, own)
                        .drop()
                        .because(id)
                        .where(Scope.node(id))));
    out.add(Spine.CROSS.flow(90).intoTunnel().because(id).where(Scope.node(id)));
  }
}
