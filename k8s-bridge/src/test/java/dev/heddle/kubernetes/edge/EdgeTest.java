package dev.heddle.kubernetes.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.kubernetes.mapping.Desired;
import dev.heddle.kubernetes.mapping.Notice;
import dev.heddle.model.Condition;
import dev.heddle.model.Document;
import dev.heddle.model.Network;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.WatchEvent;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the bridge does without a cluster: its queue, what it tells, how it may reach a server. */
class EdgeTest {

  private static final long SECOND = 1_000_000_000L;

  @TempDir Path folder;

  private static Notice notice(int pod, String message) {
    return new Notice(new ObjectRef(ObjectRef.Kind.POD, "ns", "p" + pod), "NoAddress", message);
  }

  @Test
  void anObjectIsInTheQueueOnceHoweverOftenItChanged() throws Exception {
    WorkQueue queue = new WorkQueue(0);
    for (int i = 0; i < 100; i++) {
      queue.add("pod/a");
      queue.add("pod/b");
    }
    assertThat(queue.take(1_000)).containsExactlyInAnyOrder("pod/a", "pod/b");
    assertThat(queue.take(0)).isEmpty();
  }

  @Test
  void whatFailedIsDoneAgainAfterPausesThatGrowToABound() throws Exception {
    WorkQueue queue = new WorkQueue(0);
    queue.failed(Set.of("pod/a"));
    assertThat(queue.pause()).isEqualTo(100);
    assertThat(queue.take(1_000)).containsExactly("pod/a");
    for (int i = 0; i < 20; i++) {
      queue.failed(Set.of("pod/a"));
    }
    assertThat(queue.pause()).isEqualTo(30_000);
    queue.worked();
    assertThat(queue.pause()).isZero();
  }

  @Test
  void theSameIsToldOnceAndAgainTenMinutesLaterAndWhenItIsOver() {
    Telling telling = new Telling();
    List<Notice> one = List.of(notice(1, "taken"));
    assertThat(telling.due(one, SECOND)).isEqualTo(one);
    assertThat(telling.due(one, 2 * SECOND)).isEmpty();
    List<Notice> other = List.of(notice(1, "outside"));
    assertThat(telling.due(other, 3 * SECOND)).isEqualTo(other);
    assertThat(telling.due(other, 700 * SECOND)).isEqualTo(other);
    assertThat(telling.due(List.of(), 701 * SECOND))
        .extracting(Notice::reason)
        .containsExactly(Telling.SETTLED);
    assertThat(telling.due(List.of(), 702 * SECOND)).isEmpty();
  }

  @Test
  void aThousandNoticesAreToldAFewAtATime() {
    Telling telling = new Telling();
    List<Notice> many = IntStream.range(0, 1_000).mapToObj(i -> notice(i, "taken")).toList();
    assertThat(telling.due(many, SECOND)).hasSize(50);
    assertThat(telling.due(many, 2 * SECOND)).hasSize(5);
    assertThat(telling.due(many, 100 * SECOND)).hasSize(50);
  }

  @Test
  void whatCouldNotBeToldIsToldNextTime() {
    Telling telling = new Telling();
    List<Notice> one = List.of(notice(1, "taken"));
    telling.due(one, SECOND).forEach(telling::failed);
    assertThat(telling.due(one, 2 * SECOND)).isEqualTo(one);
  }

  @Test
  void whatTheServerRefusesForWantOfARightIsNamedUntilNobodyMissesIt() {
    Rights rights = new Rights();
    assertThat(rights.isRefusal(new IllegalStateException("refused"), SECOND)).isFalse();
    assertThat(rights.notices(SECOND)).isEmpty();
    String start = "is forbidden: User \"heddle-bridge\" cannot ";
    assertThat(
            rights.isRefusal(
                new RuntimeException(
                    "Message: Forbidden.",
                    new IOException(start + "watch resource \"pods\" in API group \"\" at")),
                SECOND))
        .isTrue();
    rights.isRefusal(
        new IOException(start + "list resource \"statefulsets\" in API group \"apps\" at"),
        100 * SECOND);
    assertThat(rights.notices(100 * SECOND))
        .extracting(Notice::message)
        .containsExactly(
            "The bridge may not list statefulsets.apps, watch pods: its ClusterRole lacks what"
                + " k8s-bridge/deploy/clusterrole.yaml gives.");
    assertThat(rights.notices(130 * SECOND))
        .extracting(Notice::message)
        .allMatch(m -> m.startsWith("The bridge may not list statefulsets.apps:"));
    assertThat(rights.notices(230 * SECOND)).isEmpty();
  }

  private static final ObjectRef POLICY = new ObjectRef(ObjectRef.Kind.POLICY, "ns", "deny");

  /** A network that has this one rule, in this condition. */
  private static Network withRule(Document rule, Condition condition) {
    return (Network)
        Proxy.newProxyInstance(
            Network.class.getClassLoader(),
            new Class<?>[] {Network.class},
            (self, method, arguments) ->
                List.of(new Network.State(rule, 0, 1, List.of(condition))));
  }

  private static List<Notice> said(Condition condition) {
    Document rule = new Document("Acl", "ns.deny", Map.of(), JsonNodeFactory.instance.objectNode());
    Desired desired = new Desired(List.of(rule), List.of(), Map.of(rule.id(), List.of(POLICY)));
    Progress progress = new Progress(withRule(rule, condition), 10 * SECOND);
    progress.follow(desired);
    assertThat(progress.look(desired, SECOND)).as("in time").isEmpty();
    return progress.look(desired, 11 * SECOND);
  }

  @Test
  void aPolicyThatWaitsForANodeSaysForWhichAlsoIfTheNodeIsAway() {
    assertThat(said(Condition.failed(Condition.REALIZED, "Waiting", "n2 has not confirmed.")))
        .containsExactly(
            new Notice(
                POLICY,
                "NotEnforced",
                "The policy is not enforced everywhere yet: n2 has not confirmed."));
    assertThat(said(new Condition(Condition.REALIZED, true, Condition.NODES_AWAY, "n2 is away.")))
        .extracting(Notice::message)
        .containsExactly("The policy is not enforced everywhere yet: n2 is away.");
    assertThat(said(Condition.met(Condition.REALIZED, "n2 is not connected.")))
        .as("it had confirmed before it left")
        .isEmpty();
  }

  /** Else it would be asked for again and again, and nothing of that kind be heard of any more. */
  @Test
  void aWatchThatIsToldThatItsVersionIsTooOldUnderstandsIt() {
    WatchEvent event =
        Client.serialization()
            .unmarshal(
                "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\"message\":\"too"
                    + " old resource version: 329 (2368)\",\"reason\":\"Expired\",\"code\":410}}",
                WatchEvent.class);
    assertThat(event.getObject()).isInstanceOf(Status.class);
    assertThat(((Status) event.getObject()).getCode()).isEqualTo(410);
  }

  private Path kubeconfig(String server, String more) throws IOException {
    return Files.writeString(
        folder.resolve("kubeconfig"),
        "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
            + "contexts: [{name: c, context: {cluster: c, user: u}}]\n"
            + "clusters: [{name: c, cluster: {server: '"
            + server
            + "'"
            + more
            + "}}]\n"
            + "users: [{name: u, user: {token: t}}]\n");
  }

  @Test
  void aServerThatIsNotVerifiedIsRefused() throws Exception {
    Path good = kubeconfig("https://192.0.2.1:6443", "");
    assertThat(Access.kubeconfig(good).getMasterUrl()).startsWith("https://192.0.2.1:6443");
    Path lax = kubeconfig("https://192.0.2.1:6443", ", insecure-skip-tls-verify: true");
    assertThatThrownBy(() -> Access.kubeconfig(lax)).hasMessageContaining("must be verified");
    Path clear = kubeconfig("http://192.0.2.1:8080", "");
    assertThatThrownBy(() -> Access.kubeconfig(clear)).hasMessageContaining("does not speak TLS");
    assertThatThrownBy(() -> Access.kubeconfig(folder.resolve("none")))
        .isInstanceOf(IOException.class);
  }

  @Test
  void whatIsConfiguredWronglyIsRefusedWithItsField() throws Exception {
    String file = kubeconfig("https://192.0.2.1:6443", "").toString();
    assertThat(
            Configuration.of(file, "pods", "10.0.0.0/16, fd00::/64", "10.0.0.1", 1400)
                .settings()
                .pool()
                .subnets())
        .hasSize(2);
    assertThatThrownBy(() -> Configuration.of(file, "pods", "", "", 1400))
        .hasMessageStartingWith("subnets:");
    assertThatThrownBy(() -> Configuration.of(file, "pods", "10.0.0.1/16", "", 1400))
        .hasMessageStartingWith("subnets:");
    assertThatThrownBy(
            () -> Configuration.of(file, "pods", "10.0.0.0/16", "10.0.0.9..10.0.0.1", 1400))
        .hasMessageStartingWith("exclude:");
    assertThatThrownBy(() -> Configuration.of("", "pods", "10.0.0.0/16", "", 1400))
        .hasMessage("no kubeconfig is configured, and this is no pod of a cluster");
  }
}
