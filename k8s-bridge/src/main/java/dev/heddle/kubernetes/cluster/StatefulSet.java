package dev.heddle.kubernetes.cluster;

/**
 * A StatefulSet: its pods are those with an ordinal from {@code first} on, as many as {@code
 * replicas}.
 */
public record StatefulSet(String namespace, String name, int first, int replicas) {

  /** Whether it is to have a pod of this name. */
  public boolean wants(String pod) {
    String prefix = name + "-";
    if (!pod.startsWith(prefix) || !pod.substring(prefix.length()).matches("0|[1-9][0-9]{0,8}")) {
      return false;
    }
    int ordinal = Integer.parseInt(pod.substring(prefix.length()));
    return ordinal >= first && ordinal - first < replicas;
  }
}
