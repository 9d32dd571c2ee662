package dev.heddle.kubernetes.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.kubernetes.cluster.AdminPolicy;
import dev.heddle.kubernetes.cluster.Cluster;
import dev.heddle.kubernetes.cluster.Namespace;
import dev.heddle.kubernetes.cluster.Node;
import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.kubernetes.cluster.Pod;
import dev.heddle.kubernetes.reading.AdminPolicies;
import dev.heddle.kubernetes.reading.Policies;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Inspection.Why;
import dev.heddle.pipeline.Policy;
import dev.heddle.pipeline.Spine;
import dev.heddle.pipeline.Stage;
import dev.heddle.plain.FlowText;
import dev.heddle.plain.GeneratedSection;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The example of docs/kubernetes.md, worked out. */
class KubernetesDocumentTest {

  private static final String POLICY =
      String.join(
          "\n",
          "apiVersion: networking.k8s.io/v1",
          "kind: NetworkPolicy",
          "metadata: {namespace: shop, name: api}",
          "spec:",
          "  podSelector: {matchLabels: {app: api}}",
          "  ingress:",
          "    - from: [{podSelector: {matchLabels: {app: front}}}]",
          "      ports: [{port: 8080}]");

  private final Playground playground = new Playground();
  private Desired desired;

  @BeforeEach
  void aShop() {
    desired =
        playground.put(
            new Cluster(
                List.of(
                    new Node("n1", List.of(IpAddress.parse("172.18.0.1")), Map.of()),
                    new Node("n2", List.of(IpAddress.parse("172.18.0.2")), Map.of())),
                List.of(new Namespace("shop", Map.of())),
                List.of(pod("api-0", "api", "n1", 5), pod("front-0", "front", "n2", 6)),
                List.of(Policies.policy(Serialization.unmarshal(POLICY, NetworkPolicy.class))),
                List.of(),
                List.of()));
  }

  private static Pod pod(String name, String app, String node, int address) {
    return pod("shop", name, app, node, address);
  }

  private static Pod pod(String namespace, String name, String app, String node, int address) {
    return new Pod(
        namespace,
        name,
        "1",
        Optional.of(node),
        false,
        false,
        Map.of("app", app),
        Map.of("heddle.dev/addresses", "10.244.0." + address + ",fd00::" + address),
        List.of(),
        Optional.empty());
  }

  @AfterEach
  void close() {
    playground.close();
  }

  @Test
  void theDocuments() {
    List<String> lines = new ArrayList<>();
    lines.add("```");
    for (Document d : desired.documents()) {
      if (d.kind().equals("PortGroup")) {
        lines.add(d.path() + "  " + d.spec().path("selector"));
      } else if (d.kind().equals("Acl")) {
        lines.add(d.path());
        lines.add(
            "    "
                + d.spec().path("direction").asText()
                + " "
                + d.spec().path("appliesTo").path("portGroup").asText()
                + ", priority "
                + d.spec().path("priority")
                + ": "
                + d.spec().path("action").asText()
                + " "
                + d.spec().path("match").asText());
      }
    }
    lines.add("```");
    new GeneratedSection("docs/kubernetes.md", "documents").mustBe(lines);
  }

  @Test
  void theDocumentsOfAdministrators() throws IOException {
    List<AdminPolicy> policies = new ArrayList<>();
    for (String text :
        Files.readString(Path.of("..", "examples", "kubernetes-admin-policy.yaml"))
            .split("---\n")) {
      policies.add(
          AdminPolicies.policy(
              ObjectRef.Kind.CLUSTER_POLICY,
              Serialization.unmarshal(text, GenericKubernetesResource.class)));
    }
    List<Namespace> namespaces =
        Stream.of("monitoring", "shop", "visitors")
            .map(n -> new Namespace(n, Map.of("kubernetes.io/metadata.name", n)))
            .toList();
    Cluster cluster =
        new Cluster(
            List.of(new Node("n1", List.of(IpAddress.parse("172.18.0.1")), Map.of())),
            namespaces,
            List.of(
                pod("monitoring", "m", "m", "n1", 3),
                pod("shop", "api", "api", "n1", 4),
                pod("visitors", "v", "v", "n1", 5)),
            List.of(),
            List.of(),
            policies);
    List<String> lines = new ArrayList<>();
    lines.add("```");
    for (Document d : Mapping.of(cluster, List.of(), Playground.SETTINGS).documents()) {
      if (d.kind().equals("Acl")) {
        lines.add(d.path() + "  \"" + d.spec().path("label").asText() + "\"");
        lines.add(
            "    "
                + d.spec().path("direction").asText()
                + ", tier "
                + d.spec().path("tier")
                + ", priority "
                + d.spec().path("priority")
                + ": "
                + d.spec().path("action").asText()
                + " "
                + d.spec().path("match").asText());
      }
    }
    lines.add("```");
    new GeneratedSection("docs/kubernetes.md", "admin").mustBe(lines);
  }

  @Test
  void theFlows() {
    List<String> lines = new ArrayList<>();
    lines.add("```");
    String unit = "";
    for (Flow flow : flows()) {
      Why why = playground.controller().inspection().why(flow.cookie()).get(0);
      if (!why.unit().equals(unit)) {
        unit = why.unit();
        lines.add(unit + ", cookie " + Cookie.text(flow.cookie()));
      }
      Stage stage = stage(flow.key().table());
      FlowText text = new FlowText(stage);
      lines.add(
          String.format(
              "  %s %d  %s", stage.name(), flow.key().priority(), text.match(flow.key().match())));
      lines.add("      -> " + text.actions(flow.actions()));
    }
    lines.add("```");
    assertThat(lines.size()).isGreaterThan(10);
    new GeneratedSection("docs/kubernetes.md", "flows").mustBe(lines);
  }

  /**
   * Of the policy's rules, on the node of the pod that it isolates; on the other there are none.
   */
  private List<Flow> flows() {
    assertThat(flows("n2")).isEmpty();
    return flows("n1");
  }

  private List<Flow> flows(String node) {
    Id<dev.heddle.model.Node> at = dev.heddle.model.Node.KIND.id(node);
    return playground
        .controller()
        .read(
            now ->
                now.keys(at).stream()
                    .sorted(FlowKey.ORDER)
                    .flatMap(k -> now.flow(at, k).stream())
                    .filter(f -> isOfPolicy(f))
                    .toList());
  }

  private boolean isOfPolicy(Flow flow) {
    return playground.controller().inspection().why(flow.cookie()).stream()
        .anyMatch(w -> w.unit().contains("/shop.api."));
  }

  private static Stage stage(int table) {
    return Stream.of(Spine.STAGES, Spine.BESIDE, Policy.BESIDE)
        .flatMap(List::stream)
        .filter(s -> s.table() == table)
        .findFirst()
        .orElseThrow();
  }
}
