package dev.heddle.kubernetes.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.heddle.acl.AccessControl;
import dev.heddle.engine.Controller;
import dev.heddle.ipam.Pool;
import dev.heddle.kubernetes.cluster.ObjectRef.Kind;
import dev.heddle.kubernetes.mapping.Notice;
import dev.heddle.kubernetes.mapping.Settings;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Document;
import dev.heddle.model.IpPrefix;
import dev.heddle.model.Network;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.store.MemoryStore;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bridge beside a real API server, with no more rights than its ClusterRole gives it. */
class BridgeOnApiServerIT {

  private static final Settings SETTINGS =
      new Settings("pods", new Pool(List.of(IpPrefix.parse("10.244.0.0/24")), List.of()), 1400);
  private static final long PATIENCE = 60;

  @TempDir static Path home;
  private static ApiServer server;
  private static KubernetesClient admin;

  private final Controller controller =
      PlainRuntime.controller(
          new MemoryStore(), new L2Switching(), new Placement(), new AccessControl());
  private Bridge bridge;
  private String namespace;
  private static int count;

  @BeforeAll
  static void aCluster() throws Exception {
    server = new ApiServer(home);
    admin = server.admin();
    server.allowBridge(admin);
    for (String node : List.of("n1", "n2")) {
      admin
          .resource(new NodeBuilder().withNewMetadata().withName(node).endMetadata().build())
          .create();
    }
  }

  @AfterAll
  static void noCluster() throws Exception {
    admin.close();
    server.close();
  }

  @BeforeEach
  void begins() throws Exception {
    namespace = "ns-" + ++count;
    admin
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
        .create();
    bridge = new Bridge(server.bridge(), controller, SETTINGS);
  }

  @AfterEach
  void ends() {
    bridge.close();
    controller.close();
  }

  private void pod(String name, Map<String, String> annotations) {
    admin
        .resource(
            ApiServer.pod(namespace, name)
                .editMetadata()
                .withLabels(Map.of("app", name))
                .withAnnotations(annotations)
                .endMetadata()
                .build())
        .create();
  }

  private void removePod(String name) {
    admin.pods().inNamespace(namespace).withName(name).withGracePeriod(0).delete();
  }

  private void policy(String name, String spec) {
    admin
        .resource(
            Serialization.unmarshal(
                "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {namespace: "
                    + namespace
                    + ", name: "
                    + name
                    + "}\nspec: "
                    + spec,
                NetworkPolicy.class))
        .create();
  }

  private Optional<Document> port(String name) {
    return controller.get("LogicalPort", namespace + "." + name).map(Network.State::document);
  }

  private String address(String name) {
    return port(name).orElseThrow().spec().path("addresses").get(0).asText();
  }

  private List<String> rules() {
    return controller.documents("Acl").stream()
        .filter(d -> d.name().startsWith(namespace + "."))
        .map(d -> d.spec().path("action").asText())
        .sorted()
        .toList();
  }

  private List<String> events(String object) {
    return admin.v1().events().inNamespace(namespace).list().getItems().stream()
        .filter(e -> e.getInvolvedObject().getName().equals(object))
        .map(BridgeOnApiServerIT::text)
        .toList();
  }

  private static String text(Event e) {
    return e.getReason() + ": " + e.getMessage();
  }

  private String condition(String name) {
    Pod pod = admin.pods().inNamespace(namespace).withName(name).get();
    Map<String, String> all = pod.getMetadata().getAnnotations();
    return all == null ? "" : all.getOrDefault(Events.CONDITION, "");
  }

  private static void await(String what, BooleanSupplier holds) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s, in a minute", what).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(50); // two systems that nobody watches for us
    }
  }

  @Test
  void podsAndPoliciesComeAndGoAndOthersDocumentsStay() throws Exception {
    Document theirs =
        Document.of(
            new JsonMapper()
                .readTree(
                    "{\"apiVersion\":\"heddle.dev/v1\",\"kind\":\"PortGroup\",\"metadata\":{\"name\":"
                        + "\"theirs\"},\"spec\":{\"ports\":[\"vm\"]}}"));
    controller.transact(Writer.USER, List.of(new Change.Put(theirs))).join();
    pod("a", Map.of());
    pod("b", Map.of());
    await("ports", () -> port("a").isPresent() && port("b").isPresent());
    assertThat(address("a")).startsWith("10.244.0.").isNotEqualTo(address("b"));
    policy("deny", "{podSelector: {matchLabels: {app: a}}, policyTypes: [Ingress]}");
    await("isolation", () -> rules().equals(List.of("drop")));
    policy(
        "let",
        "{podSelector: {matchLabels: {app: a}}, ingress: [{from: [{podSelector: {matchLabels: {app:"
            + " b}}}], ports: [{port: 80}]}]}");
    await("what is let in", () -> rules().equals(List.of("allow", "drop")));
    admin.network().v1().networkPolicies().inNamespace(namespace).delete();
    await("no rule", () -> rules().isEmpty());
    removePod("a");
    await("no port", () -> port("a").isEmpty());
    assertThat(controller.get("PortGroup", "theirs")).isPresent();
  }

  @Test
  void aTakenAddressIsAnEventAndAConditionUntilItIsFree() throws Exception {
    pod("first", Map.of("heddle.dev/addresses", "10.244.0.77"));
    await("the first has it", () -> port("first").isPresent());
    pod("second", Map.of("heddle.dev/addresses", "10.244.0.77"));
    String sentence = "NoAddress: 10.244.0.77 is taken by " + namespace + ".first.";
    await("an Event", () -> events("second").contains(sentence));
    await("a condition", () -> condition("second").equals(sentence));
    assertThat(port("second")).isEmpty();
    removePod("first");
    await("the second has it", () -> port("second").isPresent());
    assertThat(address("second")).isEqualTo("10.244.0.77");
    await("no condition", () -> condition("second").isEmpty());
    assertThat(events("second")).filteredOn(e -> e.equals(sentence)).hasSize(1);
  }

  @Test
  void aPolicyThatCannotBeCompiledSaysSo() throws Exception {
    pod("a", Map.of());
    String blocks =
        IntStream.range(0, 700)
            .mapToObj(
                i ->
                    "{ipBlock: {cidr: 0.0.0.0/0, except: [10."
                        + i / 250
                        + "."
                        + i % 250
                        + ".1/32]}}")
            .collect(Collectors.joining(", "));
    policy("huge", "{podSelector: {}, ingress: [{from: [" + blocks + "]}]}");
    await(
        "an Event",
        () ->
            events("huge").stream()
                .anyMatch(e -> e.startsWith("NotCompiled: Its address blocks come to more than")));
    assertThat(rules()).containsExactly("drop");
  }

  @Test
  void whatIsNotEnforcedAnywhereYetIsSaidOnce() throws Exception {
    pod("a", Map.of());
    await(
        "an Event",
        () -> events("a").stream().anyMatch(e -> e.startsWith("NotConnected: The pod is not")));
    assertThat(events("a")).hasSize(1);
  }

  @Test
  void whileTheServerIsAwayNothingChangesAndAfterwardsEverythingIsDone() throws Exception {
    pod("a", Map.of());
    await("a port", () -> port("a").isPresent());
    Document before = port("a").orElseThrow();
    server.kill();
    server.begin();
    pod("b", Map.of());
    removePod("a");
    await("the new port", () -> port("b").isPresent());
    await("not the old one", () -> port("a").isEmpty());
    assertThat(before.name()).isEqualTo(namespace + ".a");
  }

  @Test
  void aBridgeThatComesAgainChangesNothing() throws Exception {
    pod("a", Map.of());
    policy("deny", "{podSelector: {}}");
    await("rules", () -> rules().equals(List.of("drop")));
    bridge.close();
    List<Document> before = documents();
    pod("late", Map.of());
    bridge = new Bridge(server.bridge(), controller, SETTINGS);
    await("it works", () -> port("late").isPresent());
    assertThat(documents()).containsAll(before);
  }

  private record Right(String verb, String resource, String group) {

    static List<Right> of(ClusterRole role) {
      return role.getRules().stream()
          .flatMap(
              r ->
                  r.getResources().stream()
                      .flatMap(
                          o ->
                              r.getVerbs().stream()
                                  .map(v -> new Right(v, o, r.getApiGroups().get(0)))))
          .toList();
    }

    PolicyRule rule() {
      return new PolicyRuleBuilder()
          .withVerbs(verb)
          .withResources(resource)
          .withApiGroups(group)
          .build();
    }

    @Override
    public String toString() {
      return verb + " " + resource + (group.isEmpty() ? "" : "." + group);
    }
  }

  private void give(List<Right> rights) {
    admin
        .rbac()
        .clusterRoles()
        .withName("heddle-bridge")
        .edit(r -> r.edit().withRules(rights.stream().map(Right::rule).toList()).build());
  }

  private boolean isGiven(Right right) {
    return admin
        .resource(
            new SubjectAccessReviewBuilder()
                .withNewSpec()
                .withUser(ApiServer.ACCOUNT)
                .withNewResourceAttributes()
                .withVerb(right.verb())
                .withResource(right.resource())
                .withGroup(right.group())
                .endResourceAttributes()
                .endSpec()
                .build())
        .create()
        .getStatus()
        .getAllowed();
  }

  private List<String> eventsOnRole() {
    return admin.v1().events().inNamespace("default").list().getItems().stream()
        .filter(e -> e.getInvolvedObject().getKind().equals("ClusterRole"))
        .map(BridgeOnApiServerIT::text)
        .toList();
  }

  /** Of each kind of administrators' policies, one with a rule that is not understood. */
  private static final Map<Kind, String> WRONG =
      Map.of(
          Kind.CLUSTER_POLICY,
          "{tier: Admin, priority: 1, subject: {namespaces: {}}, egress: [{action: Accept, to:"
              + " [{domainNames: [example.org]}]}]}",
          Kind.ADMIN_POLICY,
          "{priority: 1, subject: {namespaces: {}}, egress: [{action: Allow, to: [{domainNames:"
              + " [example.org]}]}]}",
          Kind.BASELINE_POLICY,
          "{subject: {namespaces: {}}, egress: [{action: Deny, to: [{namespaces: {matchExpressions:"
              + " [{key: a, operator: Near}]}}]}]}");

  /** And so there is none that it does not need. */
  @Test
  void ofEachRightThatItsRoleLacksTheBridgeSaysWhichItIs() throws Exception {
    // What it says of them takes each of its rights.
    String longest = "n".repeat(63) + ("." + "n".repeat(61)).repeat(3);
    admin
        .resource(new NodeBuilder().withNewMetadata().withName(longest).endMetadata().build())
        .create();
    pod("wrong", Map.of("heddle.dev/addresses", "none"));
    pod("subject", Map.of());
    policy(
        "wrong",
        "{podSelector: {}, ingress: [{from: ["
            + String.join(", ", Collections.nCopies(1_001, "{podSelector: {}}"))
            + "]}]}");
    AdminKinds kinds = new AdminKinds(admin);
    kinds.come(AdminKinds.CLUSTER);
    kinds.come(AdminKinds.ADMIN);
    for (Kind kind : AdminWatches.PLURALS.keySet()) {
      await("it is served", () -> kinds.isServed(kind));
      kinds.create(kind, "default", WRONG.get(kind));
    }
    List<Right> all = Right.of(ApiServer.role());
    assertThat(all).hasSize(27);
    try {
      for (Right right : all) {
        bridge.close();
        admin.pods().inNamespace(namespace).withName("wrong").edit(BridgeOnApiServerIT::blank);
        for (Kind kind : AdminWatches.PLURALS.keySet()) {
          kinds
              .named(kind, "default")
              .subresource("status")
              .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\": {\"conditions\": []}}");
        }
        give(all.stream().filter(r -> !r.equals(right)).toList());
        await(right + " is taken", () -> !isGiven(right));
        bridge = new Bridge(server.bridge(), controller, SETTINGS);
        String sentence =
            "The bridge may not "
                + right
                + ": its ClusterRole lacks what k8s-bridge/deploy/clusterrole.yaml gives.";
        await(
            right + " is missed",
            () ->
                bridge.missingRights().stream()
                    .map(Notice::message)
                    .anyMatch(m -> m.equals(sentence)));
        if (!right.resource().equals("events")) {
          await("an Event of " + right, () -> eventsOnRole().contains("RightMissing: " + sentence));
        }
        give(all);
        await(right + " is given", () -> isGiven(right));
      }
    } finally {
      give(all);
      admin.nodes().withName(longest).delete();
      kinds.go(AdminKinds.CLUSTER);
      kinds.go(AdminKinds.ADMIN);
    }
    await("all is well", () -> condition("wrong").startsWith("AnnotationNotUnderstood"));
  }

  /** Without what was said of it. */
  private static Pod blank(Pod pod) {
    return pod.edit().editMetadata().removeFromAnnotations(Events.CONDITION).endMetadata().build();
  }

  private List<Document> documents() {
    return List.of("LogicalSwitch", "LogicalPort", "PortGroup", "AddressSet", "Acl").stream()
        .flatMap(k -> controller.documents(k).stream())
        .toList();
  }
}
