package dev.heddle.kubernetes.edge;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real etcd and a real kube-apiserver on ports and in a folder of their own, with RBAC. The
 * programs are in the folder that {@code heddle.apiserver} names; etcd may be on the path.
 */
final class ApiServer implements AutoCloseable {

  private static final String ADMIN = "admin-token";
  private static final String BRIDGE = "bridge-token";

  /** The account of deploy/account.yaml, as RBAC and admission know it. */
  static final String ACCOUNT = "system:serviceaccount:heddle-system:heddle-bridge";

  private static final long PATIENCE = 60;

  private final Path home;
  private final Path programs;
  private final int etcdPort = freePort();
  private final int port = freePort();
  private final Process etcd;
  private Process server;

  ApiServer(Path home) throws Exception {
    this.home = home;
    String given = System.getProperty("heddle.apiserver", "");
    programs = Path.of(given.isEmpty() ? "/no-such-folder" : given);
    if (!Files.isExecutable(programs.resolve("kube-apiserver"))) {
      throw new IllegalStateException(
          "no kube-apiserver in '" + given + "': -Dheddle.apiserver=FOLDER says where it is");
    }
    Files.writeString(
        home.resolve("tokens.csv"),
        ADMIN + ",admin,1,\"system:masters\"\n" + BRIDGE + "," + ACCOUNT + ",2\n");
    run("openssl", "genrsa", "-out", home.resolve("sa.key").toString(), "2048");
    String url = "http://127.0.0.1:" + etcdPort;
    Path own = programs.resolve("etcd");
    etcd =
        start(
            "etcd.log",
            Files.isExecutable(own) ? own.toString() : "etcd",
            "--data-dir=" + home.resolve("etcd"),
            "--unsafe-no-fsync",
            "--listen-client-urls=" + url,
            "--advertise-client-urls=" + url,
            "--listen-peer-urls=http://127.0.0.1:" + freePort());
    begin();
  }

  private static int freePort() {
    try (ServerSocket s = new ServerSocket(0)) {
      return s.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Process start(String log, String... command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve(log).toFile()))
        .start();
  }

  private void run(String... command) throws Exception {
    Process p = start("run.log", command);
    if (p.waitFor() != 0) {
      throw new IllegalStateException(List.of(command) + " failed, see " + home);
    }
  }

  /** Starts the server, at first or after {@link #kill}, and waits until it answers. */
  void begin() throws Exception {
    server =
        start(
            "apiserver.log",
            programs.resolve("kube-apiserver").toString(),
            "--etcd-servers=http://127.0.0.1:" + etcdPort,
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--secure-port=" + port,
            "--cert-dir=" + home.resolve("certs"),
            "--token-auth-file=" + home.resolve("tokens.csv"),
            "--authorization-mode=RBAC",
            "--service-account-issuer=https://heddle.test",
            "--service-account-key-file=" + home.resolve("sa.key"),
            "--service-account-signing-key-file=" + home.resolve("sa.key"),
            "--service-cluster-ip-range=10.96.0.0/16",
            "--disable-admission-plugins=ServiceAccount");
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
    while (!isReady()) {
      if (!server.isAlive() || System.nanoTime() > deadline) {
        throw new IllegalStateException("the API server does not get ready, see " + home);
      }
      TimeUnit.MILLISECONDS.sleep(200); // it says so to nobody, it has to be asked
    }
  }

  private boolean isReady() {
    if (!Files.exists(home.resolve("certs/apiserver.crt"))) {
      return false;
    }
    try (KubernetesClient c = client(ADMIN)) {
      return "ok".equals(c.raw("/readyz"));
    } catch (KubernetesClientException | IOException e) {
      return false;
    }
  }

  /** As kill -9 does. */
  void kill() throws InterruptedException {
    server.destroyForcibly().waitFor();
  }

  KubernetesClient admin() throws IOException {
    return client(ADMIN);
  }

  /** May what deploy/clusterrole.yaml allows. */
  KubernetesClient bridge() throws IOException {
    return client(BRIDGE);
  }

  /** The ClusterRole of deploy/clusterrole.yaml. */
  static ClusterRole role() throws IOException {
    return Serialization.unmarshal(
        Files.readString(Path.of("deploy/clusterrole.yaml")), ClusterRole.class);
  }

  /** On n1; it never runs. Labels and annotations are the caller's to add. */
  static PodBuilder pod(String namespace, String name) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .withNodeName("n1")
        .withTerminationGracePeriodSeconds(0L)
        .addNewContainer()
        .withName("c")
        .withImage("none")
        .endContainer()
        .endSpec();
  }

  /** Makes the role, and gives it to the bridge's account. */
  void allowBridge(KubernetesClient admin) throws IOException {
    admin.resource(role()).create();
    admin
        .resource(
            new ClusterRoleBindingBuilder()
                .withNewMetadata()
                .withName("heddle-bridge")
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "heddle-bridge")
                .addNewSubject("rbac.authorization.k8s.io", "User", ACCOUNT, null)
                .build())
        .create();
  }

  private KubernetesClient client(String token) throws IOException {
    Path file = home.resolve(token + ".kubeconfig");
    Files.writeString(
        file,
        String.join(
            "\n",
            "apiVersion: v1",
            "kind: Config",
            "current-context: it",
            "contexts: [{name: it, context: {cluster: it, user: it}}]",
            "clusters: [{name: it, cluster: {server: 'https://127.0.0.1:"
                + port
                + "', certificate-authority: '"
                + home.resolve("certs/apiserver.crt")
                + "'}}]",
            "users: [{name: it, user: {token: " + token + "}}]"));
    return Client.of(Access.kubeconfig(file));
  }

  @Override
  public void close() throws InterruptedException {
    server.destroyForcibly().waitFor();
    etcd.destroyForcibly().waitFor();
  }
}
