package dev.heddle.kubernetes.cluster;

import java.util.List;

/** A cluster at one moment. The order of the lists has no meaning. */
public record Cluster(
    List<Node> nodes,
    List<Namespace> namespaces,
    List<Pod> pods,
    List<Policy> policies,
    List<StatefulSet> statefulSets,
    List<AdminPolicy> adminPolicies) {

  public Cluster {
    nodes = List.copyOf(nodes);
    namespaces = List.copyOf(namespaces);
    pods = List.copyOf(pods);
    policies = List.copyOf(policies);
    statefulSets = List.copyOf(statefulSets);
    adminPolicies = List.copyOf(adminPolicies);
  }
}
