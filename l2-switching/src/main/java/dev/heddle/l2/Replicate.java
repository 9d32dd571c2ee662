package dev.heddle.l2;

import static dev.heddle.pipeline.Field.FROM_TUNNEL;
import static dev.heddle.pipeline.Field.NETWORK;
import static dev.heddle.pipeline.Field.OUT_PORT;
import static dev.heddle.pipeline.Field.PART;

import dev.heddle.model.Bits;
import dev.heddle.model.Fact;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.Index.Pair;
import dev.heddle.model.IpAddress;
import dev.heddle.model.Location;
import dev.heddle.model.Location.Part;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Node;
import dev.heddle.model.Uplink;
import dev.heddle.model.View;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowDraft;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Spine;
import dev.heddle.policy.Policed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * REPLICATE: a flooded packet goes to every local member but its sender, and one copy into the
 * tunnel to each other node that has a member. What came by tunnel never goes back into one: the
 * sender's node has served all nodes (split horizon). Members get it straight from here, without a
 * lookup per copy, since OVS allows 4,096 lookups per packet. Only a member under policy gets its
 * copy by way of the stages behind this one.
 *
 * <p>Both lists are made of parts: one member more writes one part of one node anew, and the list
 * of nodes is the same on each of them, since CROSS leaves the node itself out.
 */
final class Replicate {

  /** A part lists about as many nodes as this. */
  private static final int NODES_IN_PART = 64;

  private Replicate() {}

  /** The parts of the list, and those of them that list nodes. */
  static void network(Id<LogicalSwitch> id, View view, FlowSink out) {
    view.get(id)
        .ifPresent(
            network -> {
              write(network, ALL, view, out);
              if (Forward.takesUnknown(network, view)) {
                write(network, UNKNOWN, view, out);
              }
            });
  }

  /**
   * What a list of parts is made from. A port more or less mostly leaves it as it is, and the list
   * is not written again.
   */
  private record Listed(Set<Integer> numbers, Set<Id<Node>> nodes) {

    static Listed of(Set<Part> parts) {
      Set<Integer> numbers = new TreeSet<>();
      Set<Id<Node>> nodes = new HashSet<>();
      for (Part part : parts) {
        numbers.add(part.number());
        nodes.add(part.node());
      }
      return new Listed(numbers, nodes);
    }
  }

  private static final Fact<Id<LogicalSwitch>, Listed> LISTED =
      new Fact<>("l2-listed", 4, (id, view) -> Listed.of(view.ids(Location.PARTS, id)));

  private static final Fact<Id<LogicalSwitch>, Listed> UNKNOWN_LISTED =
      new Fact<>(
          "l2-unknown-listed", 4, (id, view) -> Listed.of(view.ids(Location.UNKNOWN_PARTS, id)));

  /**
   * Whom a frame is for that is for several.
   *
   * @param key what stands in OUT_PORT
   * @param first the number of its first part
   */
  private record Group(
      int key,
      int first,
      Fact<Id<LogicalSwitch>, Listed> listed,
      Index<?, ?, Part, Id<LogicalPort>> ports) {

    int number(int part) {
      return first + part;
    }

    /** Numbers of the parts that list nodes follow those that list members. */
    int remote() {
      return first + Part.COUNT;
    }

    /** The part that is one copy to the physical network, in place of all tunnels. */
    int outside() {
      return remote();
    }
  }

  private static final Group ALL = new Group(Field.FLOOD, 0, LISTED, Location.PORTS);

  private static final Group UNKNOWN =
      new Group(Field.UNKNOWN, 0x4000, UNKNOWN_LISTED, Location.UNKNOWN_PORTS);

  private static void write(LogicalSwitch network, Group group, View view, FlowSink out) {
    Listed listed = view.fact(group.listed(), network.id());
    if (listed.nodes().isEmpty()) {
      return;
    }
    Scope scope = Scope.network(network.id());
    boolean outside = view.fact(Uplink.OF_SWITCH, network.id()).isPresent();
    SortedMap<Integer, List<IpAddress>> remotes =
        outside ? Collections.emptySortedMap() : remotes(listed.nodes(), group, view);
    FlowDraft flooded =
        Spine.REPLICATE.flow(100).match(NETWORK, network.key()).match(OUT_PORT, group.key());
    Stream.concat(listed.numbers().stream().map(group::number), remotes.keySet().stream())
        .forEach(number -> flooded.set(PART, number).resubmit(Spine.COPIES));
    if (outside) {
      flooded.set(PART, group.outside()).resubmit(Spine.COPIES);
    }
    out.add(flooded.because(network.id()).where(scope));
    remotes.forEach(
        (number, addresses) -> {
          FlowDraft copies = part(network.key(), number).match(FROM_TUNNEL, 0);
          addresses.forEach(copies::crossTo);
          out.add(copies.because(network.id()).where(scope));
        });
  }

  /** By part, where the tunnels of all nodes end; none if all ports are on one node. */
  private static SortedMap<Integer, List<IpAddress>> remotes(
      Set<Id<Node>> nodes, Group group, View view) {
    int spread = Integer.highestOneBit(nodes.size() / NODES_IN_PART + 1);
    SortedMap<Integer, List<IpAddress>> remotes = new TreeMap<>();
    for (Id<Node> node : nodes.size() > 1 || group.equals(UNKNOWN) ? nodes : Set.<Id<Node>>of()) {
      int number = group.remote() + Math.floorMod(node.name().hashCode(), spread);
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
    part(key.member(), ALL, view, out);
  }

  /** The members of one part that take unknown addresses. */
  static void unknownPart(Pair<Id<LogicalSwitch>, Part> key, View view, FlowSink out) {
    part(key.member(), UNKNOWN, view, out);
  }

  private static void part(Part part, Group group, View view, FlowSink out) {
    List<Location> members =
        view.ids(group.ports(), part).stream()
            .flatMap(port -> view.fact(Location.OF_PORT, port).stream())
            .sorted((a, b) -> Integer.compare(a.ofPort(), b.ofPort()))
            .toList();
    if (members.isEmpty()) {
      return;
    }
    FlowDraft copies = part(members.get(0).networkKey(), group.number(part.number()));
    for (Location m : members) {
      if (view.fact(Policed.OF_PORT, m.port()).isPresent()) {
        copies.then(judged(m.portKey()));
      } else {
        copies.output(m.ofPort());
      }
    }
    out.add(copies.because(part.network()).where(Scope.node(part.node())));
  }

  /**
   * The copy to the physical network, the same as OUTPUT would make; it is the last of all. Where
   * policy judges the way there it goes through that.
   */
  static void outside(Pair<Id<LogicalSwitch>, Id<Node>> key, View view, FlowSink out) {
    Optional<LogicalSwitch> network = view.get(key.bucket());
    Optional<Uplink> uplink = view.fact(Uplink.OF_SWITCH, key.bucket());
    if (network.isEmpty() || uplink.isEmpty()) {
      return;
    }
    List<Group> groups =
        Forward.takesUnknown(network.get(), view) ? List.of(ALL, UNKNOWN) : List.of(ALL);
    boolean policed = view.fact(Policed.OF_PORT, uplink.get().port()).isPresent();
    view.get(key.member())
        .map(node -> node.uplinks().get(uplink.get().segment().physicalNetwork()))
        .ifPresent(
            ofPort ->
                groups.forEach(
                    group -> {
                      FlowDraft copy =
                          part(network.get().key(), group.outside())
                              .match(FROM_TUNNEL, 0)
                              .matchVlan(0);
                      out.add(
                          (policed
                                  ? copy.then(judged(uplink.get().key()))
                                  : copy.setVlan(uplink.get().segment().tag()).output(ofPort))
                              .because(uplink.get().port())
                              .where(Scope.node(key.member())));
                    }));
  }

  /** A copy by itself, so that what happens to it is not seen by the next. */
  private static Action judged(int port) {
    return new Action.Clone(
        List.of(Action.Set.of(OUT_PORT, Bits.of(port)), new Action.Resubmit(Spine.LOCATE.table())));
  }
}
