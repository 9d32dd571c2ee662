package dev.heddle.kubernetes.cluster;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A pod.
 *
 * @param node where it is scheduled; empty before that
 * @param hostNetwork it uses its node's network and has no port
 * @param finished it has ended and will not run again: its address is free
 * @param annotations those of Heddle only, {@code heddle.dev/...}
 * @param ports what its containers call their ports
 * @param statefulSet the StatefulSet it belongs to
 */
public record Pod(
    String namespace,
    String name,
    String uid,
    Optional<String> node,
    boolean hostNetwork,
    boolean finished,
    Map<String, String> labels,
    Map<String, String> annotations,
    List<NamedPort> ports,
    Optional<String> statefulSet) {

  /** A container's port with a name. */
  public record NamedPort(String name, Protocol protocol, int number) {}

  public Pod {
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
    ports = List.copyOf(ports);
  }

  /** Whether it is to have a port now. */
  public boolean isPlugged() {
    return node.isPresent() && !hostNetwork && !finished;
  }

  public ObjectRef ref() {
    return new ObjectRef(ObjectRef.Kind.POD, namespace, name);
  }
}
