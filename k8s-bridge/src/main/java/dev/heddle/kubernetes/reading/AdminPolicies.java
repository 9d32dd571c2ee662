package dev.heddle.kubernetes.reading;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.heddle.kubernetes.cluster.AdminPolicy;
import dev.heddle.kubernetes.cluster.AdminPolicy.Action;
import dev.heddle.kubernetes.cluster.AdminPolicy.Rule;
import dev.heddle.kubernetes.cluster.AdminPolicy.Subject;
import dev.heddle.kubernetes.cluster.AdminPolicy.Tier;
import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.kubernetes.cluster.ObjectRef.Kind;
import dev.heddle.kubernetes.cluster.Policy;
import dev.heddle.kubernetes.cluster.Policy.Peer;
import dev.heddle.kubernetes.cluster.Policy.Service;
import dev.heddle.model.Selector;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * ClusterNetworkPolicy (v1alpha2), AdminNetworkPolicy and BaselineAdminNetworkPolicy (v1alpha1) of
 * policy.networking.k8s.io. A field that is not known may narrow what it stands in, so what it
 * stands in counts as not understood.
 */
public final class AdminPolicies {

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int MOST_RULES = 100;
  private static final int MOST_PEERS = 100;
  private static final int MOST_PRIORITY = 1_000;
  private static final int MOST_TEXT = 100;
  private static final Selector ALL = new Selector(Map.of(), List.of());

  private final Kind kind;
  private final List<String> faults = new ArrayList<>();

  private AdminPolicies(Kind kind) {
    this.kind = kind;
  }

  /**
   * Never fails: what cannot be read is a fault of the rule it is in, or of the policy.
   *
   * @param kind which of the three it is
   */
  public static AdminPolicy policy(Kind kind, GenericKubernetesResource o) {
    JsonNode spec = MAPPER.valueToTree(o.getAdditionalProperties().get("spec"));
    Long generation = o.getMetadata().getGeneration();
    return new AdminPolicies(kind)
        .read(
            new ObjectRef(kind, "", o.getMetadata().getName()),
            generation == null ? 0 : generation,
            spec == null ? MissingNode.getInstance() : spec);
  }

  private AdminPolicy read(ObjectRef ref, long generation, JsonNode spec) {
    Tier tier = tier(spec.path("tier"));
    int priority = priority(spec.path("priority"));
    Subject subject = subject(spec.path("subject"));
    List<Rule> to = rules(spec.path("ingress"), "from");
    List<Rule> from = rules(spec.path("egress"), "to");
    spec.fieldNames()
        .forEachRemaining(
            f -> {
              if (!Set.of("tier", "priority", "subject", "ingress", "egress").contains(f)) {
                faults.add("Its field " + shown(f) + " is not known.");
              }
            });
    return new AdminPolicy(ref, generation, tier, priority, subject, to, from, faults);
  }

  /** One that is not known is closed where nothing comes before. */
  private Tier tier(JsonNode word) {
    if (kind != Kind.CLUSTER_POLICY) {
      return kind == Kind.ADMIN_POLICY ? Tier.ADMIN : Tier.BASELINE;
    }
    if (!word.asText().equals("Admin") && !word.asText().equals("Baseline")) {
      faults.add("Its tier is neither Admin nor Baseline.");
    }
    return word.asText().equals("Baseline") ? Tier.BASELINE : Tier.ADMIN;
  }

  private int priority(JsonNode number) {
    if (kind == Kind.BASELINE_POLICY) {
      return AdminPolicy.LAST_PRIORITY;
    }
    if (!number.isIntegralNumber()
        || !number.canConvertToInt()
        || number.asInt() < 0
        || number.asInt() > MOST_PRIORITY) {
      faults.add("Its priority is not 0 to " + MOST_PRIORITY + ".");
      return 0;
    }
    return number.asInt();
  }

  private Subject subject(JsonNode subject) {
    try {
      return pods(one(subject, "subject"), subject);
    } catch (IllegalArgumentException e) {
      faults.add("All pods are taken for its subject: " + e.getMessage());
      return new Subject(ALL, ALL);
    }
  }

  /** Of a subject or a peer. */
  private static Subject pods(String field, JsonNode of) {
    JsonNode value = of.path(field);
    if (field.equals("namespaces")) {
      return new Subject(selector(value), ALL);
    }
    expect(field.equals("pods"), "'" + shown(field) + "' is not known.");
    only(value, Set.of("namespaceSelector", "podSelector"));
    expect(
        value.has("namespaceSelector") && value.has("podSelector"),
        "pods needs a namespaceSelector and a podSelector.");
    return new Subject(
        selector(value.path("namespaceSelector")), selector(value.path("podSelector")));
  }

  private List<Rule> rules(JsonNode rules, String ends) {
    List<Rule> all = new ArrayList<>();
    if (!absent(rules) && !rules.isArray() || rules.size() > MOST_RULES) {
      faults.add("It has more than " + MOST_RULES + " rules in a direction, or no list of them.");
    }
    for (JsonNode r : rules) {
      if (all.size() < MOST_RULES) {
        all.add(rule(r, ends));
      }
    }
    return all;
  }

  private Rule rule(JsonNode r, String ends) {
    String name = shown(r.path("name").asText());
    Action action = Action.DENY;
    try {
      action = action(r.path("action").asText());
      String ports = kind == Kind.CLUSTER_POLICY ? "protocols" : "ports";
      only(r, Set.of("name", "action", ends, ports));
      List<Peer> peers = new ArrayList<>();
      expect(r.path(ends).isArray() && !r.path(ends).isEmpty(), "It has no peer.");
      expect(r.path(ends).size() <= MOST_PEERS, "It has more than " + MOST_PEERS + " peers.");
      for (JsonNode p : r.path(ends)) {
        peers.addAll(peers(p, ends.equals("to")));
      }
      List<Service> services = new AdminServices(kind).services(r.path(ports));
      expect(
          services.stream().noneMatch(Service.Named.class::isInstance)
              || peers.stream().allMatch(Peer.Pods.class::isInstance),
          "Nodes and networks have no ports with names.");
      return new Rule(name, action, new Policy.Rule(peers, services), "");
    } catch (IllegalArgumentException e) {
      return new Rule(name, action, new Policy.Rule(List.of(), List.of()), e.getMessage());
    }
  }

  private Action action(String word) {
    if (word.equals("Pass") && kind != Kind.BASELINE_POLICY) {
      return Action.PASS;
    }
    if (word.equals(kind == Kind.CLUSTER_POLICY ? "Accept" : "Allow")) {
      return Action.ACCEPT;
    }
    expect(word.equals("Deny"), "The action '" + shown(word) + "' is not known.");
    return Action.DENY;
  }

  private static List<Peer> peers(JsonNode peer, boolean egress) {
    String field = one(peer, "peer");
    if (egress && field.equals("nodes")) {
      return List.of(new Peer.Nodes(selector(peer.path(field))));
    }
    if (egress && field.equals("networks")) {
      JsonNode networks = peer.path(field);
      expect(networks.isArray() && !networks.isEmpty(), "networks is empty.");
      expect(networks.size() <= MOST_PEERS, "It has more than " + MOST_PEERS + " networks.");
      List<Peer> all = new ArrayList<>();
      networks.forEach(n -> all.add(new Peer.Block(Policies.prefix(n.asText()), List.of())));
      return all;
    }
    expect(!field.equals("domainNames"), "domainNames is not built.");
    Subject pods = pods(field, peer);
    return List.of(new Peer.Pods(Optional.of(pods.namespaces()), pods.pods()));
  }

  static Selector selector(JsonNode s) {
    expect(s.isObject(), "A selector is expected.");
    only(s, Set.of("matchLabels", "matchExpressions"));
    try {
      return MAPPER.treeToValue(s, Form.class).selector();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("A selector cannot be read.", e);
    }
  }

  /** A selector as it is written. */
  record Form(Map<String, String> matchLabels, List<Selector.Requirement> matchExpressions) {

    Selector selector() {
      return new Selector(matchLabels, matchExpressions);
    }
  }

  /** The name of the only field there is. */
  static String one(JsonNode of, String what) {
    expect(
        of.isObject() && of.size() == 1,
        "A " + what + " with exactly one field that is known is expected.");
    return of.fieldNames().next();
  }

  static void only(JsonNode of, Set<String> known) {
    expect(of.isObject(), "Something of it is no object.");
    of.fieldNames()
        .forEachRemaining(
            f -> expect(known.contains(f), "Its field " + shown(f) + " is not known."));
  }

  static boolean absent(JsonNode n) {
    return n.isMissingNode() || n.isNull();
  }

  static String shown(String value) {
    String plain = value.replaceAll("[^\\x20-\\x7e]", "?");
    return plain.length() > MOST_TEXT ? plain.substring(0, MOST_TEXT) : plain;
  }

  static void expect(boolean holds, String sentence) {
    if (!holds) {
      throw new IllegalArgumentException(sentence);
    }
  }
}
