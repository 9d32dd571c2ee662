package dev.heddle.kubernetes.cluster;

import dev.heddle.model.Selector;
import java.util.List;

/**
 * A policy of the cluster's administrator (policy.networking.k8s.io): a ClusterNetworkPolicy, an
 * AdminNetworkPolicy or a BaselineAdminNetworkPolicy. Its rules are asked in their order; what none
 * of them matches it leaves to others. No pod of its node's network is among its subjects or peers.
 *
 * @param generation of its spec, as the API server counts
 * @param priority the lower goes first, within the tier; 0 to 1000, 1001 for a
 *     BaselineAdminNetworkPolicy
 * @param subject the pods whose connections it judges
 * @param to rules for what comes to them
 * @param from rules for what they begin
 * @param faults what of it cannot be read, outside its rules: then no rule of it accepts, and what
 *     the others match is denied
 */
public record AdminPolicy(
    ObjectRef ref,
    long generation,
    Tier tier,
    int priority,
    Subject subject,
    List<Rule> to,
    List<Rule> from,
    List<String> faults) {

  public static final int LAST_PRIORITY = 1001;

  /** Before or after NetworkPolicies. */
  public enum Tier {
    ADMIN,
    BASELINE
  }

  /** What becomes of a connection that a rule matches; passed on, the next tier judges it. */
  public enum Action {
    ACCEPT,
    DENY,
    PASS
  }

  /** Pods by the labels of their namespaces and their own. */
  public record Subject(Selector namespaces, Selector pods) {}

  /**
   * A rule.
   *
   * @param name what its author calls it, "" for nothing
   * @param what peers and ports; a rule that can be read has a peer
   * @param fault why it cannot be read, "" if it can: then it matches nothing if it accepts, and
   *     denies everything otherwise, as the API asks
   */
  public record Rule(String name, Action action, Policy.Rule what, String fault) {}

  public AdminPolicy {
    to = List.copyOf(to);
    from = List.copyOf(from);
    faults = List.copyOf(faults);
  }
}
