package dev.heddle.kubernetes.mapping;

import dev.heddle.kubernetes.cluster.AdminPolicy;
import dev.heddle.kubernetes.cluster.Policy.Service;
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
 * Pods that policies of administrators judge, in classes: pods of one class are subjects of the
 * same policies, and call the same ports by the names in these. A pod that none judges is in no
 * class.
 */
final class AdminSubjects {

  /**
   * Pods that are judged alike.
   *
   * @param policies by their order, then by name
   */
  record AdminClass(
      String id, List<AdminPolicy> policies, Map<Service.Named, Set<Integer>> numbers) {

    String group() {
      return "k8s.admin." + id;
    }
  }

  private final Map<String, AdminClass> byId = new TreeMap<>();
  private final Map<String, AdminClass> byPort = new HashMap<>();

  AdminSubjects(Collection<AdminPolicy> policies, Collection<Port> ports) {
    List<AdminPolicy> sorted = new ArrayList<>(policies);
    sorted.sort(
        Comparator.comparing(AdminPolicy::tier)
            .thenComparingInt(AdminPolicy::priority)
            .thenComparing(AdminPolicy::ref));
    for (Port port : ports) {
      List<AdminPolicy> its =
          sorted.stream()
              .filter(p -> !(p.to().isEmpty() && p.from().isEmpty()) && chooses(p, port))
              .toList();
      if (!its.isEmpty()) {
        AdminClass c = classOf(port, its);
        byPort.put(port.name(), byId.computeIfAbsent(c.id(), id -> c));
      }
    }
  }

  private static boolean chooses(AdminPolicy policy, Port port) {
    return policy.subject().namespaces().selects(port.namespaceLabels())
        && policy.subject().pods().selects(port.pod().labels());
  }

  private static AdminClass classOf(Port port, List<AdminPolicy> policies) {
    Set<Service.Named> names = new HashSet<>();
    policies.forEach(p -> p.to().forEach(r -> names.addAll(Peers.named(r.what()))));
    Map<Service.Named, Set<Integer>> numbers = Peers.numbers(port, names);
    List<String> lines = new ArrayList<>();
    policies.stream().map(p -> p.ref().toString()).sorted().forEach(lines::add);
    lines.add(Peers.text(numbers));
    return new AdminClass(Marks.hash(lines), policies, numbers);
  }

  Collection<AdminClass> all() {
    return byId.values();
  }

  Optional<AdminClass> of(Port port) {
    return Optional.ofNullable(byPort.get(port.name()));
  }
}
