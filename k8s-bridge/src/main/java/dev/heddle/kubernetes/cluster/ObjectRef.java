package dev.heddle.kubernetes.cluster;

/**
 * An object of the cluster that something can be said about.
 *
 * @param namespace empty for what is in none
 */
public record ObjectRef(Kind kind, String namespace, String name) implements Comparable<ObjectRef> {

  /** Kinds that Events are written on. */
  public enum Kind {
    POD("Pod", "v1"),
    POLICY("NetworkPolicy", "networking.k8s.io/v1"),
    NODE("Node", "v1"),
    CLUSTER_POLICY("ClusterNetworkPolicy", "policy.networking.k8s.io/v1alpha2"),
    ADMIN_POLICY("AdminNetworkPolicy", "policy.networking.k8s.io/v1alpha1"),
    BASELINE_POLICY("BaselineAdminNetworkPolicy", "policy.networking.k8s.io/v1alpha1"),
    ROLE("ClusterRole", "rbac.authorization.k8s.io/v1");

    private final String word;
    private final String apiVersion;

    Kind(String word, String apiVersion) {
      this.word = word;
      this.apiVersion = apiVersion;
    }

    public String word() {
      return word;
    }

    public String apiVersion() {
      return apiVersion;
    }

    /** Whether its objects are policies. */
    public boolean isPolicy() {
      return this == POLICY || isAdminPolicy();
    }

    /** Whether they are policies of administrators. */
    public boolean isAdminPolicy() {
      return this == CLUSTER_POLICY || this == ADMIN_POLICY || this == BASELINE_POLICY;
    }
  }

  @Override
  public int compareTo(ObjectRef o) {
    int c = kind.compareTo(o.kind);
    c = c != 0 ? c : namespace.compareTo(o.namespace);
    return c != 0 ? c : name.compareTo(o.name);
  }

  @Override
  public String toString() {
    return kind.word + " " + (namespace.isEmpty() ? name : namespace + "/" + name);
  }
}
