package dev.heddle.laws.policy;

import dev.heddle.laws.policy.Rule.Side;
import dev.heddle.laws.policy.Rule.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Whether a packet gets from one port to another, worked out from rules and memberships alone: the
 * reference that flows are measured by. It knows docs/acl.md and nothing of flows, stages, zones or
 * the match language, and is slow and plain on purpose.
 *
 * <p>Each port under policy remembers for itself which connections it took part in. What is allowed
 * without state passes, whatever else is known. A packet that answers a connection is judged as the
 * packet that began it would be judged now, and so is an ICMP error about a packet of it; every
 * other packet by the rules of the side it is on. An error about anything else goes nowhere.
 */
final class PolicyOracle {

  /** What a port remembers of a connection. */
  private static final class Known {
    /** Where the packet was that began it. */
    final Side side;

    /** It was answered; or it is of TCP, which in these stories is never at its beginning. */
    boolean established;

    /** What allowed it, last before it was established, said that it may drain. */
    boolean drains;

    Known(Side side) {
      this.side = side;
    }
  }

  private final Map<String, Rule> rules = new TreeMap<>();
  private final Map<String, Set<String>> groups = new TreeMap<>();
  private final Map<String, Set<String>> sets = new TreeMap<>();
  private boolean closed;

  /** By port, the packets that began a connection. */
  private final Map<String, Map<Datagram, Known>> connections = new HashMap<>();

  private Told told = Told.NO;
  private boolean refused;

  /** What was decided so far and by what, for coverage. */
  private final List<String> decisions = new ArrayList<>();

  void put(Rule rule) {
    rules.put(rule.name(), rule);
  }

  void remove(String name) {
    rules.remove(name);
  }

  /** Whether that of which no rule speaks is dropped. */
  void closed(boolean drop) {
    closed = drop;
  }

  Collection<Rule> rules() {
    return rules.values();
  }

  /** Another rule of the same place and verdict: which of the two decides is left open. */
  boolean hasEqualOf(Rule rule) {
    return rules.values().stream().anyMatch(r -> isEqual(r, rule));
  }

  /** Another one, and it matters which. */
  boolean hasRivalOf(Rule rule) {
    return rules.values().stream().anyMatch(r -> isEqual(r, rule) && r.drains() != rule.drains());
  }

  private static boolean isEqual(Rule r, Rule rule) {
    return !r.name().equals(rule.name())
        && r.side() == rule.side()
        && r.tier() == rule.tier()
        && r.priority() == rule.priority()
        && r.verdict().precedence() == rule.verdict().precedence();
  }

  boolean has(String rule) {
    return rules.containsKey(rule);
  }

  void group(String name, Set<String> ports) {
    groups.put(name, new TreeSet<>(ports));
    Set<String> addresses = new TreeSet<>();
    for (String port : ports) {
      addresses.add(PolicyTrial.address(port, false));
      addresses.add(PolicyTrial.address(port, true));
    }
    sets.put(Condition.Peer.named(name), addresses);
  }

  void set(String name, Set<String> prefixes) {
    sets.put(name, new TreeSet<>(prefixes));
  }

  Set<String> members(String group) {
    if (group.equals(Rule.SWITCH)) {
      return Set.copyOf(PolicyTrial.PORTS);
    }
    return groups.getOrDefault(group, Set.of());
  }

  Set<String> prefixes(String set) {
    return sets.getOrDefault(set, Set.of());
  }

  /** Sends it, with what the ports then remember. */
  boolean arrives(String sender, String receiver, Datagram d) {
    return !arrive(new Step.Send(sender, receiver, d)).isEmpty();
  }

  /** Sends it, with what the ports then remember; which of its pieces arrive. */
  Set<Integer> arrive(Step.Packet packet) {
    refused = false;
    told = Told.NO;
    if (packet instanceof Step.Fragments f) {
      Set<Integer> sent = fragments(f, f.from(), Side.FROM, new TreeSet<>(f.pieces()));
      Set<Integer> arrive = fragments(f, f.to(), Side.TO, sent);
      boolean all = arrive.size() == f.pieces().size();
      decisions.add(text(f) + (arrive.isEmpty() ? " dropped" : all ? " pass" : " pass in part"));
      return arrive;
    }
    if (packet instanceof Step.Unreachable e) {
      boolean passes = passes(e, e.from(), Side.FROM) && passes(e, e.to(), Side.TO);
      decisions.add((e.quoted().v6() ? "ICMPv6" : "ICMP") + (passes ? " passes" : " dropped"));
      return passes ? Set.of(0) : Set.of();
    }
    Datagram d = packet.datagram();
    Verdict here = fate(packet.from(), Side.FROM, d, false);
    Verdict there = passes(here) ? fate(packet.to(), Side.TO, d, false) : Verdict.DROP;
    refused = !passes(here) || !passes(there);
    told = here == Verdict.REJECT ? Told.YES : there == Verdict.REJECT ? hears(here) : Told.NO;
    return refused ? Set.of() : Set.of(0);
  }

  /**
   * Whether the sender of the packet before was told of a refusal. Drop and reject of one place are
   * equals, so one of each leaves it open.
   */
  Told told() {
    boolean equals =
        rules.values().stream()
            .filter(r -> r.verdict() == Verdict.REJECT || r.verdict() == Verdict.DROP)
            .anyMatch(this::hasEqualOf);
    return equals && refused ? Told.OPEN : told;
  }

  /** A refusal from afar is judged as a reply: where nothing was kept it may not be taken. */
  private static Told hears(Verdict atSender) {
    return atSender == Verdict.ALLOW_STATELESS ? Told.OPEN : Told.YES;
  }

  private static boolean passes(Verdict verdict) {
    return verdict == Verdict.ALLOW || verdict == Verdict.ALLOW_STATELESS;
  }

  /** What becomes of it on one side; never pass. */
  private Verdict fate(String port, Side side, Datagram d, boolean inPieces) {
    Optional<Rule> rule = decides(port, side, d);
    if (verdict(rule) == Verdict.ALLOW_STATELESS) {
      return Verdict.ALLOW_STATELESS;
    }
    boolean tracked = isUnderPolicy(port);
    Map<Datagram, Known> all = connections.computeIfAbsent(port, p -> new HashMap<>());
    Known known = all.get(d);
    Known answered = all.get(d.answer());
    if (known == null && answered != null) {
      answered.established |= tracked;
      return present(port, answered, d.answer(), true, answered.established);
    }
    if (known == null && tracked && d.onlyAnswers()) {
      decisions.add(side + " answers nothing");
      return Verdict.DROP;
    }
    if (known != null) {
      known.established |= tracked && d.protocol() == Datagram.TCP;
    }
    if (closed && rule.isEmpty()) {
      return known != null ? drained(known, known.established) : Verdict.DROP;
    }
    if (verdict(rule) == Verdict.ALLOW && tracked && (known == null || !known.established)) {
      Known begun = all.computeIfAbsent(d, b -> new Known(side));
      // What comes in pieces is kept, but what allowed it does not show in the later ones.
      begun.drains = inPieces ? begun.drains : rule.filter(Rule::drains).isPresent();
    }
    return verdict(rule);
  }

  /** What becomes of what belongs to a connection. */
  private Verdict present(
      String port, Known known, Datagram first, boolean reply, boolean established) {
    Optional<Rule> rule = decides(port, known.side, first);
    if (closed && rule.isEmpty()) {
      return drained(known, established);
    }
    // What is allowed without state is not allowed to answer without a rule of its own.
    return verdict(rule) == Verdict.ALLOW_STATELESS && reply ? Verdict.DROP : verdict(rule);
  }

  private Verdict drained(Known known, boolean established) {
    boolean goesOn = known.drains && established;
    decisions.add(
        known.side + (goesOn ? " drains" : known.drains ? " is too new to drain" : " is cut"));
    return goesOn ? Verdict.ALLOW : Verdict.DROP;
  }

  /**
   * An error of a drained connection goes on with it: whether that is established it cannot say.
   */
  private boolean passes(Step.Unreachable e, String port, Side side) {
    Optional<Rule> own = decides(port, side, e.datagram());
    if (!isUnderPolicy(port) || verdict(own) == Verdict.ALLOW_STATELESS) {
      return true;
    }
    Map<Datagram, Known> all = connections.getOrDefault(port, Map.of());
    Datagram quoted = e.quoted();
    boolean ofReceiver = quoted.source().equals(PolicyTrial.address(e.to(), quoted.v6()));
    Known request = ofReceiver ? all.get(quoted) : null;
    Known reply = ofReceiver ? all.get(quoted.answer()) : null;
    Verdict verdict =
        request != null
            ? present(port, request, quoted, true, true)
            : reply != null ? present(port, reply, quoted.answer(), false, true) : Verdict.DROP;
    decisions.add(
        side
            + " error of "
            + (!ofReceiver
                ? "another's packet"
                : request == reply ? "nothing known" : "a connection")
            + (passes(verdict) ? " passes" : " dropped"));
    return passes(verdict);
  }

  /**
   * Which of the pieces that come to a port pass: those that are allowed by what they show, and the
   * others together, if they are a whole datagram that is allowed.
   */
  private Set<Integer> fragments(Step.Fragments f, String port, Side side, Set<Integer> come) {
    if (!isUnderPolicy(port)) {
      return come;
    }
    Datagram d = f.datagram();
    Set<Integer> pass = new TreeSet<>();
    Set<Integer> wait = new TreeSet<>();
    for (int piece : come) {
      Optional<Rule> own = decides(port, side, piece == 0 ? d : d.withoutPorts());
      (verdict(own) == Verdict.ALLOW_STATELESS ? pass : wait).add(piece);
    }
    if (wait.size() == f.parts()) {
      Verdict whole = fate(port, side, d, true);
      refused |= !passes(whole);
      if (whole == Verdict.REJECT) {
        told = side == Side.FROM ? Told.YES : Told.OPEN;
      }
      pass.addAll(passes(whole) ? wait : Set.of());
    }
    return pass;
  }

  private static String text(Step.Fragments f) {
    List<Integer> sorted = f.pieces().stream().sorted().toList();
    String order = f.pieces().equals(sorted) ? "in order" : "in disorder";
    return (f.datagram().v6() ? "IPv6" : "IPv4")
        + " fragments "
        + (!sorted.contains(0)
            ? "without the first"
            : sorted.size() < f.parts() ? "without a later one" : order);
  }

  List<String> decisions() {
    return decisions;
  }

  private boolean isUnderPolicy(String port) {
    return closed || rules.values().stream().anyMatch(r -> members(r.group()).contains(port));
  }

  /** Where all tiers are silent the default. */
  private Verdict verdict(Optional<Rule> rule) {
    return rule.map(Rule::verdict).orElse(closed ? Verdict.DROP : Verdict.ALLOW);
  }

  /** The rule that has the last word; none where all tiers are silent. */
  private Optional<Rule> decides(String port, Side side, Datagram d) {
    Optional<Rule> last = asked(port, side, d);
    if (isUnderPolicy(port)) {
      decisions.add(
          side
              + last.map(r -> " tier " + r.tier() + " " + r.verdict())
                  .orElse(closed ? " closed" : " silent"));
    }
    return last;
  }

  private Optional<Rule> asked(String port, Side side, Datagram d) {
    for (int tier = 0; tier < 4; tier++) {
      int asked = tier;
      Optional<Rule> first =
          rules.values().stream()
              .filter(r -> r.tier() == asked && r.side() == side)
              .filter(r -> members(r.group()).contains(port))
              .filter(r -> r.condition().holds(d, sets))
              .max(
                  Comparator.comparingInt(Rule::priority)
                      .thenComparing(r -> r.verdict().precedence()));
      if (first.isPresent() && first.get().verdict() != Verdict.PASS) {
        return first;
      }
    }
    return Optional.empty();
  }
}
