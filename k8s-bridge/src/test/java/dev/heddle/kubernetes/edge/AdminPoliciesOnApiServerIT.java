package dev.heddle.kubernetes.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.heddle.acl.AccessControl;
import dev.heddle.engine.Controller;
import dev.heddle.ipam.Pool;
import dev.heddle.kubernetes.cluster.ObjectRef.Kind;
import dev.heddle.kubernetes.mapping.Settings;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.IpPrefix;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.store.MemoryStore;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Policies of administrators beside a real API server. Their definitions are those of the Go module
 * sigs.k8s.io/network-policy-api, of the experimental channel.
 */
class AdminPoliciesOnApiServerIT {

  private static final Settings SETTINGS =
      new Settings("pods", new Pool(List.of(IpPrefix.parse("10.244.0.0/24")), List.of()), 1400);
  private static final long PATIENCE = 60;
  private static final String MODULE = "sigs.k8s.io/network-policy-api@";
  private static final JsonMapper MAPPER = new JsonMapper();

  @TempDir static Path home;
  private static ApiServer server;
  private static KubernetesClient admin;

  private final Controller controller =
      PlainRuntime.controller(
          new MemoryStore(), new L2Switching(), new Placement(), new AccessControl());
  private Bridge bridge;

  @BeforeAll
  static void aCluster() throws Exception {
    server = new ApiServer(home);
    admin = server.admin();
    admin.resource(role()).create();
    admin
        .resource(
            new ClusterRoleBindingBuilder()
                .withNewMetadata()
                .withName("heddle-bridge")
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "heddle-bridge")
                .addNewSubject("rbac.authorization.k8s.io", "User", "heddle-bridge", null)
                .build())
        .create();
    admin
        .resource(new NodeBuilder().withNewMetadata().withName("n1").endMetadata().build())
        .create();
    admin
        .resource(new NamespaceBuilder().withNewMetadata().withName("shop").endMetadata().build())
        .create();
    pod("api");
    pod("front");
  }

  private static ClusterRole role() throws IOException {
    return Serialization.unmarshal(
        Files.readString(Path.of("deploy/clusterrole.yaml")), ClusterRole.class);
  }

  private static void pod(String name) {
    admin
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName(name)
                .withLabels(Map.of("app", name))
                .endMetadata()
                .withNewSpec()
                .withNodeName("n1")
                .addNewContainer()
                .withName("c")
                .withImage("none")
                .endContainer()
                .endSpec()
                .build())
        .create();
  }

  @AfterAll
  static void noCluster() throws Exception {
    admin.close();
    server.close();
  }

  @BeforeEach
  void begins() throws Exception {
    bridge = new Bridge(server.bridge(), controller, SETTINGS);
  }

  @AfterEach
  void ends() throws Exception {
    bridge.close();
    controller.close();
    define("v0.2.0", false);
    define("v0.1.7", false);
    await("no definitions", () -> admin.getApiResources(Kind.ADMIN_POLICY.apiVersion()) == null);
  }

  /** All definitions of a version of the API: they come, or they go. */
  private static void define(String version, boolean come) throws Exception {
    Process go =
        new ProcessBuilder("go", "mod", "download", "-json", MODULE + version)
            .redirectError(home.resolve("go.log").toFile())
            .directory(home.toFile())
            .start();
    JsonNode said = MAPPER.readTree(go.getInputStream());
    assertThat(go.waitFor()).as("go mod download of %s%s", MODULE, version).isZero();
    Path folder = Path.of(said.path("Dir").asText(), "config", "crd", "experimental");
    List<Path> files = new ArrayList<>();
    try (var all = Files.newDirectoryStream(folder, "policy.*.yaml")) {
      all.forEach(files::add);
    }
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      var definition =
          admin.resource(
              Serialization.unmarshal(Files.readString(file), CustomResourceDefinition.class));
      if (come) {
        definition.create();
      } else {
        definition.delete();
      }
    }
  }

  private static Resource<GenericKubernetesResource> named(Kind kind, String name) {
    return admin.genericKubernetesResources(AdminWatches.context(kind)).withName(name);
  }

  /** Its definition may be so new that it is not served yet. */
  private static void policy(Kind kind, String name, String spec) throws Exception {
    await(
        "it is served",
        () ->
            admin.getApiResources(kind.apiVersion()) != null
                && admin.getApiResources(kind.apiVersion()).getResources().stream()
                    .anyMatch(r -> r.getKind().equals(kind.word())));
    admin
        .resource(
            Serialization.unmarshal(
                "apiVersion: "
                    + kind.apiVersion()
                    + "\nkind: "
                    + kind.word()
                    + "\nmetadata: {name: "
                    + name
                    + "}\nspec: "
                    + spec,
                GenericKubernetesResource.class))
        .create();
  }

  /** TYPE STATUS REASON GENERATION of each. */
  private static List<String> conditions(Kind kind, String name) {
    List<String> all = new ArrayList<>();
    JsonNode status =
        MAPPER.valueToTree(named(kind, name).get().getAdditionalProperties().get("status"));
    if (status != null) {
      for (JsonNode c : status.path("conditions")) {
        all.add(
            c.path("type").asText()
                + " "
                + c.path("status").asText()
                + " "
                + c.path("reason").asText()
                + " "
                + c.path("observedGeneration").asText());
      }
    }
    return all;
  }

  private List<String> rules() {
    return controller.documents("Acl").stream()
        .map(
            d ->
                d.spec().path("tier").asText()
                    + "/"
                    + d.spec().path("priority").asText()
                    + " "
                    + d.spec().path("action").asText()
                    + " "
                    + d.name().substring(0, d.name().lastIndexOf('.')))
        .sorted()
        .toList();
  }

  private static void await(String what, BooleanSupplier holds) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s, in a minute", what).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(50); // two systems that nobody watches for us
    }
  }

  private void awaitPorts() throws InterruptedException {
    await("a port", () -> controller.get("LogicalPort", "shop.api").isPresent());
  }

  private static String spec(String more, String action) {
    return "{"
        + more
        + "subject: {namespaces: {}}, ingress: [{name: not-from-front, action: "
        + action
        + ", from: [{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: front}}}}]}]}";
  }

  @Test
  void kindsThatComeWhileTheBridgeRunsAreSeenAndThoseThatGoAreForgotten() throws Exception {
    awaitPorts();
    define("v0.2.0", true);
    define("v0.1.7", true);
    policy(Kind.CLUSTER_POLICY, "c", spec("tier: Admin, priority: 2, ", "Deny"));
    policy(Kind.CLUSTER_POLICY, "b", spec("tier: Baseline, priority: 1000, ", "Accept"));
    policy(Kind.ADMIN_POLICY, "a", spec("priority: 1, ", "Pass"));
    policy(Kind.BASELINE_POLICY, "default", spec("", "Deny"));
    await(
        "rules",
        () ->
            rules()
                .equals(
                    List.of(
                        "1/32703 drop cnp.c.ingress-0.drop.0",
                        "1/32735 pass anp.a.ingress-0.pass.0",
                        "3/735 drop banp.default.ingress-0.drop.0",
                        "3/767 allow cnp.b.ingress-0.allow.0")));
    List<String> well = List.of("Accepted True Compiled 1", "Realized True Enforced 1");
    await("it is told", () -> conditions(Kind.CLUSTER_POLICY, "c").equals(well));
    await("it is told", () -> conditions(Kind.ADMIN_POLICY, "a").equals(well));
    await("it is told", () -> conditions(Kind.BASELINE_POLICY, "default").equals(well));
    define("v0.1.7", false);
    await("no rules of what is gone", () -> rules().stream().allMatch(r -> r.contains(" cnp.")));
    assertThat(rules()).hasSize(2);
  }

  @Test
  void whatIsNotBuiltIsSaidAndFailsClosedAndConditionsOfOthersStay() throws Exception {
    define("v0.2.0", true);
    policy(
        Kind.CLUSTER_POLICY,
        "names",
        "{tier: Admin, priority: 3, subject: {namespaces: {}}, egress: [{name: web, action: Accept, to:"
            + " [{domainNames: [example.org]}]}, {action: Deny, to: [{networks: [0.0.0.0/0]}]}]}");
    named(Kind.CLUSTER_POLICY, "names")
        .subresource("status")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"status\": {\"conditions\": [{\"type\": \"Theirs\", \"status\": \"True\", \"reason\":"
                + " \"Theirs\", \"message\": \"\", \"lastTransitionTime\": \"2026-01-01T00:00:00Z\"}]}}");
    await(
        "it is told",
        () ->
            conditions(Kind.CLUSTER_POLICY, "names")
                .containsAll(
                    List.of(
                        "Theirs True Theirs ",
                        "Accepted False NotCompiled 1",
                        "Realized True Enforced 1")));
    assertThat(rules()).containsExactly("1/32670 drop cnp.names.egress-1.drop.0");
    await(
        "an Event",
        () ->
            admin.v1().events().inNamespace("default").list().getItems().stream()
                .anyMatch(
                    e ->
                        e.getInvolvedObject().getName().equals("names")
                            && e.getMessage()
                                .startsWith("Its egress rule 0 (web): domainNames is not built.")));
    named(Kind.CLUSTER_POLICY, "names")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"spec\": {\"egress\": [{\"action\": \"Deny\", \"to\": [{\"nodes\": {}}, {\"networks\":"
                + " [\"::/0\"]}]}]}}");
    await(
        "it is told of what is there now",
        () ->
            conditions(Kind.CLUSTER_POLICY, "names")
                .containsAll(
                    List.of(
                        "Theirs True Theirs ",
                        "Accepted True Compiled 2",
                        "Realized True Enforced 2")));
  }

  @Test
  void withoutTheRightTheBridgeWorksOnAndWithItTheKindIsSeen() throws Exception {
    define("v0.2.0", true);
    policy(Kind.CLUSTER_POLICY, "c", spec("tier: Admin, priority: 2, ", "Deny"));
    await("rules", () -> !rules().isEmpty());
    bridge.close();
    ClusterRole less = role();
    less.getRules().removeIf(r -> r.getApiGroups().contains("policy.networking.k8s.io"));
    admin.resource(less).update();
    await("the right is gone", () -> !mayList());
    bridge = new Bridge(server.bridge(), controller, SETTINGS);
    await("it works on without the kind", () -> rules().isEmpty());
    admin.resource(role()).update();
    await("rules", () -> rules().equals(List.of("1/32703 drop cnp.c.ingress-0.drop.0")));
  }

  private static boolean mayList() {
    try (KubernetesClient c = server.bridge()) {
      c.genericKubernetesResources(AdminWatches.context(Kind.CLUSTER_POLICY)).list();
      return true;
    } catch (io.fabric8.kubernetes.client.KubernetesClientException | IOException e) {
      return false;
    }
  }
}
