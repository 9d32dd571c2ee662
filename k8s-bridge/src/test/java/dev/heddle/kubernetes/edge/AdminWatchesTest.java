package dev.heddle.kubernetes.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.heddle.kubernetes.cluster.AdminPolicy;
import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.kubernetes.cluster.ObjectRef.Kind;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an API server says while it starts, step by step: whether rules are let go of by it. */
class AdminWatchesTest {

  private static final String NODES = "nodes";
  private static final String CLUSTER = AdminWatches.PLURALS.get(Kind.CLUSTER_POLICY);
  private static final String ADMIN = AdminWatches.PLURALS.get(Kind.ADMIN_POLICY);
  private static final String BASELINE = AdminWatches.PLURALS.get(Kind.BASELINE_POLICY);

  /** By the last part of the path: the code of a list, or 200 with what is there. */
  private final Map<String, Integer> codes = new ConcurrentHashMap<>();

  private final AtomicInteger looks = new AtomicInteger();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private KubernetesClient client;
  private AdminWatches watches;

  @BeforeEach
  void aServer() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
    client =
        Client.of(
            new ConfigBuilder()
                .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .withRequestRetryBackoffLimit(0)
                .build());
    says(200, 404, 404, 404);
  }

  @AfterEach
  void isGone() {
    watches.close();
    client.close();
    ended.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void says(int nodes, int cluster, int admin, int baseline) {
    codes.putAll(Map.of(NODES, nodes, CLUSTER, cluster, ADMIN, admin, BASELINE, baseline));
  }

  private void answer(HttpExchange asked) throws IOException {
    String[] path = asked.getRequestURI().getPath().split("/");
    String what = path[path.length - 1];
    String query = String.valueOf(asked.getRequestURI().getQuery());
    if (what.equals(NODES)) {
      looks.incrementAndGet();
    }
    if (query.contains("watch=true")) {
      boolean upgrade = asked.getRequestHeaders().containsKey("Upgrade");
      asked.sendResponseHeaders(
          200, upgrade ? -1 : 0); // streams have no end, sockets there are none
      if (!upgrade) {
        await();
      }
    } else {
      byte[] said = body(what, codes.getOrDefault(what, 404)).getBytes(StandardCharsets.UTF_8);
      asked.getResponseHeaders().set("Content-Type", "application/json");
      asked.sendResponseHeaders(codes.getOrDefault(what, 404), said.length);
      asked.getResponseBody().write(said);
    }
    asked.close();
  }

  private void await() {
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String body(String what, int code) {
    if (code != 200) {
      return "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":"
          + code
          + "}";
    }
    String list = "\"metadata\":{\"resourceVersion\":\"7\"},\"items\":";
    return what.equals(NODES)
        ? "{\"kind\":\"NodeList\",\"apiVersion\":\"v1\"," + list + "[]}"
        : "{\"kind\":\"ClusterNetworkPolicyList\",\"apiVersion\":\"policy.networking.k8s.io/v1alpha2\","
            + list
            + "[{\"kind\":\"ClusterNetworkPolicy\",\"apiVersion\":\"policy.networking.k8s.io/v1alpha2\","
            + "\"metadata\":{\"name\":\"deny\"},\"spec\":{\"tier\":\"Admin\",\"priority\":1,"
            + "\"subject\":{\"namespaces\":{}}}}]}";
  }

  private void begins() {
    watches = new AdminWatches(client, key -> {}, (resource, e) -> {}, 20);
  }

  private static void await(String what, BooleanSupplier holds) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s, in a minute", what).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  /** A whole look lies between two that begin. */
  private void looksAgain() throws InterruptedException {
    int before = looks.get();
    await("a look", () -> looks.get() >= before + 3);
  }

  private void isKnown() throws InterruptedException {
    await("all kinds are known", watches::areComplete);
  }

  private void holdsThePolicy() {
    assertThat(watches.areComplete()).isTrue();
    assertThat(watches.policies())
        .extracting(AdminPolicy::ref)
        .containsExactly(new ObjectRef(Kind.CLUSTER_POLICY, "", "deny"));
  }

  @Test
  void aServerThatStartsTakesNoPolicyAway() throws Exception {
    says(200, 200, 404, 404);
    begins();
    isKnown();
    holdsThePolicy();
    says(503, 503, 503, 503);
    looksAgain();
    holdsThePolicy();
    says(403, 404, 404, 404);
    looksAgain();
    holdsThePolicy();
    says(200, 503, 404, 404);
    looksAgain();
    holdsThePolicy();
    says(200, 403, 404, 404);
    looksAgain();
    holdsThePolicy();
    says(200, 404, 404, 404);
    await("the kind is gone", () -> watches.policies().isEmpty());
    assertThat(watches.areComplete()).isTrue();
  }

  @Test
  void aBridgeThatStartsBesideSuchAServerKnowsNothing() throws Exception {
    says(403, 404, 404, 404);
    begins();
    looksAgain();
    assertThat(watches.areComplete()).isFalse();
    says(200, 503, 404, 404);
    looksAgain();
    assertThat(watches.areComplete()).isFalse();
    says(200, 200, 404, 404);
    isKnown();
    holdsThePolicy();
  }

  @Test
  void whatTheBridgeMayNotListIsAsIfThereWereNone() throws Exception {
    says(200, 403, 404, 404);
    begins();
    isKnown();
    assertThat(watches.policies()).isEmpty();
    says(200, 200, 404, 404);
    await("it may now", () -> watches.areComplete() && !watches.policies().isEmpty());
    holdsThePolicy();
  }
}
