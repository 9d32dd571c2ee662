package dev.heddle.kubernetes.mapping;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeerBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPortBuilder;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Generated clusters: small enough that each selector, address and port meets others. */
final class Clusters {

  static final List<String> NAMESPACES = List.of("x", "y", "z");
  private static final List<String> VALUES = List.of("a", "b");

  private Clusters() {}

  static Namespace namespace(String name, Map<String, String> labels) {
    return new NamespaceBuilder()
        .withNewMetadata()
        .withName(name)
        .withLabels(labels)
        .endMetadata()
        .build();
  }

  /**
   * "http" is another port in each second pod, "dns" is in each third. Addresses are such that
   * blocks hold some of them.
   */
  static Pod pod(String namespace, String name, String node, Map<String, String> labels, int kind) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name)
        .withUid(namespace + "-" + name)
        .withAnnotations(
            Map.of("heddle.dev/addresses", "10.244.0." + (kind + 2) + ",fd00::" + (kind + 2)))
        .withLabels(labels)
        .endMetadata()
        .withNewSpec()
        .withNodeName(node)
        .addNewContainer()
        .withName("c")
        .addNewPort()
        .withName("http")
        .withContainerPort(kind % 2 == 0 ? 80 : 81)
        .endPort()
        .addNewPort()
        .withName(kind % 3 == 0 ? "dns" : "other")
        .withProtocol("UDP")
        .withContainerPort(80)
        .endPort()
        .endContainer()
        .endSpec()
        .withNewStatus()
        .withPhase("Running")
        .endStatus()
        .build();
  }

  static Arbitrary<Map<String, String>> labels() {
    return Arbitraries.maps(Arbitraries.of("app", "tier"), Arbitraries.of(VALUES)).ofMaxSize(2);
  }

  static Arbitrary<LabelSelector> selector() {
    Arbitrary<LabelSelectorRequirement> requirement =
        Combinators.combine(
                Arbitraries.of("app", "tier"),
                Arbitraries.of("In", "NotIn", "Exists", "DoesNotExist"),
                Arbitraries.of(List.of("a"), List.of("b"), List.of("a", "b")))
            .as(
                (key, operator, values) ->
                    new LabelSelectorRequirement(
                        key, operator, operator.endsWith("In") ? values : List.of()));
    return Combinators.combine(labels(), requirement.list().ofMaxSize(1))
        .as(
            (labels, expressions) ->
                new LabelSelectorBuilder()
                    .withMatchLabels(labels)
                    .withMatchExpressions(expressions)
                    .build());
  }

  static Arbitrary<NetworkPolicyPeer> peer() {
    Arbitrary<NetworkPolicyPeer> pods =
        selector().map(s -> new NetworkPolicyPeerBuilder().withPodSelector(s).build());
    Arbitrary<NetworkPolicyPeer> namespaces =
        selector().map(s -> new NetworkPolicyPeerBuilder().withNamespaceSelector(s).build());
    Arbitrary<NetworkPolicyPeer> both =
        Combinators.combine(selector(), selector())
            .as(
                (n, p) ->
                    new NetworkPolicyPeerBuilder()
                        .withNamespaceSelector(n)
                        .withPodSelector(p)
                        .build());
    Arbitrary<NetworkPolicyPeer> block =
        Combinators.combine(
                Arbitraries.of(
                    "10.244.0.0/28/10.244.0.4/30",
                    "10.244.0.8/29/10.244.0.8/32",
                    "10.244.0.5/32/",
                    "0.0.0.0/0/10.244.0.0/30",
                    "10.244.0.0/24/0.0.0.0/32",
                    "fd00::/124/fd00::4/126",
                    "::/0/fd00::8/125",
                    "172.18.0.0/16/"),
                Arbitraries.of(true, false))
            .as(Clusters::block);
    return Arbitraries.frequencyOf(
        net.jqwik.api.Tuple.of(2, pods),
        net.jqwik.api.Tuple.of(2, namespaces),
        net.jqwik.api.Tuple.of(2, both),
        net.jqwik.api.Tuple.of(2, block));
  }

  private static NetworkPolicyPeer block(String text, boolean except) {
    String[] parts = text.split("/");
    String cidr = parts[0] + "/" + parts[1];
    boolean has = except && parts.length == 4 && !parts[2].equals("0.0.0.0");
    return new NetworkPolicyPeerBuilder()
        .withNewIpBlock()
        .withCidr(cidr)
        .withExcept(has ? List.of(parts[2] + "/" + parts[3]) : List.of())
        .endIpBlock()
        .build();
  }

  static Arbitrary<NetworkPolicyPort> port() {
    return Arbitraries.of(
            "TCP 80",
            "TCP 81",
            "UDP 80",
            "TCP http",
            "UDP dns",
            "TCP dns",
            "TCP 1-80",
            "UDP 79-90",
            "TCP",
            "UDP",
            " 80",
            "SCTP 80",
            "SCTP")
        .map(Clusters::port);
  }

  static NetworkPolicyPort port(String text) {
    String protocol = text.split(" ")[0];
    NetworkPolicyPortBuilder p =
        new NetworkPolicyPortBuilder().withProtocol(protocol.isEmpty() ? null : protocol);
    if (text.indexOf(' ') < 0) {
      return p.build();
    }
    String port = text.split(" ")[1];
    int dash = port.indexOf('-');
    if (dash > 0) {
      p.withEndPort(Integer.parseInt(port.substring(dash + 1)));
      port = port.substring(0, dash);
    }
    return p.withPort(
            Character.isDigit(port.charAt(0))
                ? new IntOrString(Integer.parseInt(port))
                : new IntOrString(port))
        .build();
  }

  /** Who and what of one rule. */
  record Allowed(List<NetworkPolicyPeer> peers, List<NetworkPolicyPort> ports) {}

  private static Arbitrary<Allowed> allowed() {
    return Combinators.combine(peer().list().ofMaxSize(3), port().list().ofMaxSize(2))
        .as(Allowed::new);
  }

  static Arbitrary<NetworkPolicy> policy(String name) {
    return Combinators.combine(
            Arbitraries.of(NAMESPACES),
            selector(),
            Arbitraries.of(
                List.<String>of(),
                List.of("Ingress"),
                List.of("Egress"),
                List.of("Ingress", "Egress")),
            allowed().list().ofMaxSize(2),
            allowed().list().ofMaxSize(2))
        .as((namespace, s, types, in, out) -> policy(namespace, name, s, types, in, out));
  }

  private static NetworkPolicy policy(
      String namespace,
      String name,
      LabelSelector subjects,
      List<String> types,
      List<Allowed> in,
      List<Allowed> out) {
    var spec =
        new NetworkPolicyBuilder()
            .withNewMetadata()
            .withNamespace(namespace)
            .withName(name)
            .endMetadata()
            .withNewSpec()
            .withPodSelector(subjects)
            .withPolicyTypes(types);
    for (Allowed a : in) {
      spec.addNewIngress().withFrom(a.peers).withPorts(a.ports).endIngress();
    }
    for (Allowed a : out) {
      spec.addNewEgress().withTo(a.peers).withPorts(a.ports).endEgress();
    }
    return spec.endSpec().build();
  }
}
