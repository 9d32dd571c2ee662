package dev.heddle.kubernetes.reading;

import static dev.heddle.kubernetes.reading.Reading.list;

import dev.heddle.kubernetes.cluster.Policy;
import dev.heddle.kubernetes.cluster.Policy.Peer;
import dev.heddle.kubernetes.cluster.Policy.Rule;
import dev.heddle.kubernetes.cluster.Policy.Service;
import dev.heddle.kubernetes.cluster.Protocol;
import dev.heddle.model.Bits;
import dev.heddle.model.IpAddress;
import dev.heddle.model.IpPrefix;
import dev.heddle.model.Selector;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.networking.v1.IPBlock;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * NetworkPolicies of networking.k8s.io/v1. What makes no sense, or is more than can be compiled, is
 * a fault of the policy; it is the policy then that allows nothing, not the rule.
 */
public final class Policies {

  private static final int MOST_PEERS = 20_000;
  private static final int MOST_SELECTORS = 1_000;
  private static final int MOST_PORTS = 2_000;
  private static final int HIGHEST_PORT = 65_535;

  private final List<String> faults = new ArrayList<>();
  private int selectors;
  private int peers;
  private int ports;

  private Policies() {}

  /** Never fails: a policy that cannot be read isolates whatever it may be about. */
  public static Policy policy(NetworkPolicy p) {
    return new Policies().read(p);
  }

  private Policy read(NetworkPolicy p) {
    NetworkPolicySpec spec = p.getSpec() == null ? new NetworkPolicySpec() : p.getSpec();
    Optional<Selector> subjects = Optional.empty();
    List<String> types = list(spec.getPolicyTypes());
    boolean ingress = types.isEmpty() || types.contains("Ingress");
    boolean egress = types.isEmpty() ? !list(spec.getEgress()).isEmpty() : types.contains("Egress");
    List<Rule> to = new ArrayList<>();
    List<Rule> from = new ArrayList<>();
    try {
      subjects = Optional.of(selector(spec.getPodSelector()));
      for (String type : types) {
        expect(
            type.equals("Ingress") || type.equals("Egress"), "'" + type + "' is no policy type.");
      }
      if (ingress) {
        for (var r : list(spec.getIngress())) {
          to.add(r == null ? rule(List.of(), List.of()) : rule(r.getFrom(), r.getPorts()));
        }
      }
      if (egress) {
        for (var r : list(spec.getEgress())) {
          from.add(r == null ? rule(List.of(), List.of()) : rule(r.getTo(), r.getPorts()));
        }
      }
    } catch (IllegalArgumentException e) {
      faults.add(e.getMessage());
      if (!types.stream().allMatch(t -> t.equals("Ingress") || t.equals("Egress"))) {
        ingress = true;
        egress = true;
      }
    }
    return new Policy(
        p.getMetadata().getNamespace(),
        p.getMetadata().getName(),
        subjects,
        ingress,
        egress,
        to,
        from,
        faults);
  }

  private Rule rule(List<NetworkPolicyPeer> from, List<NetworkPolicyPort> allowed) {
    List<Peer> whom = new ArrayList<>();
    List<Service> what = new ArrayList<>();
    for (NetworkPolicyPeer p : list(from)) {
      expect(++peers <= MOST_PEERS, "It has more than " + MOST_PEERS + " peers.");
      whom.add(peer(p));
    }
    for (NetworkPolicyPort p : list(allowed)) {
      expect(++ports <= MOST_PORTS, "It has more than " + MOST_PORTS + " ports.");
      what.add(service(p));
    }
    return new Rule(whom, what);
  }

  private Peer peer(NetworkPolicyPeer p) {
    expect(p != null, "A peer is empty.");
    boolean labelled = p.getPodSelector() != null || p.getNamespaceSelector() != null;
    expect(
        labelled != (p.getIpBlock() != null),
        "A peer has either an ipBlock or selectors, and something of it.");
    if (!labelled) {
      return block(p.getIpBlock());
    }
    expect(++selectors <= MOST_SELECTORS, "It has more than " + MOST_SELECTORS + " selectors.");
    return new Peer.Pods(
        Optional.ofNullable(p.getNamespaceSelector()).map(Policies::selector),
        selector(p.getPodSelector()));
  }

  private static Peer.Block block(IPBlock b) {
    IpPrefix cidr = prefix(b.getCidr());
    List<IpPrefix> except = list(b.getExcept()).stream().map(Policies::prefix).toList();
    for (IpPrefix e : except) {
      expect(cidr.contains(e), e + " is excepted from " + cidr + " and not within it.");
    }
    return new Peer.Block(cidr, except);
  }

  /** Bits below the prefix length count for nothing. */
  static IpPrefix prefix(String text) {
    int slash = text == null ? -1 : text.indexOf('/');
    expect(slash > 0 && text.substring(slash + 1).matches("\\d{1,3}"), "A cidr is ADDRESS/LENGTH.");
    IpAddress a = IpAddress.parse(text.substring(0, slash));
    int length = Integer.parseInt(text.substring(slash + 1));
    expect(length <= a.width(), "The cidr " + text + " has too long a prefix.");
    Bits network = a.bits().and(Bits.prefix(length, a.width()));
    return new IpPrefix(new IpAddress(a.isV6(), network), length);
  }

  private static Service service(NetworkPolicyPort p) {
    expect(p != null, "A port is empty.");
    Protocol protocol =
        Reading.protocol(p.getProtocol())
            .orElseThrow(() -> new IllegalArgumentException("A protocol is not known."));
    IntOrString port = p.getPort();
    Integer end = p.getEndPort();
    if (port == null) {
      expect(end == null, "An endPort is without a port.");
      return new Service.Numbers(protocol, 0, HIGHEST_PORT);
    }
    if (port.getStrVal() != null) {
      expect(end == null, "An endPort is beside a port's name.");
      return new Service.Named(protocol, port.getStrVal());
    }
    int first = port.getIntVal() == null ? 0 : port.getIntVal();
    int last = end == null ? first : end;
    expect(
        first >= 1 && first <= last && last <= HIGHEST_PORT,
        first + " to " + last + " are not ports.");
    return new Service.Numbers(protocol, first, last);
  }

  /** Absent: it chooses all. */
  static Selector selector(LabelSelector s) {
    if (s == null) {
      return new Selector(null, null);
    }
    List<Selector.Requirement> all = new ArrayList<>();
    for (LabelSelectorRequirement r : list(s.getMatchExpressions())) {
      all.add(new Selector.Requirement(r.getKey(), operator(r.getOperator()), r.getValues()));
    }
    return new Selector(s.getMatchLabels(), all);
  }

  private static Selector.Operator operator(String word) {
    return switch (word == null ? "" : word) {
      case "In" -> Selector.Operator.IN;
      case "NotIn" -> Selector.Operator.NOT_IN;
      case "Exists" -> Selector.Operator.EXISTS;
      case "DoesNotExist" -> Selector.Operator.DOES_NOT_EXIST;
      default -> throw new IllegalArgumentException("A selector's operator is not known.");
    };
  }

  private static void expect(boolean holds, String sentence) {
    if (!holds) {
      throw new IllegalArgumentException(sentence);
    }
  }
}
