package dev.heddle.kubernetes.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.kubernetes.cluster.AdminPolicy;
import dev.heddle.kubernetes.cluster.Cluster;
import dev.heddle.kubernetes.cluster.Namespace;
import dev.heddle.kubernetes.cluster.Node;
import dev.heddle.kubernetes.cluster.ObjectRef.Kind;
import dev.heddle.kubernetes.cluster.Pod;
import dev.heddle.kubernetes.reading.AdminPolicies;
import dev.heddle.model.Document;
import dev.heddle.model.IpAddress;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What policies of administrators mean in the model, document by document. */
class AdminMappingTest {

  private static final String FRONT =
      "{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: front}}}}";

  private static AdminPolicy policy(Kind kind, String name, String spec) {
    return AdminPolicies.policy(
        kind,
        Serialization.unmarshal(
            "metadata: {name: " + name + ", generation: 3}\nspec: " + spec,
            GenericKubernetesResource.class));
  }

  private static AdminPolicy cluster(String name, int priority, String rules) {
    return policy(
        Kind.CLUSTER_POLICY,
        name,
        "{tier: Admin, priority: "
            + priority
            + ", subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: api}}}}, "
            + rules
            + "}");
  }

  private static Pod pod(String name) {
    return new Pod(
        "shop",
        name,
        "1",
        Optional.of("n1"),
        false,
        false,
        Map.of("app", name),
        Map.of(),
        List.of(),
        Optional.empty());
  }

  private static Desired map(AdminPolicy... policies) {
    return Mapping.of(
        new Cluster(
            List.of(new Node("n1", List.of(IpAddress.parse("172.18.0.1")), Map.of())),
            List.of(new Namespace("shop", Map.of())),
            List.of(pod("api"), pod("front")),
            List.of(),
            List.of(),
            Arrays.asList(policies)),
        List.of(),
        Playground.SETTINGS);
  }

  /** TIER/PRIORITY ACTION MATCH of each. */
  private static List<String> acls(Desired desired) {
    return desired.documents().stream()
        .filter(d -> d.kind().equals("Acl"))
        .map(
            d ->
                d.spec().path("tier")
                    + "/"
                    + d.spec().path("priority")
                    + " "
                    + d.spec().path("action").asText()
                    + " "
                    + d.spec().path("match").asText())
        .toList();
  }

  private static List<String> said(Desired desired) {
    return desired.notices().stream().map(Notice::message).toList();
  }

  @Test
  void aRuleIsAnAclThatNamesItsPolicyAndItself() {
    AdminPolicy p =
        cluster("p", 7, "ingress: [{name: not-from-front, action: Deny, from: [" + FRONT + "]}]");
    Desired d = map(p);
    Document rule =
        d.documents().stream().filter(x -> x.kind().equals("Acl")).findFirst().orElseThrow();
    assertThat(rule.name()).startsWith("cnp.p.ingress-0.drop.0.");
    assertThat(rule.spec().path("label").asText())
        .isEqualTo("ClusterNetworkPolicy p ingress-0 not-from-front");
    assertThat(rule.labels())
        .containsEntry(Marks.POLICY_KIND, "ClusterNetworkPolicy")
        .containsEntry(Marks.POLICY, "p")
        .containsEntry(Marks.RULE, "ingress-0");
    assertThat(d.origins().get(rule.id())).containsExactly(p.ref());
    assertThat(acls(d))
        .singleElement()
        .asString()
        .startsWith("1/" + (32_767 - 32 * 7) + " drop inport == {@k8s.peer.");
    assertThat(d.notices()).isEmpty();
    d.documents().forEach(x -> Document.of(x.tree()));
  }

  @Test
  void whatIsNotUnderstoodMatchesNothingIfItAcceptsAndElseDeniesEverything() {
    List<String> strange =
        List.of(
            "to: [{domainNames: [example.org]}]",
            "to: [{}]",
            "to: []",
            "to: [{tenants: {}}]",
            "to: [{namespaces: {}}], until: tomorrow",
            "to: [{namespaces: {}, nodes: {}}]",
            "to: [{namespaces: {matchExpressions: [{key: a, operator: Near}]}}]",
            "to: [{networks: [10.0.0.0]}]",
            "to: [{networks: []}]",
            "to: [{networks: [10.0.0.0/8]}], protocols: [{destinationNamedPort: http}]",
            "to: [{nodes: {}}], protocols: [{destinationNamedPort: http}]",
            "to: [{namespaces: {}}], protocols: [{icmp: {}}]",
            "to: [{namespaces: {}}], protocols: [{tcp: {}}]",
            "to: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {number: 70000}}}]",
            "to: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {range: {start: 9, end: 8}}}}]",
            "to: [{namespaces: {}}], protocols: [{tcp: {sourcePort: {number: 7}}}]",
            "to: [{namespaces: {}}], protocols: []");
    for (String rest : strange) {
      Desired accepts = map(cluster("p", 0, "egress: [{action: Accept, " + rest + "}]"));
      assertThat(acls(accepts)).as(rest).isEmpty();
      assertThat(said(accepts)).as(rest).hasSize(1);
      for (String action : List.of("Deny", "Pass")) {
        Desired denies = map(cluster("p", 0, "egress: [{action: " + action + ", " + rest + "}]"));
        assertThat(acls(denies)).as(action + rest).containsExactly("1/32767 drop ip");
      }
    }
    assertThat(said(map(cluster("p", 0, "egress: [{action: Perhaps, to: [{nodes: {}}]}]"))))
        .singleElement()
        .asString()
        .startsWith("Its egress rule 0: The action 'Perhaps' is not known.");
  }

  @Test
  void whatIsNotUnderstoodIsSaidOfAPolicyWithoutSubjectsToo() {
    Desired d =
        map(
            policy(
                Kind.ADMIN_POLICY,
                "p",
                "{priority: 1, subject: {namespaces: {matchLabels: {no: one}}}, egress: [{action: Allow,"
                    + " to: [{domainNames: [example.org]}]}]}"));
    assertThat(said(d)).singleElement().asString().startsWith("Its egress rule 0: domainNames");
    assertThat(acls(d)).isEmpty();
  }

  @Test
  void aPolicyOfWhichMoreIsNotUnderstoodAcceptsNothing() {
    String rules =
        "ingress: [{action: Accept, from: ["
            + FRONT
            + "]}, {action: Pass, from: ["
            + FRONT
            + "], protocols: [{tcp: {destinationPort: {number: 1}}}]}]}";
    for (String spec :
        List.of(
            "{tier: Middle, priority: 0, subject: {namespaces: {}}, " + rules,
            "{tier: Admin, priority: 2000, subject: {namespaces: {}}, " + rules,
            "{tier: Admin, priority: 0, subject: {}, " + rules,
            "{tier: Admin, priority: 0, subject: {machines: {}}, " + rules,
            "{tier: Admin, priority: 0, weather: fine, subject: {namespaces: {}}, " + rules)) {
      Desired d = map(policy(Kind.CLUSTER_POLICY, "p", spec));
      assertThat(acls(d))
          .as(spec)
          .singleElement()
          .asString()
          .startsWith("1/32766 drop inport == {@")
          .endsWith("} && tcp.dst == 1");
      assertThat(said(d)).as(spec).hasSize(1);
    }
  }

  @Test
  void eachKindHasItsWordsAndItsTier() {
    String rule = "from: [" + FRONT + "], ports: [{portNumber: {port: 1}}]}]}";
    Desired d =
        map(
            policy(
                Kind.ADMIN_POLICY,
                "a",
                "{priority: 1000, subject: {namespaces: {}}, ingress: [{action: Allow, " + rule),
            policy(
                Kind.BASELINE_POLICY,
                "default",
                "{subject: {namespaces: {}}, ingress: [{action: Deny, " + rule));
    assertThat(acls(d)).hasSize(2);
    assertThat(acls(d).get(0)).startsWith("1/767 allow inport == {@");
    assertThat(acls(d).get(1)).startsWith("3/735 drop inport == {@");
    assertThat(d.notices()).isEmpty();
    Desired wrong =
        map(
            policy(
                Kind.BASELINE_POLICY,
                "default",
                "{subject: {namespaces: {}}, ingress: [{action: Pass, " + rule));
    assertThat(acls(wrong)).as("it has no Pass").containsExactly("3/735 drop ip");
  }

  @Test
  void aHundredRulesPushWhatComesBehindThemAndNothingElse() {
    TreeMap<Integer, Integer> widths = new TreeMap<>(Map.of(1, 25, 2, 100, 3, 100, 7, 25, 9, 25));
    assertThat(Precedence.of(widths)).isEqualTo(Map.of(1, 32, 2, 64, 3, 164, 7, 264, 9, 289));
    assertThat(Precedence.of(new TreeMap<>(Map.of(0, 25, 900, 25, 1_000, 25))))
        .isEqualTo(Map.of(0, 0, 900, 28_800, 1_000, 32_000));
    TreeMap<Integer, Integer> late = new TreeMap<>();
    for (int p = 990; p <= 1_001; p++) {
      late.put(p, 100);
    }
    Map<Integer, Integer> places = Precedence.of(late);
    assertThat(places.get(1_001)).isEqualTo(Precedence.PLACES - 100);
    assertThat(places.get(990)).isEqualTo(Precedence.PLACES - 1_200);
    TreeMap<Integer, Integer> many = new TreeMap<>();
    for (int p = 0; p < 328; p++) {
      many.put(p, 100);
    }
    assertThatThrownBy(() -> Precedence.of(many)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whereThereIsNoRoomTheTierIsClosedAndAllItsPoliciesSaySo() {
    String rules =
        "ingress: ["
            + String.join(", ", Collections.nCopies(100, "{action: Allow, from: [" + FRONT + "]}"))
            + "]}";
    AdminPolicy[] all = new AdminPolicy[328];
    for (int i = 0; i < all.length; i++) {
      all[i] =
          policy(
              Kind.ADMIN_POLICY,
              "p" + i,
              "{priority: " + i + ", subject: {namespaces: {}}, " + rules);
    }
    Desired d = map(all);
    assertThat(acls(d)).containsExactly("1/32767 drop ip");
    assertThat(d.notices()).hasSize(328);
  }
}
