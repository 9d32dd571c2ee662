package dev.heddle.kubernetes.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What deploy/admission.yaml lets a real API server refuse. */
class AdmissionOnApiServerIT {

  private static final String ADDRESSES = "heddle.dev/addresses";
  private static final String STICKY = "heddle.dev/sticky";
  private static final String NOT_ADDRESSES =
      "The annotation heddle.dev/addresses is one address of each family, with a comma between, or"
          + " \"auto\".";
  private static final String NOT_STICKY =
      "The annotation heddle.dev/sticky is \"true\" or \"false\".";
  private static final String NOT_ITS_OWN =
      "The bridge may change nothing of a pod but its annotation heddle.dev/condition.";
  private static final long PATIENCE = 60;

  @TempDir static Path home;
  private static ApiServer server;
  private static KubernetesClient admin;
  private static KubernetesClient bridge;
  private static int count;

  @BeforeAll
  static void aCluster() throws Exception {
    server = new ApiServer(home);
    admin = server.admin();
    bridge = server.bridge();
    server.allowBridge(admin);
    admin
        .resource(new NamespaceBuilder().withNewMetadata().withName("shop").endMetadata().build())
        .create();
    admin.resource(pod("before", Map.of(ADDRESSES, "none"))).create();
    admin.resource(pod("steady", Map.of("owner", "shop"))).create();
    try (var file = Files.newInputStream(Path.of("deploy/admission.yaml"))) {
      admin.load(file).create();
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
    while (isTaken(Map.of(ADDRESSES, "none")) || isTaken(Map.of(STICKY, "none")) || mayLabel()) {
      assertThat(System.nanoTime()).as("it holds, in a minute").isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(100); // the server says to nobody when it does
    }
  }

  @AfterAll
  static void noCluster() throws Exception {
    bridge.close();
    admin.close();
    server.close();
  }

  private static Pod pod(String name, Map<String, String> annotations) {
    return ApiServer.pod("shop", name)
        .editMetadata()
        .withLabels(Map.of("app", "steady"))
        .withFinalizers("heddle.dev/test")
        .withAnnotations(annotations)
        .endMetadata()
        .build();
  }

  private static boolean isTaken(Map<String, String> annotations) {
    try {
      admin.resource(pod("pod-" + ++count, annotations)).dryRun().create();
      return true;
    } catch (KubernetesClientException e) {
      return false;
    }
  }

  private static boolean mayLabel() {
    try {
      change(bridge, "steady", "{\"metadata\": {\"labels\": {\"app\": \"steady\", \"a\": \"b\"}}}");
      return true;
    } catch (KubernetesClientException e) {
      return false;
    }
  }

  private static Pod change(KubernetesClient who, String pod, String patch) {
    return who.pods()
        .inNamespace("shop")
        .withName(pod)
        .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
  }

  private static void annotate(String pod, String key, String value) {
    change(admin, pod, "{\"metadata\": {\"annotations\": {\"" + key + "\": " + value + "}}}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "auto",
        "10.244.0.7",
        "fd00::7",
        "10.244.0.7,fd00::7",
        "fd00::7, 10.244.0.7",
        "auto,fd00::7"
      })
  void addressesThatCanBeReadAreTaken(String value) {
    admin.resource(pod("pod-" + ++count, Map.of(ADDRESSES, value))).create();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "none",
        "10.244.0",
        "10.244.0.7/24",
        "10.244.0.7,",
        "10.244.0.7 fd00::7",
        "10.244.0.7,10.244.0.8",
        "fd00::7,fd00::8",
        "fe80::1%eth0"
      })
  void addressesThatNobodyCouldReadAreRefusedAtOnce(String value) {
    assertThatThrownBy(
            () -> admin.resource(pod("pod-" + ++count, Map.of(ADDRESSES, value))).create())
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining(NOT_ADDRESSES);
  }

  @Test
  void anAnnotationThatIsTooLongIsRefused() {
    String value = "auto," + " ".repeat(300) + "auto";
    assertThatThrownBy(() -> admin.resource(pod("long", Map.of(ADDRESSES, value))).create())
        .hasMessageContaining(NOT_ADDRESSES);
  }

  @Test
  void stickyIsTrueOrFalse() {
    admin.resource(pod("sticky", Map.of(STICKY, "true"))).create();
    admin.resource(pod("not-sticky", Map.of(STICKY, "false"))).create();
    assertThatThrownBy(() -> admin.resource(pod("perhaps", Map.of(STICKY, "yes"))).create())
        .hasMessageContaining(NOT_STICKY);
  }

  @Test
  void aPodThatWasThereBeforeMayBeChangedOtherwiseAndMendedAndDeleted() {
    change(admin, "before", "{\"metadata\": {\"labels\": {\"tier\": \"back\"}}}");
    assertThatThrownBy(() -> annotate("before", ADDRESSES, "\"nothing\""))
        .hasMessageContaining(NOT_ADDRESSES);
    annotate("before", ADDRESSES, "\"10.244.0.9\"");
    assertThatThrownBy(() -> annotate("before", ADDRESSES, "\"none\""))
        .hasMessageContaining(NOT_ADDRESSES);
    annotate("before", ADDRESSES, "null");
    change(admin, "before", "{\"metadata\": {\"finalizers\": null}}");
    admin.pods().inNamespace("shop").withName("before").withGracePeriod(0).delete();
    assertThat(admin.pods().inNamespace("shop").withName("before").get()).isNull();
  }

  @Test
  void theBridgeMayWriteAndTakeAwayItsCondition() {
    String condition = "{\"metadata\": {\"annotations\": {\"heddle.dev/condition\": %s}}}";
    assertThat(change(bridge, "steady", condition.formatted("\"NoAddress: ...\"")))
        .extracting(p -> p.getMetadata().getAnnotations().get("heddle.dev/condition"))
        .isEqualTo("NoAddress: ...");
    change(bridge, "steady", condition.formatted("\"NoAddress: another one\""));
    assertThat(change(bridge, "steady", condition.formatted("null")).getMetadata().getAnnotations())
        .containsOnlyKeys("owner");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"metadata\": {\"labels\": {\"app\": \"other\"}}}",
        "{\"metadata\": {\"labels\": null}}",
        "{\"metadata\": {\"annotations\": {\"owner\": \"bridge\"}}}",
        "{\"metadata\": {\"annotations\": {\"owner\": null}}}",
        "{\"metadata\": {\"annotations\": {\"heddle.dev/addresses\": \"10.244.0.7\"}}}",
        "{\"metadata\": {\"annotations\": {\"heddle.dev/condition\": \"x\", \"other\": \"y\"}}}",
        "{\"metadata\": {\"finalizers\": null}}",
        "{\"metadata\": {\"ownerReferences\": [{\"apiVersion\": \"v1\", \"kind\": \"Node\","
            + " \"name\": \"n1\", \"uid\": \"1\"}]}}",
        "{\"spec\": {\"activeDeadlineSeconds\": 1}}",
        "{\"spec\": {\"containers\": [{\"name\": \"c\", \"image\": \"mine\"}]}}"
      })
  void theBridgeMayChangeNothingElseOfAPod(String patch) {
    Pod before = admin.pods().inNamespace("shop").withName("steady").get();
    assertThatThrownBy(() -> change(bridge, "steady", patch))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining(NOT_ITS_OWN);
    Pod after = admin.pods().inNamespace("shop").withName("steady").get();
    assertThat(after.getMetadata().getResourceVersion())
        .isEqualTo(before.getMetadata().getResourceVersion());
  }
}
