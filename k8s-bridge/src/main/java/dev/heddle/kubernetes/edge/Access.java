package dev.heddle.kubernetes.edge;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * How the API server is reached: by a kubeconfig, or as a pod by its service account. Its
 * certificate is always verified.
 */
final class Access {

  private static final long MOST_BYTES = 1 << 20;
  private static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
  private static final int REQUEST_MILLIS = 10_000;

  private Access() {}

  /**
   * @throws IOException with a sentence if the file cannot be used
   */
  static Config kubeconfig(Path file) throws IOException {
    if (Files.size(file) > MOST_BYTES) {
      throw new IOException(file + " is larger than a kubeconfig can be");
    }
    Config config;
    try {
      config = Config.fromKubeconfig(file.toFile());
    } catch (RuntimeException e) {
      throw new IOException(file + " is no kubeconfig: " + e.getMessage(), e);
    }
    if (config.isTrustCerts() || config.isDisableHostnameVerification()) {
      throw new IOException(
          file + " says insecure-skip-tls-verify; the API server's certificate must be verified");
    }
    if (!config.getMasterUrl().startsWith("https:")) {
      throw new IOException(file + " names a server that does not speak TLS");
    }
    return bounded(config);
  }

  /**
   * @throws IOException with a sentence if this is no pod
   */
  static Config inCluster(Map<String, String> environment) throws IOException {
    String host = environment.get("KUBERNETES_SERVICE_HOST");
    String port = environment.get("KUBERNETES_SERVICE_PORT");
    Path token = ACCOUNT.resolve("token");
    if (host == null || port == null || !Files.isReadable(token)) {
      throw new IOException("no kubeconfig is configured, and this is no pod of a cluster");
    }
    return bounded(
        new ConfigBuilder(Config.empty())
            .withMasterUrl(
                "https://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port)
            .withCaCertFile(ACCOUNT.resolve("ca.crt").toString())
            .withOauthTokenProvider(() -> read(token)) // it is replaced every hour
            .build());
  }

  private static String read(Path token) {
    try {
      return Files.readString(token, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "";
    }
  }

  private static Config bounded(Config config) {
    config.setConnectionTimeout(REQUEST_MILLIS);
    config.setRequestTimeout(REQUEST_MILLIS);
    config.setRequestRetryBackoffLimit(0); // who asks tries again himself
    return config;
  }
}
