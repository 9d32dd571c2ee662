package dev.heddle.kubernetes.mapping;

import dev.heddle.kubernetes.cluster.AdminPolicy;
import dev.heddle.kubernetes.cluster.Cluster;
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

  /** In place of the namespace of a policy that has none. */
  static final String NOWHERE = "";

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

  Peers(Cluster cluster, Collection<Port> ports) {
    this.namespaces = cluster.namespaces();
    Set<Term> terms = new HashSet<>();
    for (Policy p : cluster.policies()) {
      p.to().forEach(r -> to(terms, p.namespace(), r));
      p.from().forEach(r -> from(terms, p.namespace(), r));
    }
    for (AdminPolicy p : cluster.adminPolicies()) {
      p.to().forEach(r -> to(terms, NOWHERE, r.what()));
      p.from().forEach(r -> from(terms, NOWHERE, r.what()));
    }
    classify(terms, ports);
  }

  private static void to(Set<Term> terms, String namespace, Policy.Rule rule) {
    rule.peers().forEach(peer -> add(terms, namespace, peer, false));
  }

  private void from(Set<Term> terms, String namespace, Policy.Rule rule) {
    Set<Service.Named> named = named(rule);
    names.addAll(named);
    rule.peers().forEach(peer -> add(terms, namespace, peer, !named.isEmpty()));
    if (rule.peers().isEmpty() && !named.isEmpty()) {
      terms.add(anybody());
    }
  }

  private static void add(Set<Term> terms, String namespace, Peer peer, boolean named) {
    term(namespace, peer, named).filter(t -> named || !isWhole(t)).ifPresent(terms::add);
  }

  /** Terms that need no class. */
  private static boolean isWhole(Term t) {
    return t instanceof Term.Labelled l && l.choosesAllPods();
  }

  private static Optional<Term> term(String namespace, Peer peer, boolean named) {
    if (peer instanceof Peer.Pods pods) {
      return Optional.of(Term.Labelled.of(namespace, pods));
    }
    return named && peer instanceof Peer.Block b
        ? Optional.of(new Term.Within(b))
        : Optional.empty();
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

  /**
   * The groups of the pods that these peers choose; blocks and nodes are not asked here.
   *
   * @param namespace of the policy, {@link #NOWHERE} if it has none
   */
  Set<String> groups(String namespace, Collection<Peer> peers) {
    Set<String> groups = new TreeSet<>();
    for (Peer peer : peers) {
      term(namespace, peer, false).ifPresent(t -> groups.addAll(groups((Term.Labelled) t)));
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
  Map<Target, Set<String>> targets(String namespace, Policy.Rule rule) {
    Map<Target, Set<String>> targets = new TreeMap<>();
    Collection<Term> terms =
        rule.peers().isEmpty()
            ? List.of(anybody())
            : rule.peers().stream().flatMap(p -> term(namespace, p, true).stream()).toList();
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
