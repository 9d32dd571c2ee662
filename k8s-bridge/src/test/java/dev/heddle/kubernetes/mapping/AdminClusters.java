package dev.heddle.kubernetes.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Generated policies of administrators, as they are written; they meet those of Clusters. */
final class AdminClusters {

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String GROUP = "policy.networking.k8s.io/";

  private AdminClusters() {}

  private static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text.replace('\'', '"'));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static ArrayNode array(List<JsonNode> all) {
    return JsonNodeFactory.instance.arrayNode().addAll(all);
  }

  private static Arbitrary<JsonNode> selector() {
    return Clusters.selector().map(MAPPER::<JsonNode>valueToTree);
  }

  /** A subject, or a peer that both directions may have. */
  private static Arbitrary<JsonNode> pods() {
    Arbitrary<JsonNode> namespaces = selector().map(s -> object().set("namespaces", s));
    Arbitrary<JsonNode> pods =
        Combinators.combine(selector(), selector())
            .as(
                (n, p) ->
                    object()
                        .set(
                            "pods",
                            object()
                                .<ObjectNode>set("namespaceSelector", n)
                                .set("podSelector", p)));
    return Arbitraries.oneOf(namespaces, pods);
  }

  private static Arbitrary<JsonNode> egressPeer() {
    Arbitrary<JsonNode> nodes = selector().map(s -> object().set("nodes", s));
    Arbitrary<JsonNode> networks =
        Arbitraries.of(
                "10.244.0.0/29",
                "10.244.0.5/32",
                "0.0.0.0/0",
                "fd00::/125",
                "::/0",
                "172.18.0.0/24",
                "172.18.0.2/32",
                "198.51.100.0/24")
            .set()
            .ofMinSize(1)
            .ofMaxSize(3)
            .map(all -> object().set("networks", MAPPER.valueToTree(List.copyOf(all))));
    return Arbitraries.frequencyOf(Tuple.of(4, pods()), Tuple.of(2, nodes), Tuple.of(2, networks));
  }

  /** One that nobody of this version understands. */
  private static Arbitrary<JsonNode> strangePeer() {
    return Arbitraries.of("{'domainNames': ['example.org']}", "{}", "{'tenants': {}}")
        .map(AdminClusters::json);
  }

  private static final List<String> PROTOCOLS =
      List.of(
          "{'tcp': {'destinationPort': {'number': 80}}}",
          "{'tcp': {'destinationPort': {'number': 81}}}",
          "{'udp': {'destinationPort': {'number': 80}}}",
          "{'tcp': {'destinationPort': {'range': {'start': 1, 'end': 80}}}}",
          "{'udp': {'destinationPort': {'range': {'start': 79, 'end': 90}}}}",
          "{'sctp': {'destinationPort': {'number': 80}}}");

  private static final List<String> PORTS =
      List.of(
          "{'portNumber': {'protocol': 'TCP', 'port': 80}}",
          "{'portNumber': {'port': 81}}",
          "{'portNumber': {'protocol': 'UDP', 'port': 80}}",
          "{'portRange': {'start': 1, 'end': 80}}",
          "{'portRange': {'protocol': 'UDP', 'start': 79, 'end': 90}}",
          "{'portNumber': {'protocol': 'SCTP', 'port': 80}}");

  private static Arbitrary<JsonNode> rule(String kind, boolean egress) {
    boolean cluster = kind.equals("ClusterNetworkPolicy");
    boolean baseline = kind.equals("BaselineAdminNetworkPolicy");
    String accept = cluster ? "Accept" : "Allow";
    Arbitrary<List<JsonNode>> peers =
        Arbitraries.frequencyOf(
            Tuple.of(12, (egress ? egressPeer() : pods()).list().ofMinSize(1).ofMaxSize(2)),
            Tuple.of(1, strangePeer().list().ofSize(1)));
    Arbitrary<List<JsonNode>> services =
        Arbitraries.of(cluster ? PROTOCOLS : PORTS).map(AdminClusters::json).list().ofMaxSize(2);
    return Combinators.combine(
            Arbitraries.of(baseline ? List.of(accept, "Deny") : List.of(accept, "Deny", "Pass")),
            peers,
            services,
            Arbitraries.of("", "", "", "http", "dns"))
        .as(
            (action, who, what, name) -> {
              ObjectNode rule = object().put("action", action);
              rule.set(egress ? "to" : "from", array(who));
              ArrayNode list = array(what);
              boolean named = who.stream().allMatch(p -> p.has("pods") || p.has("namespaces"));
              if (named && !name.isEmpty()) {
                list.addObject().put(cluster ? "destinationNamedPort" : "namedPort", name);
              }
              if (!list.isEmpty()) {
                rule.set(cluster ? "protocols" : "ports", list);
              }
              return rule;
            });
  }

  /** Of any kind; some have the priority of others. */
  static Arbitrary<JsonNode> policy(String name) {
    return Arbitraries.of(
            "ClusterNetworkPolicy",
            "ClusterNetworkPolicy",
            "AdminNetworkPolicy",
            "BaselineAdminNetworkPolicy")
        .flatMap(kind -> policy(name, kind));
  }

  private static Arbitrary<JsonNode> policy(String name, String kind) {
    boolean cluster = kind.equals("ClusterNetworkPolicy");
    return Combinators.combine(
            Arbitraries.of("Admin", "Baseline"),
            Arbitraries.of(0, 1, 2, 3, 500, 998, 999, 1000),
            pods(),
            rule(kind, false).list().ofMaxSize(3),
            rule(kind, true).list().ofMaxSize(3))
        .as(
            (tier, priority, subject, in, out) -> {
              ObjectNode policy =
                  object().put("apiVersion", GROUP + (cluster ? "v1alpha2" : "v1alpha1"));
              policy.put("kind", kind);
              policy.putObject("metadata").put("name", name);
              ObjectNode spec = policy.putObject("spec");
              if (cluster) {
                spec.put("tier", tier);
              }
              if (!kind.startsWith("Baseline")) {
                spec.put("priority", priority);
              }
              spec.set("subject", subject);
              spec.set("ingress", array(in));
              spec.set("egress", array(out));
              return policy;
            });
  }
}
