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
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies of administrators beside a real API server. */
class AdminPoliciesOnApiServerIT {

  private static final Settings SETTINGS =
      new Settings("pods", new Pool(List.of(IpPrefix.parse("10.244.0.0/24")), List.of()), 1400);
  private static final long PATIENCE = 60;
  private static final JsonMapper MAPPER = new JsonMapper();

  @TempDir static Path home;
  private static ApiServer server;
  private static KubernetesClient admin;
  private static AdminKinds kinds;

  private final Controller controller =
      PlainRuntime.controller(
          new MemoryStore(), new L2Switching(), new Placement(), new AccessControl());
  private Bridge bridge;

  @BeforeAll
  static void aCluster() throws Exception {
    server = new ApiServer(home);
    admin = server.admin();
    kinds = new AdminKinds(admin);
    server.allowBridge(admin);
    admin
        .resource(new NodeBuilder().withNewMetadata().withName("n1").endMetadata().build())
        .create();
    admin
        .resource(new NamespaceBuilder().withNewMetadata().withName("shop").endMetadata().build())
        .create();
    pod("api");
    pod("front");
  }

  private static void pod(String name) {
    admin
        .resource(
            ApiServer.pod("shop", name)
                .editMetadata()
                .withLabels(Map.of("app", name))
                .endMetadata()
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
    kinds.go(AdminKinds.CLUSTER);
    kinds.go(AdminKinds.ADMIN);
    for (Kind kind : AdminWatches.PLURALS.keySet()) {
      await("no kinds", () -> !kinds.isServed(kind));
    }
  }

  private static void policy(Kind kind, String name, String spec) throws Exception {
    await("it is served", () -> kinds.isServed(kind));
    kinds.create(kind, name, spec);
  }

  /** TYPE STATUS REASON GENERATION of each. */
  private static List<String> conditions(Kind kind, String name) {
    List<String> all = new ArrayList<>();
    JsonNode status =
        MAPPER.valueToTree(kinds.named(kind, name).get().getAdditionalProperties().get("status"));
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
    kinds.come(AdminKinds.CLUSTER);
    kinds.come(AdminKinds.ADMIN);
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
    kinds.go(AdminKinds.ADMIN);
    await("no rules of what is gone", () -> rules().stream().allMatch(r -> r.contains(" cnp.")));
    assertThat(rules()).hasSize(2);
  }

  @Test
  void whatIsNotBuiltIsSaidAndFailsClosedAndConditionsOfOthersStay() throws Exception {
    kinds.come(AdminKinds.CLUSTER);
    policy(
        Kind.CLUSTER_POLICY,
        "names",
        "{tier: Admin, priority: 3, subject: {namespaces: {}}, egress: [{name: web, action: Accept, to:"
            + " [{domainNames: [example.org]}]}, {action: Deny, to: [{networks: [0.0.0.0/0]}]}]}");
    kinds
        .named(Kind.CLUSTER_POLICY, "names")
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
    kinds
        .named(Kind.CLUSTER_POLICY, "names")
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

  /** Of what it has, a server that starts may say that it is not there or not allowed. */
  @Test
  void noRuleGoesWhileTheApiServerStartsAnewNorWhileTheBridgeDoes() throws Exception {
    kinds.come(AdminKinds.CLUSTER);
    policy(Kind.CLUSTER_POLICY, "c", spec("tier: Admin, priority: 2, ", "Deny"));
    List<String> one = List.of("1/32703 drop cnp.c.ingress-0.drop.0");
    await("rules", () -> rules().equals(one));
    Set<List<String>> seen = ConcurrentHashMap.newKeySet();
    try (AutoCloseable watch = controller.watch(revision -> seen.add(rules()))) {
      server.kill();
      bridge.close();
      bridge = new Bridge(server.bridge(), controller, SETTINGS);
      server.begin();
      await("it is served", () -> kinds.isServed(Kind.CLUSTER_POLICY));
      kinds.create(Kind.CLUSTER_POLICY, "d", spec("tier: Admin, priority: 3, ", "Deny"));
      await("both", () -> rules().size() == 2);
      kinds.named(Kind.CLUSTER_POLICY, "d").delete();
      await("one", () -> rules().equals(one));
    }
    assertThat(seen).isNotEmpty().allSatisfy(rules -> assertThat(rules).containsAll(one));
  }

  @Test
  void withoutTheRightTheBridgeWorksOnAndWithItTheKindIsSeen() throws Exception {
    kinds.come(AdminKinds.CLUSTER);
    policy(Kind.CLUSTER_POLICY, "c", spec("tier: Admin, priority: 2, ", "Deny"));
    await("rules", () -> !rules().isEmpty());
    bridge.close();
    ClusterRole less = ApiServer.role();
    less.getRules().removeIf(r -> r.getApiGroups().contains("policy.networking.k8s.io"));
    admin.resource(less).update();
    await("the right is gone", () -> !mayList());
    bridge = new Bridge(server.bridge(), controller, SETTINGS);
    await("it works on without the kind", () -> rules().isEmpty());
    admin.resource(ApiServer.role()).update();
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
