package dev.heddle.simulator.whatif;

import dev.heddle.expression.Clause;
import dev.heddle.expression.Masked;
import dev.heddle.model.AddressSet;
import dev.heddle.model.Bits;
import dev.heddle.model.Document;
import dev.heddle.model.Entity;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.IpPrefix;
import dev.heddle.model.Kind;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.PortGroup;
import dev.heddle.model.RefusedException;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Match;
import dev.heddle.policy.Acl;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/** The rules of a model, what they name, and the ports they may concern. */
final class Rules {

  final Map<String, Acl> acls;
  final Map<String, LogicalPort> ports;
  private final Map<String, PortGroup> groups;
  private final Map<String, AddressSet> sets;
  private final Map<String, Set<String>> named = new HashMap<>();
  private final Map<String, Map<Integer, Set<Bits>>> held = new HashMap<>();

  /**
   * @param documents by the name of their kind
   */
  Rules(Function<String, List<Document>> documents) {
    acls = read(Acl.KIND, documents);
    ports = read(LogicalPort.KIND, documents);
    groups = read(PortGroup.KIND, documents);
    sets = read(AddressSet.KIND, documents);
    groups
        .values()
        .forEach(
            g ->
                g.ports()
                    .forEach(
                        p ->
                            named
                                .computeIfAbsent(p.name(), n -> new HashSet<>())
                                .add(g.id().name())));
    sets.values().forEach(this::hold);
  }

  private static <E extends Entity<E>> Map<String, E> read(
      Kind<E> kind, Function<String, List<Document>> documents) {
    Map<String, E> all = new TreeMap<>();
    for (Document d : documents.apply(kind.name())) {
      try {
        all.put(d.name(), kind.parser().parse(d, 0));
      } catch (RefusedException e) {
        throw new RefusedException("model", d.path() + " cannot be read: " + e.getMessage());
      }
    }
    return all;
  }

  private void hold(AddressSet set) {
    Map<Integer, Set<Bits>> byLength = held.computeIfAbsent(set.id().name(), n -> new HashMap<>());
    set.prefixes().forEach(p -> hold(p, byLength));
    set.selector()
        .ifPresent(
            s ->
                ports.values().stream()
                    .filter(p -> s.selects(p.labels()))
                    .flatMap(p -> p.addresses().stream())
                    .forEach(a -> hold(new IpPrefix(a, a.width()), byLength)));
  }

  private static void hold(IpPrefix p, Map<Integer, Set<Bits>> byLength) {
    int length = p.address().isV6() ? 32 + p.length() + 1 : p.length();
    byLength.computeIfAbsent(length, l -> new HashSet<>()).add(p.address().bits());
  }

  /** Whether a set has an address, by itself or within a prefix. */
  boolean holds(String set, IpAddress a) {
    return held.getOrDefault(set, Map.of()).entrySet().stream()
        .anyMatch(
            e -> {
              int length = a.isV6() ? e.getKey() - 33 : e.getKey();
              boolean family = a.isV6() == e.getKey() > 32;
              return family && e.getValue().contains(a.bits().and(Bits.prefix(length, a.width())));
            });
  }

  boolean isMember(String port, String group) {
    PortGroup g = groups.get(group);
    LogicalPort p = ports.get(port);
    return g != null
        && p != null
        && (named.getOrDefault(port, Set.of()).contains(group)
            || g.selector().filter(s -> s.selects(p.labels())).isPresent());
  }

  /** Whether a rule judges what a port sends, or is to get. */
  boolean judges(Acl acl, String port) {
    LogicalPort p = ports.get(port);
    return p != null
        && (acl.subject().group().filter(g -> isMember(port, g.name())).isPresent()
            || acl.subject().network().filter(p.network()::equals).isPresent());
  }

  /** The groups that rules ask for, of their subjects or in their matches. */
  static Set<String> groups(Acl acl) {
    Set<String> all = new TreeSet<>();
    acl.subject().group().map(Id::name).ifPresent(all::add);
    acl.match().stream().flatMap(Rules::ports).forEach(p -> all.addAll(p.groups()));
    return all;
  }

  static Set<String> ports(Acl acl) {
    Set<String> all = new TreeSet<>();
    acl.match().stream().flatMap(Rules::ports).forEach(p -> all.addAll(p.ports()));
    return all;
  }

  static Set<String> sets(Acl acl) {
    Set<String> all = new TreeSet<>();
    acl.match().stream().flatMap(Rules::addresses).forEach(a -> all.addAll(a.sets()));
    return all;
  }

  /** Addresses that a rule names itself: 32 or 128 bits wide. */
  static Set<Literal> literals(Acl acl) {
    Set<Literal> all = new HashSet<>();
    for (Clause c : acl.match()) {
      boolean v6 = c.etherType().orElse(0) == Match.ETH_IPV6;
      addresses(c).forEach(a -> a.literals().forEach(l -> all.add(new Literal(v6, l))));
    }
    return all;
  }

  /** MAC addresses that rules name. */
  static List<Masked> macs(Collection<Acl> acls) {
    return acls.stream()
        .flatMap(a -> a.match().stream())
        .flatMap(c -> Stream.of(Field.ETH_SRC, Field.ETH_DST).map(c.fields()::get))
        .filter(Objects::nonNull)
        .flatMap(List::stream)
        .distinct()
        .toList();
  }

  /** Some addresses of one family. */
  record Literal(boolean v6, Masked addresses) {

    boolean holds(IpAddress a) {
      return a.isV6() == v6 && addresses.contains(a.bits());
    }

    @Override
    public String toString() {
      return (v6 ? "6:" : "4:") + addresses;
    }
  }

  private static Stream<Clause.Ports> ports(Clause c) {
    return Stream.concat(c.inports().stream(), c.outports().stream());
  }

  private static Stream<Clause.Addresses> addresses(Clause c) {
    return Stream.concat(c.sources().stream(), c.destinations().stream());
  }
}
