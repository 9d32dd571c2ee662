package dev.heddle.kubernetes.mapping;

import dev.heddle.kubernetes.cluster.Namespace;
import dev.heddle.kubernetes.cluster.Pod.NamedPort;
import dev.heddle.kubernetes.cluster.Policy;
import dev.heddle.kubernetes.cluster.Policy.Peer;
import dev.heddle.kubernetes.cluster.Policy.Service;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Pods as policies choose them as peers, in classes: pods of one class are chosen by the same terms
 * of all policies, and call the same ports by the names that policies use. So each pod is in one
 * class, however many policies choose it; beside that in the group of its namespace and in that of
 * all pods, for terms that look at no label of pods.
 */
final class Peers {

  static final String ALL = "k8s.all";

  /** Of names in policies: what pods that begin something call the ports of the other end. */
  private final Set<Service.Named> names = new HashSet<>();

  private final Map<Term, Set<PeerClass>> byTerm = new HashMap<>();
  private final Map<String, PeerClass> byPort = new HashMap<>();
  private final List<Namespace> namespaces;

  /** Pods that are chosen alike. */
  record PeerClass(String id, Map<Service.Named, Set<Integer>> numbers) {

    String group() {
      return "k8s.peer." + id;
    }
  }

  Peers(Collection<Policy> policies, Collection<Port> ports, List<Namespace> namespaces) {
    this.namespaces = namespaces;
    Set<Term> terms = new HashSet<>();
    for (Policy p : policies) {
      p.to().forEach(r -> r.peers().forEach(peer -> add(terms, p, peer, false)));
      for (Policy.Rule r : p.from()) {
        Set<Service.Named> named = named(r);
        names.addAll(named);
        r.peers().forEach(peer -> add(terms, p, peer, !named.isEmpty()));
        if (r.peers().isEmpty() && !named.isEmpty()) {
          terms.add(anybody());
        }
      }
    }
    classify(terms, ports);
  }

  private static void add(Set<Term> terms, Policy policy, Peer peer, boolean named) {
    term(policy, peer, named).filter(t -> named || !isWhole(t)).ifPresent(terms::add);
  }

  /** Terms that need no class. */
  private static boolean isWhole(Term t) {
    return t instanceof Term.Labelled l && l.choosesAllPods();
  }

  private static Optional<Term> term(Policy policy, Peer peer, boolean named) {
    if (peer instanceof Peer.Pods pods) {
      return Optional.of(Term.Labelled.of(policy.namespace(), pods));
    }
    return named ? Optional.of(new Term.Within((Peer.Block) peer)) : Optional.empty();
  }

  private static Term anybody() {
    dev.heddle.model.Selector all = new dev.heddle.model.Selector(Map.of(), List.of());
    return new Term.Labelled(Optional.empty(), Optional.of(all), all);
  }

  static Set<Service.Named> named(Policy.Rule rule) {
    return rule.ports().stream()
        .filter(Service.Named.class::isInstance)
        .map(Service.Named.class::cast)
        .collect(Collectors.toSet());
  }

  private void classify(Set<Term> terms, Collection<Port> ports) {
    Map<String, PeerClass> known = new HashMap<>();
    for (Port port : ports) {
      Set<Term> chosenBy = terms.stream().filter(t -> t.chooses(port)).collect(Collectors.toSet());
      if (chosenBy.isEmpty()) {
        continue;
      }
      Map<Service.Named, Set<Integer>> numbers = numbers(port, names);
      TreeSet<String> lines =
          chosenBy.stream().map(Term::text).collect(Collectors.toCollection(TreeSet::new));
      lines.add(text(numbers));
      PeerClass its = known.computeIfAbsent(Marks.hash(lines), id -> new PeerClass(id, numbers));
      byPort.put(port.name(), its);
      chosenBy.forEach(t -> byTerm.computeIfAbsent(t, k -> new HashSet<>()).add(its));
    }
  }

  /** What a pod calls by these names; names that it has no port for are not there. */
  static Map<Service.Named, Set<Integer>> numbers(Port port, Set<Service.Named> names) {
    Map<Service.Named, Set<Integer>> numbers = new HashMap<>();
    for (NamedPort p : port.pod().ports()) {
      Service.Named name = new Service.Named(p.protocol(), p.name());
      if (names.contains(name)) {
        numbers.computeIfAbsent(name, k -> new TreeSet<>()).add(p.number());
      }
    }
    return numbers;
  }

  static String text(Map<Service.Named, Set<Integer>> numbers) {
    Map<String, String> sorted = new TreeMap<>();
    numbers.forEach((name, n) -> sorted.put(name.toString(), n.toString()));
    return sorted.toString();
  }

  Optional<PeerClass> of(Port port) {
    return Optional.ofNullable(byPort.get(port.name()));
  }

  /** The groups of the pods that these peers choose; blocks are not asked here. */
  Set<String> groups(Policy policy, Collection<Peer> peers) {
    Set<String> groups = new TreeSet<>();
    for (Peer peer : peers) {
      term(policy, peer, false).ifPresent(t -> groups.addAll(groups((Term.Labelled) t)));
    }
    return groups.contains(ALL) ? Set.of(ALL) : groups;
  }

  private Set<String> groups(Term.Labelled term) {
    if (term.choosesAll()) {
      return Set.of(ALL);
    }
    if (term.choosesAllPods()) {
      return namespaces.stream()
          .filter(n -> term.choosesNamespace(n.name(), n.labels()))
          .map(n -> ofNamespace(n.name()))
          .collect(Collectors.toSet());
    }
    return byTerm.getOrDefault(term, Set.of()).stream()
        .map(PeerClass::group)
        .collect(Collectors.toSet());
  }

  static String ofNamespace(String name) {
    return "k8s.namespace." + name;
  }

  /**
   * Pods that call some ports by a name.
   *
   * @param v6 only of this family; both if empty
   */
  record Target(Service.Numbers service, Optional<Boolean> v6) implements Comparable<Target> {

    @Override
    public int compareTo(Target o) {
      return toString().compareTo(o.toString());
    }
  }

  /** What a rule that names ports of the other end allows to which groups. */
  Map<Target, Set<String>> targets(Policy policy, Policy.Rule rule) {
    Map<Target, Set<String>> targets = new TreeMap<>();
    Collection<Term> terms =
        rule.peers().isEmpty()
            ? List.of(anybody())
            : rule.peers().stream().flatMap(p -> term(policy, p, true).stream()).toList();
    for (Term term : terms) {
      Optional<Boolean> v6 =
          term instanceof Term.Within w ? Optional.of(w.isV6()) : Optional.empty();
      for (PeerClass its : byTerm.getOrDefault(term, Set.of())) {
        for (Service.Named name : named(rule)) {
          for (int number : its.numbers().getOrDefault(name, Set.of())) {
            targets
                .computeIfAbsent(
                    new Target(Services.one(name.protocol(), number), v6), k -> new TreeSet<>())
                .add(its.group());
          }
        }
      }
    }
    return targets;
  }
}
