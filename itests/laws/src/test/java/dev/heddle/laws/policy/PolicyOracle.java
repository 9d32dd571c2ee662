package dev.heddle.laws.policy;

import dev.heddle.laws.policy.Rule.Side;
import dev.heddle.laws.policy.Rule.Verdict;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
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
 * <p>Each port remembers for itself which connections it took part in. A packet that answers such a
 * connection is judged as the packet that began it would be judged now; every other packet is
 * judged by the rules of the side it is on.
 */
final class PolicyOracle {

  /** What a port remembers: the packet that began it and the side it was on. */
  private record Connection(Side side, boolean spared) {}

  private final Map<String, Rule> rules = new TreeMap<>();
  private final Map<String, Set<String>> groups = new TreeMap<>();
  private final Map<String, Set<String>> sets = new TreeMap<>();
  private final Map<String, Map<Datagram, Connection>> connections = new HashMap<>();

  void put(Rule rule) {
    rules.put(rule.name(), rule);
  }

  /** Connections that only this rule allowed, and that it spares, live on. */
  void remove(String name) {
    Rule gone = rules.get(name);
    if (gone.drain()) {
      connections.forEach(
          (port, all) -> all.replaceAll((d, c) -> new Connection(c.side(), c.spared()
              || decides(port, c.side(), d).filter(gone::equals).isPresent())));
    }
    rules.remove(name);
  }

  Collection<Rule> rules() {
    return rules.values();
  }

  void group(String name, Set<String> ports) {
    groups.put(name, new TreeSet<>(ports));
  }

  void set(String name, Set<String> prefixes) {
    sets.put(name, new TreeSet<>(prefixes));
  }

  Set<String> members(String group) {
    return groups.getOrDefault(group, Set.of());
  }

  Set<String> prefixes(String set) {
    return sets.getOrDefault(set, Set.of());
  }

  /** Sends it, with what the ports then remember. */
  boolean arrives(String sender, String receiver, Datagram d) {
    return passes(sender, Side.FROM, d) && passes(receiver, Side.TO, d);
  }

  private boolean passes(String port, Side side, Datagram d) {
    Map<Datagram, Connection> known = connections.computeIfAbsent(port, p -> new HashMap<>());
    Connection answered = known.get(d.answer());
    if (answered != null && !known.containsKey(d)) {
      return answered.spared() || !verdict(port, answered.side(), d.answer()).refuses();
    }
    Connection own = known.get(d);
    Verdict verdict = verdict(port, side, d);
    if (verdict.refuses()) {
      return own != null && own.spared();
    }
    if (verdict == Verdict.ALLOW && own == null && remembers(port)) {
      known.put(d, new Connection(side, false));
    }
    return true;
  }

  /** A port whose rules all are without state, or that has none, remembers nothing. */
  private boolean remembers(String port) {
    return rules.values().stream()
        .anyMatch(
            r -> r.verdict() != Verdict.ALLOW_STATELESS && members(r.group()).contains(port));
  }

  private Verdict verdict(String port, Side side, Datagram d) {
    return decides(port, side, d).map(Rule::verdict).orElse(Verdict.ALLOW);
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
                      .thenComparing(r -> r.verdict().refuses()));
      if (first.isPresent() && first.get().verdict() != Verdict.PASS) {
        return first;
      }
    }
    return Optional.empty();
  }
}
