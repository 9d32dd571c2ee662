package dev.heddle.kubernetes.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.heddle.kubernetes.cluster.ObjectRef.Kind;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The kinds of administrators' policies in a real API server. Their definitions are those of the Go
 * module sigs.k8s.io/network-policy-api, of the experimental channel.
 */
final class AdminKinds {

  /** The version that has ClusterNetworkPolicy. */
  static final String CLUSTER = "v0.2.0";

  /** The version that has AdminNetworkPolicy and BaselineAdminNetworkPolicy. */
  static final String ADMIN = "v0.1.7";

  private static final String MODULE = "sigs.k8s.io/network-policy-api@";

  private final KubernetesClient client;

  /**
   * @param client of the cluster's administrator
   */
  AdminKinds(KubernetesClient client) {
    this.client = client;
  }

  void come(String version) throws Exception {
    for (CustomResourceDefinition d : definitions(version)) {
      client.resource(d).create();
    }
  }

  /** With all objects of them. */
  void go(String version) throws Exception {
    for (CustomResourceDefinition d : definitions(version)) {
      client.resource(d).delete();
    }
  }

  private static List<CustomResourceDefinition> definitions(String version) throws Exception {
    Process go =
        new ProcessBuilder("go", "mod", "download", "-json", MODULE + version)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .directory(Path.of("target").toFile())
            .start();
    JsonNode said = new JsonMapper().readTree(go.getInputStream());
    assertThat(go.waitFor()).as("go mod download of %s%s", MODULE, version).isZero();
    Path folder = Path.of(said.path("Dir").asText(), "config", "crd", "experimental");
    List<CustomResourceDefinition> all = new ArrayList<>();
    try (var files = Files.newDirectoryStream(folder, "policy.*.yaml")) {
      for (Path file : files) {
        all.add(Serialization.unmarshal(Files.readString(file), CustomResourceDefinition.class));
      }
    }
    assertThat(all).isNotEmpty();
    return all;
  }

  /** A kind may be so new that it is not served yet. */
  boolean isServed(Kind kind) {
    var all = client.getApiResources(kind.apiVersion());
    return all != null
        && all.getResources().stream().anyMatch(r -> r.getKind().equals(kind.word()));
  }

  void create(Kind kind, String name, String spec) {
    client
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

  Resource<GenericKubernetesResource> named(Kind kind, String name) {
    return client.genericKubernetesResources(AdminWatches.context(kind)).withName(name);
  }
}
