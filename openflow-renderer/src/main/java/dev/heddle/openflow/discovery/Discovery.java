package dev.heddle.openflow.discovery;

import dev.heddle.model.Id;
import dev.heddle.model.PlainSwitch;
import dev.heddle.model.PlainSwitch.End;
import dev.heddle.model.PlainSwitch.Port;
import dev.heddle.model.PlainSwitch.State;
import dev.heddle.openflow.codec.PhysicalPort;
import dev.heddle.openflow.discovery.Member.Known;
import dev.heddle.openflow.discovery.Member.Link;
import dev.heddle.pipeline.Action;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What is known of plain switches and of what is behind their ports. In each round a probe leaves
 * every port. A port at which none comes in and whose own ones come in nowhere, for {@link #SILENT}
 * rounds, is an edge. Two ports that hear one another and nobody else are a link. Nothing passes a
 * port before one of the two is known. A link of which {@link #MISSED} rounds were not heard is
 * closed at once and is gone when both switches have confirmed that: only then may another stand in
 * for it. While a switch is away its links stay as they are, since it forwards on. For one thread.
 */
public final class Discovery {

  /** Rounds without a probe after which nobody is there. */
  static final int SILENT = 3;

  /** Rounds of a link that may be missed. */
  static final int MISSED = 3;

  /** Rounds that a switch may be away while nobody is linked to it. */
  static final int AWAY = 60;

  /** A switch with more ports has the rest of them unused. */
  static final int MOST_PORTS = 1_024;

  /** A port that hears more ends than this hears no more. */
  private static final int MOST_HEARD = 8;

  private final SortedMap<Id<PlainSwitch>, Member> members = new TreeMap<>();
  private final Map<End, Link> links = new HashMap<>();
  private long round;
  private long lastLink;

  /** Goes on from what was known; every switch is away. */
  public Discovery(Collection<PlainSwitch> before) {
    for (PlainSwitch s : before) {
      Member member = members.computeIfAbsent(s.id(), id -> new Member());
      for (Port p : s.ports().values()) {
        Known known = new Known(p.name(), round);
        known.edge = p.state() == State.EDGE;
        member.ports.put(p.number(), known);
        lastLink = Math.max(lastLink, p.since());
      }
    }
    for (PlainSwitch s : before) {
      for (Port p : s.ports().values()) {
        End here = new End(s.id(), p.number());
        p.peer()
            .filter(there -> known(there).isPresent() && !links.containsKey(there))
            .ifPresent(there -> join(here, there, p.since()).lost = p.state() == State.LOST);
      }
    }
  }

  public long round() {
    return round;
  }

  public boolean has(Id<PlainSwitch> id) {
    return members.containsKey(id);
  }

  /**
   * A switch is here.
   *
   * @param fresh it has none of our flows: what was known of it may be another's
   */
  public void connected(Id<PlainSwitch> id, List<PhysicalPort> ports, boolean fresh) {
    Member member = members.computeIfAbsent(id, n -> new Member());
    if (fresh) { // nothing passes it, so its links are gone at once
      member.ports.clear();
      Set.copyOf(links.values()).stream().filter(l -> touches(l, id)).forEach(this::part);
    }
    member.here = true;
    member.probed = false;
    Set<Integer> up = new HashSet<>();
    for (PhysicalPort p : ports) {
      if (usable(member, p)) {
        up.add((int) p.number());
        up(member, p);
      }
    }
    for (int number : Set.copyOf(member.ports.keySet())) {
      End end = new End(id, number);
      Link link = links.get(end);
      if (!up.contains(number)) {
        down(id, member, number);
      } else if (link != null && !link.lost) { // it has MISSED rounds to prove that it is there
        hear(end, link.other(end));
        hear(link.other(end), end);
      }
    }
  }

  private static boolean usable(Member member, PhysicalPort p) {
    return p.up()
        && p.number() >= 1
        && p.number() <= Action.Output.LAST
        && (member.ports.size() < MOST_PORTS || member.ports.containsKey((int) p.number()));
  }

  /** A port has changed. */
  public void port(Id<PlainSwitch> id, PhysicalPort p) {
    Member member = members.get(id);
    if (member == null || !member.here) {
      return;
    }
    if (usable(member, p)) {
      up(member, p);
    } else if (p.number() <= Action.Output.LAST) {
      down(id, member, (int) p.number());
    }
  }

  private void up(Member member, PhysicalPort p) {
    Known known = member.ports.computeIfAbsent((int) p.number(), n -> new Known(p.name(), round));
    if (known.down) {
      known.down = false;
      known.begin(round);
    }
  }

  /** Nothing passes the port, and its link fails. */
  private void down(Id<PlainSwitch> id, Member member, int number) {
    End end = new End(id, number);
    Link link = links.get(end);
    if (link == null) {
      member.ports.remove(number);
      return;
    }
    link.lost = true;
    Known known = member.ports.get(number);
    known.down = true;
    known.heard.clear();
    known(link.other(end)).ifPresent(other -> other.heard.remove(end));
  }

  /** The switch is away; it goes on as it is. */
  public void left(Id<PlainSwitch> id) {
    Member member = members.get(id);
    if (member != null) {
      member.here = false;
      member.awaySince = round;
    }
  }

  /** The switch is not for us any more. */
  public void remove(Id<PlainSwitch> id) {
    members.remove(id);
    Set.copyOf(links.values()).stream().filter(l -> touches(l, id)).forEach(this::part);
  }

  /**
   * A frame with our seal came in at {@code at}.
   *
   * @return true if that is news, false if as much was known, or if it is worth nothing
   */
  public boolean heard(End at, Probes.Probe probe) {
    boolean current = probe.round() >= round - 1 && probe.round() <= round;
    boolean news = current && !probe.from().equals(at) && hear(at, probe.from());
    if (news) {
      judge();
    }
    return news;
  }

  private boolean hear(End at, End from) {
    Optional<Known> known = known(at).filter(port -> !port.down);
    if (known.isEmpty() || known(from).filter(port -> !port.down).isEmpty()) {
      return false;
    }
    Map<End, Long> heard = known.get().heard;
    return (heard.containsKey(from) || heard.size() < MOST_HEARD) && heard.put(from, round) == null;
  }

  /** The ends that probes of the coming round leave, of these switches. */
  public List<End> probed(Set<Id<PlainSwitch>> ready) {
    for (Id<PlainSwitch> id : members.keySet()) {
      Member member = members.get(id);
      if (ready.contains(id) && !member.probed) {
        member.probed = true;
        member.ports.values().forEach(p -> p.quietSince = round);
      }
    }
    return members.entrySet().stream()
        .filter(e -> e.getValue().here && e.getValue().probed)
        .flatMap(e -> e.getValue().ports.keySet().stream().map(n -> new End(e.getKey(), n)))
        .filter(end -> known(end).filter(port -> !port.down).isPresent())
        .toList();
  }

  /**
   * Another round begins.
   *
   * @param confirmed whether a switch has confirmed all that was ever known
   */
  public void next(Predicate<Id<PlainSwitch>> confirmed) {
    round++;
    members.values().forEach(m -> m.ports.values().forEach(this::expire));
    for (Link link : Set.copyOf(links.values())) {
      if (link.lost && gone(link.a, link.b, confirmed) && gone(link.b, link.a, confirmed)) {
        part(link);
      }
    }
    judge();
    Set.copyOf(members.keySet()).stream().filter(this::forgotten).forEach(this::remove);
  }

  /** Nothing is left of a link. */
  private void part(Link link) {
    for (End end : List.of(link.a, link.b)) {
      links.remove(end);
      known(end).ifPresent(port -> port.begin(round));
      if (known(end).filter(port -> port.down).isPresent()) {
        members.get(end.at()).ports.remove(end.port());
      }
    }
  }

  private void expire(Known port) {
    port.heard.values().removeIf(last -> last < round - MISSED);
  }

  /** Nothing passes this end of a link that has failed. */
  private boolean gone(End end, End other, Predicate<Id<PlainSwitch>> confirmed) {
    // A switch that is away may well forward, but nothing arrives where the other end is down.
    return here(end.at())
        ? confirmed.test(end.at())
        : known(other).filter(port -> !port.down).isEmpty();
  }

  /** Nobody is linked to it, and it has not come back. */
  private boolean forgotten(Id<PlainSwitch> id) {
    return !here(id)
        && round - members.get(id).awaySince >= AWAY
        && links.values().stream()
            .noneMatch(l -> touches(l, id) && (here(l.a.at()) || here(l.b.at())));
  }

  private static boolean touches(Link link, Id<PlainSwitch> id) {
    return link.a.at().equals(id) || link.b.at().equals(id);
  }

  private boolean here(Id<PlainSwitch> id) {
    return members.containsKey(id) && members.get(id).here;
  }

  /** What follows from what was heard. */
  private void judge() {
    Map<End, Set<End>> peers = peers();
    for (Link link : Set.copyOf(links.values())) {
      if (here(link.a.at()) && here(link.b.at())) {
        link.lost = !joined(link.a, link.b, peers);
      }
    }
    members.forEach(
        (id, member) -> {
          if (member.here) {
            member.ports.forEach((number, port) -> judge(new End(id, number), port, peers));
          }
        });
  }

  private void judge(End end, Known port, Map<End, Set<End>> peers) {
    Set<End> around = peers.getOrDefault(end, Set.of());
    if (links.containsKey(end)) {
      return;
    }
    if (!around.isEmpty()) {
      port.begin(round);
      End other = around.iterator().next();
      if (!links.containsKey(other) && joined(end, other, peers)) {
        join(end, other, ++lastLink);
      }
    } else if (members.get(end.at()).probed && round - port.quietSince >= SILENT) {
      port.edge = true;
    }
  }

  private Link join(End one, End other, long since) {
    Link link = new Link(one, other, since);
    links.put(one, link);
    links.put(other, link);
    return link;
  }

  /** By end, those it hears and those that hear it. */
  private Map<End, Set<End>> peers() {
    Map<End, Set<End>> peers = new HashMap<>();
    members.forEach(
        (id, member) ->
            member.ports.forEach(
                (number, port) -> {
                  End at = new End(id, number);
                  for (End from : port.heard.keySet()) {
                    peers.computeIfAbsent(at, e -> new HashSet<>()).add(from);
                    peers.computeIfAbsent(from, e -> new HashSet<>()).add(at);
                  }
                }));
    return peers;
  }

  /** They hear one another, and nobody else. */
  private boolean joined(End one, End other, Map<End, Set<End>> peers) {
    return hears(one, other)
        && hears(other, one)
        && peers.get(one).equals(Set.of(other))
        && peers.get(other).equals(Set.of(one));
  }

  private boolean hears(End one, End other) {
    return known(one).filter(p -> p.heard.containsKey(other)).isPresent();
  }

  private Optional<Known> known(End end) {
    return Optional.ofNullable(members.get(end.at())).map(m -> m.ports.get(end.port()));
  }

  /** All that is known, by switch. */
  public SortedMap<Id<PlainSwitch>, PlainSwitch> switches() {
    SortedMap<Id<PlainSwitch>, PlainSwitch> all = new TreeMap<>();
    members.forEach(
        (id, member) -> {
          SortedMap<Integer, Port> ports = new TreeMap<>();
          member.ports.forEach((n, port) -> ports.put(n, shown(new End(id, n), port)));
          all.put(id, new PlainSwitch(id, ports));
        });
    return all;
  }

  private Port shown(End end, Known port) {
    Link link = links.get(end);
    if (link != null) {
      State state = link.lost ? State.LOST : State.LINK;
      return new Port(end.port(), port.name, state, Optional.of(link.other(end)), link.since);
    }
    State state = port.edge ? State.EDGE : State.UNKNOWN;
    return new Port(end.port(), port.name, state, Optional.empty(), 0);
  }
}
