package dev.heddle.kubernetes.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.kubernetes.mapping.PolicyText.End;
import io.fabric8.kubernetes.api.model.Namespace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Whether policies of all tiers allow a connection, from the texts of their APIs
 * (policy.networking.k8s.io v1alpha2 and v1alpha1) and nothing else: one question at a time, by
 * looking at each policy as it is written. It knows neither groups nor rules of Heddle.
 */
final class TierText {

  /** A BaselineAdminNetworkPolicy comes after ClusterNetworkPolicies of the Baseline tier. */
  private static final int AFTER_ALL = 1_001;

  private final List<JsonNode> policies;
  private final PolicyText networkPolicies;
  private final Map<String, Namespace> namespaces;
  private final Map<String, Machine> nodes;

  /** A node: its labels, and addresses that are its own. */
  record Machine(Map<String, String> labels, Set<String> addresses) {}

  TierText(
      List<JsonNode> policies,
      PolicyText networkPolicies,
      Map<String, Namespace> namespaces,
      Map<String, Machine> nodes) {
    this.policies = policies;
    this.networkPolicies = networkPolicies;
    this.namespaces = namespaces;
    this.nodes = nodes;
  }

  /**
   * The answers that the texts admit: two where policies of one priority differ.
   *
   * @param port 0 for a protocol without ports
   */
  Set<Boolean> allows(End from, End to, String protocol, int port) {
    Set<Boolean> all = new HashSet<>();
    for (boolean out : judge(from, to, to, "egress", protocol, port)) {
      for (boolean in : judge(to, from, to, "ingress", protocol, port)) {
        all.add(out && in);
      }
    }
    return all;
  }

  private Set<Boolean> judge(
      End self, End peer, End target, String way, String protocol, int port) {
    if (self.pod() == null) {
      return Set.of(true);
    }
    Set<Boolean> all = new HashSet<>();
    for (String admin : tier("Admin", self, peer, target, way, protocol, port)) {
      if (!admin.equals("Pass")) {
        all.add(!admin.equals("Deny"));
        continue;
      }
      String type = way.equals("ingress") ? "Ingress" : "Egress";
      networkPolicies
          .decides(self, peer, target, type, protocol, port)
          .ifPresentOrElse(
              all::add,
              () ->
                  tier("Baseline", self, peer, target, way, protocol, port)
                      .forEach(verdict -> all.add(!verdict.equals("Deny"))));
    }
    return all;
  }

  /** Accept, Deny or Pass; the latter also where nothing matches. */
  private Set<String> tier(
      String tier, End self, End peer, End target, String way, String protocol, int port) {
    TreeMap<Integer, List<JsonNode>> byPriority = new TreeMap<>();
    for (JsonNode p : policies) {
      if (tierOf(p).equals(tier) && isMeant(p.path("spec").path("subject"), self)) {
        byPriority.computeIfAbsent(priorityOf(p), k -> new ArrayList<>()).add(p);
      }
    }
    for (List<JsonNode> equal : byPriority.values()) {
      Set<String> verdicts = new HashSet<>();
      for (JsonNode p : equal) {
        for (JsonNode rule : p.path("spec").path(way)) {
          String verdict = verdict(p, rule, way, peer, target, protocol, port);
          if (!verdict.isEmpty()) {
            verdicts.add(verdict);
            break;
          }
        }
      }
      if (!verdicts.isEmpty()) {
        return verdicts;
      }
    }
    return Set.of("Pass");
  }

  private static String tierOf(JsonNode p) {
    return switch (p.path("kind").asText()) {
      case "AdminNetworkPolicy" -> "Admin";
      case "BaselineAdminNetworkPolicy" -> "Baseline";
      default -> p.path("spec").path("tier").asText();
    };
  }

  private static int priorityOf(JsonNode p) {
    return p.path("kind").asText().equals("BaselineAdminNetworkPolicy")
        ? AFTER_ALL
        : p.path("spec").path("priority").asInt();
  }

  /** Empty if the rule does not match. */
  private String verdict(
      JsonNode policy, JsonNode rule, String way, End peer, End target, String protocol, int port) {
    String action = rule.path("action").asText();
    boolean accepts = action.equals("Accept") || action.equals("Allow");
    boolean somebody = false;
    for (JsonNode p : rule.path(way.equals("ingress") ? "from" : "to")) {
      if (!(p.has("namespaces") || p.has("pods") || p.has("nodes") || p.has("networks"))) {
        return accepts ? "" : "Deny"; // a peer that is not understood: fail closed
      }
      somebody |= isMeant(p, peer) || isNode(p, peer) || isWithin(p, peer);
    }
    if (!somebody || !isService(policy, rule, target, protocol, port)) {
      return "";
    }
    return accepts ? "Accept" : action;
  }

  /** By namespaces or pods, as a subject or a peer says it. */
  private boolean isMeant(JsonNode by, End end) {
    if (end.pod() == null) {
      return false;
    }
    Map<String, String> labels =
        namespaces.get(end.pod().getMetadata().getNamespace()).getMetadata().getLabels();
    if (by.has("namespaces")) {
      return holds(by.path("namespaces"), labels);
    }
    return by.has("pods")
        && holds(by.path("pods").path("namespaceSelector"), labels)
        && holds(by.path("pods").path("podSelector"), end.pod().getMetadata().getLabels());
  }

  private boolean isNode(JsonNode peer, End end) {
    return peer.has("nodes")
        && nodes.values().stream()
            .anyMatch(
                n -> n.addresses.contains(end.address()) && holds(peer.path("nodes"), n.labels));
  }

  private static boolean isWithin(JsonNode peer, End end) {
    for (JsonNode n : peer.path("networks")) {
      if (PolicyText.within(n.asText(), end.address())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isService(
      JsonNode policy, JsonNode rule, End target, String protocol, int port) {
    boolean cluster = policy.path("kind").asText().equals("ClusterNetworkPolicy");
    JsonNode list = rule.path(cluster ? "protocols" : "ports");
    boolean any = list.isMissingNode();
    for (JsonNode s : list) {
      any |= cluster ? isProtocol(s, target, protocol, port) : isPort(s, target, protocol, port);
    }
    return any;
  }

  private static boolean isProtocol(JsonNode s, End target, String protocol, int port) {
    if (s.has("destinationNamedPort")) {
      return isNamed(s.path("destinationNamedPort").asText(), target, protocol, port);
    }
    JsonNode at = s.path(protocol.toLowerCase(java.util.Locale.ROOT)).path("destinationPort");
    return at.path("number").asInt(-1) == port
        || at.path("range").path("start").asInt(70_000) <= port
            && port <= at.path("range").path("end").asInt();
  }

  private static boolean isPort(JsonNode s, End target, String protocol, int port) {
    if (s.has("namedPort")) {
      return isNamed(s.path("namedPort").asText(), target, protocol, port);
    }
    JsonNode at = s.has("portNumber") ? s.path("portNumber") : s.path("portRange");
    boolean number =
        s.has("portNumber")
            ? at.path("port").asInt() == port
            : at.path("start").asInt() <= port && port <= at.path("end").asInt();
    return number && at.path("protocol").asText("TCP").equals(protocol);
  }

  private static boolean isNamed(String name, End target, String protocol, int port) {
    return target.pod() != null
        && target.pod().getSpec().getContainers().stream()
            .flatMap(c -> c.getPorts().stream())
            .anyMatch(c -> PolicyText.isNamed(c, name, protocol, port));
  }

  private static boolean holds(JsonNode selector, Map<String, String> labels) {
    boolean all = true;
    for (var label : selector.path("matchLabels").properties()) {
      all &= label.getValue().asText().equals(labels.get(label.getKey()));
    }
    for (JsonNode r : selector.path("matchExpressions")) {
      String value = labels.get(r.path("key").asText());
      boolean among = false;
      for (JsonNode v : r.path("values")) {
        among |= v.asText().equals(value);
      }
      all &=
          switch (r.path("operator").asText()) {
            case "In" -> among;
            case "NotIn" -> !among;
            case "Exists" -> value != null;
            default -> value == null;
          };
    }
    return all;
  }
}
