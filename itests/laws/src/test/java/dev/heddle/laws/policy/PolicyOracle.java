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
 * packet that began it would be judged now; every other packet by the rules of the side it is on.
 */
final class PolicyOracle {

  private final Map<String, Rule> rules = new TreeMap<>();
  private final Map<String, Set<String>> groups = new TreeMap<>();
  private final Map<String, Set<String>> sets = new TreeMap<>();

  /** By port, the packets that began a connection, each with the side it was on. */
  private final Map<String, Map<Datagram, Side>> connections = new HashMap<>();

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

  Collection<Rule> rules() {
    return rules.values();
  }

  /** Another rule of the same place and verdict: which of the two decides is left open. */
  boolean hasEqualOf(Rule rule) {
    return rules.values().stream()
        .anyMatch(
            r ->
                !r.name().equals(rule.name())
                    && r.side() == rule.side()
                    && r.tier() == rule.tier()
                    && r.priority() == rule.priority()
                    && r.verdict().precedence() == rule.verdict().precedence());
  }

  boolean has(String rule) {
    return rules.containsKey(rule);
  }

  void group(String name, Set<String> ports) {
    groups.put(name, new TreeSet<>(ports));
    Set<String> addresses = new TreeSet<>();
    for (String port : ports) {
      addresses.add("10.0.0." + PolicyTrial.number(port));
      addresses.add("fd00::" + PolicyTrial.number(port));
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
    Verdict here = fate(sender, Side.FROM, d);
    Verdict there = passes(here) ? fate(receiver, Side.TO, d) : Verdict.DROP;
    refused = !passes(here) || !passes(there);
    told = here == Verdict.REJECT ? Told.YES : there == Verdict.REJECT ? hears(here) : Told.NO;
    return passes(here) && passes(there);
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
  private Verdict fate(String port, Side side, Datagram d) {
    Map<Datagram, Side> known = connections.computeIfAbsent(port, p -> new HashMap<>());
    Verdict verdict = verdict(port, side, d);
    if (verdict == Verdict.ALLOW_STATELESS) {
      return verdict;
    }
    Side begun = known.get(d.answer());
    if (begun != null && !known.containsKey(d)) {
      Verdict present = verdict(port, begun, d.answer());
      // What is allowed without state is not allowed to answer without a rule of its own.
      return present == Verdict.ALLOW_STATELESS ? Verdict.DROP : present;
    }
    if (verdict == Verdict.ALLOW && isUnderPolicy(port)) {
      known.putIfAbsent(d, side);
    }
    return verdict;
  }

  List<String> decisions() {
    return decisions;
  }

  private boolean isUnderPolicy(String port) {
    return rules.values().stream().anyMatch(r -> members(r.group()).contains(port));
  }

  private Verdict verdict(String port, Side side, Datagram d) {
    Optional<Rule> last = decides(port, side, d);
    if (isUnderPolicy(port)) {
      decisions.add(
          side + last.map(r -> " tier " + r.tier() + " " + r.verdict()).orElse(" silent"));
    }
    return last.map(Rule::verdict).orElse(Verdict.ALLOW);
  }

  /** The rule that has the last word; none where all tiers are silent: then it is allowed. */
  private Optional<Rule> decides(String port, Side side, Datagram d) {
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
