package dev.heddle.kubernetes.mapping;

import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.IPBlock;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether NetworkPolicies allow a connection, from the text of the API (networking.k8s.io/v1) and
 * nothing else: one question at a time, by looking at every policy. It knows neither groups nor
 * rules of Heddle.
 */
final class PolicyText {

  private final List<NetworkPolicy> policies;
  private final Map<String, Namespace> namespaces;

  PolicyText(List<NetworkPolicy> policies, Map<String, Namespace> namespaces) {
    this.policies = policies;
    this.namespaces = namespaces;
  }

  /**
   * One end of a connection.
   *
   * @param pod null for what is no pod
   * @param node where it is, if it is a pod or a node
   */
  record End(Pod pod, String address, String node) {}

  /**
   * @param port 0 for a protocol without ports
   */
  boolean allows(End from, End to, String protocol, int port) {
    return decides(from, to, to, "Egress", protocol, port).orElse(true)
        && decides(to, from, to, "Ingress", protocol, port).orElse(true);
  }

  /**
   * Empty if no policy isolates {@code self} in this direction.
   *
   * @param way Ingress or Egress
   */
  Optional<Boolean> decides(End self, End peer, End target, String way, String protocol, int port) {
    boolean isolated = false;
    for (NetworkPolicy p : policies) {
      if (self.pod != null && isSubject(p, self.pod) && types(p).contains(way)) {
        isolated = true;
        boolean own = peer.pod == null && self.node.equals(peer.node);
        if (own || allowedBy(p, peer, target, way, protocol, port)) {
          return Optional.of(true); // between a node and its own pods nothing stands
        }
      }
    }
    return isolated ? Optional.of(false) : Optional.empty();
  }

  private static boolean isSubject(NetworkPolicy p, Pod pod) {
    return p.getMetadata().getNamespace().equals(pod.getMetadata().getNamespace())
        && matches(p.getSpec().getPodSelector(), pod.getMetadata().getLabels());
  }

  private static List<String> types(NetworkPolicy p) {
    List<String> given = p.getSpec().getPolicyTypes();
    if (given != null && !given.isEmpty()) {
      return given;
    }
    boolean egress = p.getSpec().getEgress() != null && !p.getSpec().getEgress().isEmpty();
    return egress ? List.of("Ingress", "Egress") : List.of("Ingress");
  }

  private boolean allowedBy(
      NetworkPolicy p, End peer, End target, String way, String protocol, int port) {
    if (way.equals("Ingress")) {
      return p.getSpec().getIngress().stream()
          .anyMatch(
              r -> anyPeer(p, r.getFrom(), peer) && anyPort(r.getPorts(), target, protocol, port));
    }
    return p.getSpec().getEgress().stream()
        .anyMatch(
            r -> anyPeer(p, r.getTo(), peer) && anyPort(r.getPorts(), target, protocol, port));
  }

  private boolean anyPeer(NetworkPolicy p, List<NetworkPolicyPeer> peers, End end) {
    return peers == null || peers.isEmpty() || peers.stream().anyMatch(x -> isPeer(p, x, end));
  }

  private boolean isPeer(NetworkPolicy p, NetworkPolicyPeer peer, End end) {
    if (peer.getIpBlock() != null) {
      return within(peer.getIpBlock(), end.address);
    }
    if (end.pod == null) {
      return false;
    }
    String namespace = end.pod.getMetadata().getNamespace();
    boolean there =
        peer.getNamespaceSelector() == null
            ? namespace.equals(p.getMetadata().getNamespace())
            : matches(
                peer.getNamespaceSelector(), namespaces.get(namespace).getMetadata().getLabels());
    return there && matches(peer.getPodSelector(), end.pod.getMetadata().getLabels());
  }

  private static boolean within(IPBlock block, String address) {
    return within(block.getCidr(), address)
        && (block.getExcept() == null
            || block.getExcept().stream().noneMatch(e -> within(e, address)));
  }

  static boolean within(String cidr, String address) {
    String[] parts = cidr.split("/");
    byte[] net = bytes(parts[0]);
    byte[] is = bytes(address);
    int host = 8 * net.length - Integer.parseInt(parts[1]);
    return net.length == is.length
        && new BigInteger(1, net).shiftRight(host).equals(new BigInteger(1, is).shiftRight(host));
  }

  private static byte[] bytes(String literal) {
    try {
      return InetAddress.getByName(literal).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(literal, e);
    }
  }

  private static boolean anyPort(
      List<NetworkPolicyPort> ports, End target, String protocol, int port) {
    return ports == null
        || ports.isEmpty()
        || ports.stream().anyMatch(x -> isPort(x, target, protocol, port));
  }

  private static boolean isPort(NetworkPolicyPort p, End target, String protocol, int port) {
    if (!(p.getProtocol() == null ? "TCP" : p.getProtocol()).equals(protocol)) {
      return false;
    }
    IntOrString number = p.getPort();
    if (number == null) {
      return true;
    }
    if (number.getStrVal() != null) {
      return target.pod != null
          && target.pod.getSpec().getContainers().stream()
              .flatMap(c -> c.getPorts().stream())
              .anyMatch(c -> isNamed(c, number.getStrVal(), protocol, port));
    }
    int last = p.getEndPort() == null ? number.getIntVal() : p.getEndPort();
    return number.getIntVal() <= port && port <= last;
  }

  static boolean isNamed(ContainerPort c, String name, String protocol, int port) {
    return name.equals(c.getName())
        && (c.getProtocol() == null ? "TCP" : c.getProtocol()).equals(protocol)
        && c.getContainerPort() == port;
  }

  private static boolean matches(LabelSelector s, Map<String, String> labels) {
    if (s == null) {
      return true;
    }
    if (s.getMatchLabels() != null) {
      for (var e : s.getMatchLabels().entrySet()) {
        if (!e.getValue().equals(labels.get(e.getKey()))) {
          return false;
        }
      }
    }
    if (s.getMatchExpressions() != null) {
      for (LabelSelectorRequirement r : s.getMatchExpressions()) {
        boolean has = labels.containsKey(r.getKey());
        boolean in = has && r.getValues().contains(labels.get(r.getKey()));
        boolean holds =
            switch (r.getOperator()) {
              case "In" -> in;
              case "NotIn" -> !in;
              case "Exists" -> has;
              case "DoesNotExist" -> !has;
              default -> throw new IllegalArgumentException(r.getOperator());
            };
        if (!holds) {
          return false;
        }
      }
    }
    return true;
  }
}
