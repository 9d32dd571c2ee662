package dev.heddle.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A switch that speaks OpenFlow and has no database that we know, with what was found out about
 * each of its ports. Written by the system; named by its datapath id, 16 hexadecimal digits.
 *
 * @param ports by OpenFlow number; those that are down are there only while a link of theirs is
 *     lost
 */
public record PlainSwitch(Id<PlainSwitch> id, SortedMap<Integer, Port> ports)
    implements Entity<PlainSwitch> {

  public static final Kind<PlainSwitch> KIND =
      new Kind<>("PlainSwitch", "plainswitches", true, KeySpace.NONE, PlainSwitch::parse);

  /** The feature without which no switch is taken in; it reads these objects. */
  public static final String FEATURE = "plain-switches";

  /** The note with which that feature's flows send link discovery's frames to the controller. */
  public static final String PROBE = "70726f6265";

  /** All of them: what a tree over their links must know. */
  public static final Index<PlainSwitch, PlainSwitch, String, Id<PlainSwitch>> ALL =
      Index.of("plain-switches", KIND, (id, s) -> Stream.of(new Index.Pair<>("all", id)));

  /** What is behind a port. */
  public enum State {
    /** Not known (yet): it takes no part in forwarding. */
    UNKNOWN,
    /** No switch of ours: hosts. */
    EDGE,
    /** Another plain switch. */
    LINK,
    /** A link that fails: it carries nothing, and others do not stand in for it yet. */
    LOST
  }

  /** The end of a link. */
  public record End(Id<PlainSwitch> at, int port) implements Comparable<End> {
    @Override
    public int compareTo(End o) {
      int c = at.compareTo(o.at);
      return c != 0 ? c : Integer.compare(port, o.port);
    }

    @Override
    public String toString() {
      return at.name() + ":" + port;
    }
  }

  /**
   * @param name as the switch calls it, for people
   * @param peer the other end of a link
   * @param since orders links by age: the one found first has the lowest; 0 for what is no link
   */
  public record Port(int number, String name, State state, Optional<End> peer, long since) {

    public Port {
      boolean link = state == State.LINK || state == State.LOST;
      if (link != peer.isPresent() || link != since > 0) {
        throw new IllegalArgumentException("port " + number + " is a link or none: " + state);
      }
    }
  }

  public PlainSwitch {
    ports = Collections.unmodifiableSortedMap(new TreeMap<>(ports));
  }

  /** As the system writes it. */
  record Form(List<PortForm> ports) {}

  record PortForm(int number, String name, State state, String peer, Integer peerPort, Long since) {

    Port port() {
      Optional<End> end =
          Optional.ofNullable(peer).map(p -> new End(KIND.id(p), peerPort == null ? 0 : peerPort));
      return new Port(number, name, state, end, since == null ? 0 : since);
    }
  }

  private static PlainSwitch parse(Document d, int key) {
    SortedMap<Integer, Port> ports = new TreeMap<>();
    Spec.read(d, Form.class).ports.forEach(p -> ports.put(p.number, p.port()));
    return new PlainSwitch(KIND.id(d), ports);
  }

  /** What a document says that this class has written. */
  public static PlainSwitch of(Document document) {
    return parse(document, 0);
  }

  /** The name of the switch with this datapath id. */
  public static Id<PlainSwitch> id(long datapathId) {
    return KIND.id(String.format("%016x", datapathId));
  }

  /**
   * Whom flows are for: a plain switch has a place among the nodes, under a name that no node can
   * have, and nothing of what every node gets.
   */
  public static Id<Node> node(Id<PlainSwitch> id) {
    return Node.KIND.id("of:" + id.name());
  }

  /** The document that is read back as this. */
  public Document document() {
    var spec = JsonNodeFactory.instance.objectNode();
    var list = spec.putArray("ports");
    for (Port p : ports.values()) {
      var one = list.addObject().put("number", p.number).put("name", p.name);
      one.put("state", p.state.name());
      p.peer.ifPresent(end -> one.put("peer", end.at.name()).put("peerPort", end.port));
      if (p.since > 0) {
        one.put("since", p.since);
      }
    }
    return new Document(KIND.name(), id.name(), Map.of(), spec);
  }

  /** Whether all is known that takes part in forwarding; if not, which ports do not and why. */
  public List<Condition> conditions() {
    String unknown = numbers(State.UNKNOWN);
    String lost = numbers(State.LOST);
    List<String> sentences = new ArrayList<>();
    if (!unknown.isEmpty()) {
      sentences.add("What is behind port " + unknown + " is not known: nothing passes there.");
    }
    if (!lost.isEmpty()) {
      sentences.add("The link at port " + lost + " fails: nothing passes there.");
    }
    return List.of(
        sentences.isEmpty()
            ? Condition.met(Condition.RESOLVED, "")
            : Condition.failed(Condition.RESOLVED, "Discovering", String.join(" ", sentences)));
  }

  private String numbers(State state) {
    return ports.values().stream()
        .filter(p -> p.state == state)
        .map(p -> Integer.toString(p.number))
        .collect(Collectors.joining(", "));
  }

  /** Numbers of the ports that are in a state. */
  public Set<Integer> in(State state) {
    Set<Integer> found = new HashSet<>();
    ports.values().stream().filter(p -> p.state == state).forEach(p -> found.add(p.number));
    return found;
  }
}
