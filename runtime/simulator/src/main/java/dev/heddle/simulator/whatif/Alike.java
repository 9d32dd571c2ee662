package dev.heddle.simulator.whatif;

import dev.heddle.expression.Masked;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.policy.Acl;
import dev.heddle.simulator.whatif.Rules.Literal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Ports of one switch that no rule tells apart, neither before nor after: they are in the same
 * groups, their first addresses in the same sets and prefixes, and the change concerns them alike.
 *
 * @param ports by name
 */
record Alike(List<LogicalPort> ports) {

  LogicalPort first() {
    return ports.get(0);
  }

  List<String> names() {
    return ports.stream().map(p -> p.id().name()).toList();
  }

  Optional<LogicalPort> otherThan(LogicalPort port) {
    return ports.stream().filter(p -> !p.id().equals(port.id())).findFirst();
  }

  /** Its first address of a family. */
  static Optional<IpAddress> address(LogicalPort port, boolean v6) {
    return port.addresses().stream().filter(a -> a.isV6() == v6).findFirst();
  }

  /** All ports that are there both before and after and that are asked for, by kind. */
  static List<Alike> of(Rules before, Rules after, Concern concern, Predicate<String> asked) {
    Traits old = new Traits(before);
    Traits fresh = new Traits(after);
    Map<String, List<LogicalPort>> kinds = new TreeMap<>();
    after.ports.forEach(
        (name, port) -> {
          if (before.ports.containsKey(name) && asked.test(name)) {
            String kind = old.of(name) + " then" + fresh.of(name) + " of" + concern.of(name);
            kinds.computeIfAbsent(kind, k -> new ArrayList<>()).add(port);
          }
        });
    return kinds.values().stream().map(Alike::new).toList();
  }

  /** All by which rules, or what is not policy, can tell a port from others. */
  private static final class Traits {
    private final Rules rules;
    private final Set<String> groups = new TreeSet<>();
    private final Set<String> ports = new TreeSet<>();
    private final Set<String> sets = new TreeSet<>();
    private final List<Literal> literals;
    private final List<Masked> macs;

    Traits(Rules rules) {
      this.rules = rules;
      Set<Literal> all = new HashSet<>();
      for (Acl a : rules.acls.values()) {
        groups.addAll(Rules.groups(a));
        ports.addAll(Rules.ports(a));
        sets.addAll(Rules.sets(a));
        all.addAll(Rules.literals(a));
      }
      literals = List.copyOf(all);
      macs = Rules.macs(rules.acls.values());
    }

    String of(String name) {
      LogicalPort port = rules.ports.get(name);
      StringBuilder t = new StringBuilder(" " + port.network().name());
      t.append(port.enabled() ? "" : " off").append(port.portSecurity() ? "" : " open");
      t.append(port.unknown() ? " unknown" : "").append(port.addresses().size());
      groups.stream().filter(g -> rules.isMember(name, g)).forEach(g -> t.append(" @").append(g));
      if (ports.contains(name)) {
        t.append(" \"").append(name);
      }
      for (int i = 0; i < macs.size(); i++) {
        t.append(macs.get(i).contains(port.mac().bits()) ? " mac" + i : "");
      }
      for (boolean v6 : new boolean[] {false, true}) {
        t.append(v6 ? " v6" : " v4");
        address(port, v6)
            .ifPresent(
                a -> {
                  sets.stream()
                      .filter(s -> rules.holds(s, a))
                      .forEach(s -> t.append(" $").append(s));
                  for (int i = 0; i < literals.size(); i++) {
                    if (literals.get(i).holds(a)) {
                      t.append(' ').append(i);
                    }
                  }
                  t.append(" yes");
                });
      }
      return t.toString();
    }
  }
}
