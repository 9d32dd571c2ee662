package dev.heddle.kubernetes.mapping;

import dev.heddle.kubernetes.cluster.Policy;
import dev.heddle.kubernetes.cluster.Policy.Service;
import dev.heddle.kubernetes.mapping.Acls.Way;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Pods that policies isolate, in classes: pods of one class are isolated by the same policies, and
 * call the same ports by the names in these. So each pod is in one class, however many policies
 * isolate it; a pod that none isolates is in no class.
 */
final class Subjects {

  /**
   * Pods that are isolated alike.
   *
   * @param to policies that isolate them for what comes to them, by name
   * @param from likewise for what they begin
   */
  record SubjectClass(
      String id,
      String namespace,
      List<Policy> to,
      List<Policy> from,
      Map<Service.Named, Set<Integer>> numbers) {

    String group() {
      return "k8s.subject." + id;
    }

    boolean isIsolated(Way way) {
      return !(way == Way.TO ? to : from).isEmpty();
    }

    /** Of its ports. */
    Map<String, String> labels() {
      Map<String, String> labels = new TreeMap<>(Map.of(Marks.SUBJECT, id));
      if (isIsolated(Way.TO)) {
        labels.put(Marks.ISOLATED_TO, "");
      }
      if (isIsolated(Way.FROM)) {
        labels.put(Marks.ISOLATED_FROM, "");
      }
      return labels;
    }
  }

  private final Map<String, SubjectClass> byId = new TreeMap<>();
  private final Map<String, SubjectClass> byPort = new HashMap<>();

  Subjects(Collection<Policy> policies, Collection<Port> ports) {
    Map<String, List<Policy>> byNamespace = new HashMap<>();
    policies.stream()
        .sorted(Comparator.comparing(Policy::ref))
        .forEach(p -> byNamespace.computeIfAbsent(p.namespace(), n -> new ArrayList<>()).add(p));
    for (Port port : ports) {
      List<Policy> its =
          byNamespace.getOrDefault(port.pod().namespace(), List.of()).stream()
              .filter(p -> p.subjects().map(s -> s.selects(port.pod().labels())).orElse(true))
              .toList();
      List<Policy> to = its.stream().filter(Policy::ingress).toList();
      List<Policy> from = its.stream().filter(Policy::egress).toList();
      if (!to.isEmpty() || !from.isEmpty()) {
        SubjectClass c = classOf(port, to, from);
        byPort.put(port.name(), byId.computeIfAbsent(c.id(), id -> c));
      }
    }
  }

  private static SubjectClass classOf(Port port, List<Policy> to, List<Policy> from) {
    Set<Service.Named> names = new HashSet<>();
    to.forEach(p -> p.to().forEach(r -> names.addAll(Peers.named(r))));
    Map<Service.Named, Set<Integer>> numbers = Peers.numbers(port, names);
    List<String> lines = new ArrayList<>();
    to.forEach(p -> lines.add("to " + p.ref()));
    from.forEach(p -> lines.add("from " + p.ref()));
    lines.add(Peers.text(numbers));
    return new SubjectClass(Marks.hash(lines), port.pod().namespace(), to, from, numbers);
  }

  Collection<SubjectClass> all() {
    return byId.values();
  }

  Optional<SubjectClass> of(Port port) {
    return Optional.ofNullable(byPort.get(port.name()));
  }
}
