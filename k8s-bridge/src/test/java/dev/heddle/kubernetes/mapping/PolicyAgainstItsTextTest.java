package dev.heddle.kubernetes.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.kubernetes.cluster.Cluster;
import dev.heddle.kubernetes.cluster.Node;
import dev.heddle.kubernetes.cluster.Policy;
import dev.heddle.kubernetes.mapping.PolicyText.End;
import dev.heddle.kubernetes.reading.Policies;
import dev.heddle.kubernetes.reading.Reading;
import dev.heddle.model.IpAddress;
import dev.heddle.simulator.Plan;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * What the flows let pass is what the text of the NetworkPolicy API says, for each pair of pods,
 * nodes too, over protocols, ports and families.
 */
class PolicyAgainstItsTextTest {

  private static final List<String> NODES = List.of("n1", "n2");
  private static final List<String> ASKED =
      List.of("TCP 80", "TCP 81", "UDP 80", "UDP 81", "SCTP 80", "ICMP 0");

  private static long passed;
  private static long stopped;

  /** What changes while nodes and names stay. */
  record State(List<Pod> pods, List<Namespace> namespaces, List<NetworkPolicy> policies) {

    @Override
    public String toString() {
      return io.fabric8.kubernetes.client.utils.Serialization.asYaml(namespaces)
          + io.fabric8.kubernetes.client.utils.Serialization.asYaml(pods)
          + io.fabric8.kubernetes.client.utils.Serialization.asYaml(policies);
    }

    Cluster cluster() {
      return new Cluster(
          List.of(
              new Node("n1", List.of(IpAddress.parse("172.18.0.1")), Map.of()),
              new Node("n2", List.of(IpAddress.parse("172.18.0.2")), Map.of())),
          namespaces.stream().map(Reading::namespace).toList(),
          pods.stream().map(Reading::pod).toList(),
          policies.stream().map(Policies::policy).toList(),
          List.of(),
          List.of());
    }
  }

  @Provide
  Arbitrary<State> states() {
    Arbitrary<List<Pod>> pods = Clusters.labels().list().ofSize(8).map(labels -> pods(labels));
    Arbitrary<List<Namespace>> namespaces =
        Clusters.labels()
            .list()
            .ofSize(3)
            .map(
                labels -> {
                  List<Namespace> all = new ArrayList<>();
                  for (int i = 0; i < 3; i++) {
                    all.add(Clusters.namespace(Clusters.NAMESPACES.get(i), labels.get(i)));
                  }
                  return all;
                });
    Arbitrary<List<NetworkPolicy>> policies =
        Arbitraries.integers()
            .between(0, 6)
            .flatMap(
                n -> {
                  List<Arbitrary<NetworkPolicy>> each = new ArrayList<>();
                  for (int i = 0; i < n; i++) {
                    each.add(Clusters.policy("p" + i));
                  }
                  return Combinators.combine(each).as(l -> l);
                });
    return Combinators.combine(pods, namespaces, policies).as(State::new);
  }

  private static List<Pod> pods(List<Map<String, String>> labels) {
    List<Pod> pods = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      String namespace = Clusters.NAMESPACES.get(i % 3);
      pods.add(Clusters.pod(namespace, "pod-" + i, NODES.get(i / 3 % 2), labels.get(i), i));
    }
    return pods;
  }

  @Property(
      seed = "-4426056320667908020",
      tries = 40,
      edgeCases = EdgeCasesMode.NONE,
      shrinking = ShrinkingMode.OFF)
  void whatPassesIsWhatTheTextAllows(@ForAll("states") State first, @ForAll("states") State then) {
    try (Playground playground = new Playground()) {
      playground.put(first.cluster());
      assertThat(differences(playground, first)).isEmpty();
      playground.put(then.cluster());
      assertThat(differences(playground, then)).isEmpty();
    }
  }

  @Example
  void aPolicyThatIsMisreadIsNoticed() {
    Map<String, UnaryOperator<Policy>> unnoticed = Misreadings.all();
    List<State> sample =
        states().generator(1000).stream(new Random(7)).limit(40).map(s -> s.value()).toList();
    for (State state : sample) {
      unnoticed.values().removeIf(f -> isNoticed(f, state));
    }
    assertThat(unnoticed).isEmpty();
  }

  private static boolean isNoticed(UnaryOperator<Policy> fault, State state) {
    Cluster c = state.cluster();
    try (Playground playground = new Playground()) {
      playground.put(
          new Cluster(
              c.nodes(),
              c.namespaces(),
              c.pods(),
              c.policies().stream().map(fault).toList(),
              c.statefulSets(),
              c.adminPolicies()));
      return !differences(playground, state).isEmpty();
    }
  }

  private static List<String> differences(Playground playground, State state) {
    PolicyText text =
        new PolicyText(
            state.policies,
            state.namespaces.stream()
                .collect(Collectors.toMap(n -> n.getMetadata().getName(), Function.identity())));
    Plan plan = playground.plan();
    List<String> differences = new ArrayList<>();
    for (String host : NODES) {
      for (Pod pod : state.pods) {
        ask(playground, plan, text, null, host, pod, differences);
      }
    }
    for (Pod from : state.pods) {
      for (Pod to : state.pods) {
        if (!from.equals(to)) {
          ask(playground, plan, text, from, from.getSpec().getNodeName(), to, differences);
        }
      }
    }
    return differences;
  }

  private static void ask(
      Playground playground,
      Plan plan,
      PolicyText text,
      Pod from,
      String node,
      Pod to,
      List<String> differences) {
    Playground.At source = playground.at(from == null ? Ports.host(node) : name(from));
    Playground.At target = playground.at(name(to));
    for (boolean v6 : new boolean[] {false, true}) {
      End begin = new End(from, source.addresses().get(v6).toString(), node);
      End end = new End(to, target.addresses().get(v6).toString(), to.getSpec().getNodeName());
      for (String service : ASKED) {
        String protocol = service.split(" ")[0];
        int port = Integer.parseInt(service.split(" ")[1]);
        boolean allowed = text.allows(begin, end, protocol, port);
        boolean meansNode = from == null && !v6 && !node.equals(to.getSpec().getNodeName());
        if (meansNode && !allowed && text.allows(asNode(begin), end, protocol, port)) {
          allowed = true; // a block that holds the node's own address is for its port, too
        }
        boolean arrives = playground.arrives(plan, source, target, v6, protocol, port);
        if (arrives) {
          passed++;
        } else {
          stopped++;
        }
        if (allowed != arrives) {
          differences.add(
              begin.address()
                  + " -> "
                  + end.address()
                  + " "
                  + service
                  + (allowed ? " is allowed and stopped" : " is forbidden and passes"));
        }
      }
    }
  }

  private static End asNode(End end) {
    return new End(null, end.node().equals("n1") ? "172.18.0.1" : "172.18.0.2", end.node());
  }

  private static String name(Pod pod) {
    return pod.getMetadata().getNamespace() + "." + pod.getMetadata().getName();
  }

  @AfterContainer
  static void bothHappened() {
    System.out.println("NetworkPolicy: " + passed + " passed, " + stopped + " stopped");
    assertThat(Math.min(passed, stopped) * 10).isGreaterThan(passed + stopped);
  }
}
