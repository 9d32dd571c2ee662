package dev.heddle.kubernetes.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.kubernetes.cluster.AdminPolicy;
import dev.heddle.kubernetes.cluster.Cluster;
import dev.heddle.kubernetes.cluster.Node;
import dev.heddle.kubernetes.cluster.ObjectRef.Kind;
import dev.heddle.kubernetes.mapping.Playground.At;
import dev.heddle.kubernetes.mapping.PolicyText.End;
import dev.heddle.kubernetes.mapping.TierText.Machine;
import dev.heddle.kubernetes.reading.AdminPolicies;
import dev.heddle.kubernetes.reading.Policies;
import dev.heddle.kubernetes.reading.Reading;
import dev.heddle.model.IpAddress;
import dev.heddle.simulator.Plan;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
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
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * What the flows let pass is what the texts of NetworkPolicy and of the policies of administrators
 * say together: pods to pods, nodes to pods, pods to nodes and to outside.
 */
@AddLifecycleHook(MoreTries.class)
class TiersAgainstTheirTextTest {

  private static final Map<String, List<String>> NODES =
      new TreeMap<>(
          Map.of("n1", List.of("172.18.0.1", "fd01::1"), "n2", List.of("172.18.0.2", "fd01::2")));
  private static final Map<String, Map<String, String>> LABELS =
      Map.of("n1", Map.of("app", "a"), "n2", Map.of("app", "b", "tier", "a"));
  private static final List<String> OUTSIDE = List.of("198.51.100.7", "2001:db8::7");
  private static final List<String> ASKED =
      List.of("TCP 80", "TCP 81", "UDP 80", "UDP 81", "SCTP 80", "ICMP 0");

  private static long passed;
  private static long stopped;
  private static long free;
  private static long sets;

  /** What there is beside nodes. */
  record State(
      List<Pod> pods,
      List<Namespace> namespaces,
      List<NetworkPolicy> policies,
      List<JsonNode> admin) {

    @Override
    public String toString() {
      return Serialization.asYaml(namespaces)
          + Serialization.asYaml(pods)
          + Serialization.asYaml(policies)
          + admin.stream().map(JsonNode::toString).collect(Collectors.joining("\n"));
    }

    Cluster cluster(UnaryOperator<AdminPolicy> reading) {
      return new Cluster(
          NODES.entrySet().stream()
              .map(
                  n ->
                      new Node(
                          n.getKey(),
                          n.getValue().stream().map(IpAddress::parse).toList(),
                          LABELS.get(n.getKey())))
              .toList(),
          namespaces.stream().map(Reading::namespace).toList(),
          pods.stream().map(Reading::pod).toList(),
          policies.stream().map(Policies::policy).toList(),
          List.of(),
          admin.stream().map(State::read).map(reading).toList());
    }

    private static AdminPolicy read(JsonNode policy) {
      Kind kind =
          Arrays.stream(Kind.values())
              .filter(k -> k.word().equals(policy.path("kind").asText()))
              .findFirst()
              .orElseThrow();
      return AdminPolicies.policy(
          kind, Serialization.unmarshal(policy.toString(), GenericKubernetesResource.class));
    }
  }

  @Provide
  Arbitrary<State> states() {
    Arbitrary<List<Pod>> pods = Clusters.labels().list().ofSize(7).map(l -> pods(l));
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
    return Combinators.combine(
            pods, namespaces, some(0, 3, Clusters::policy), some(1, 5, AdminClusters::policy))
        .as(State::new);
  }

  private static <T> Arbitrary<List<T>> some(
      int least, int most, Function<String, Arbitrary<T>> each) {
    return Arbitraries.integers()
        .between(least, most)
        .flatMap(
            n -> {
              List<Arbitrary<T>> all = new ArrayList<>();
              for (int i = 0; i < n; i++) {
                all.add(each.apply("p" + i));
              }
              return all.isEmpty()
                  ? Arbitraries.just(List.of())
                  : Combinators.combine(all).as(l -> l);
            });
  }

  /** The last one is in its node's network: no policy means it. */
  private static List<Pod> pods(List<Map<String, String>> labels) {
    List<Pod> pods = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      Pod p =
          Clusters.pod(
              Clusters.NAMESPACES.get(i % 3), "pod-" + i, "n" + (1 + i / 3 % 2), labels.get(i), i);
      p.getSpec().setHostNetwork(i == labels.size() - 1);
      pods.add(p);
    }
    return pods;
  }

  @Property(tries = 50, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED)
  void whatPassesIsWhatTheTextsAllow(@ForAll("states") State first, @ForAll("states") State then) {
    try (Playground playground = new Playground()) {
      playground.put(first.cluster(p -> p));
      assertThat(differences(playground, first)).isEmpty();
      playground.put(then.cluster(p -> p));
      assertThat(differences(playground, then)).isEmpty();
    }
  }

  @Example
  void aPolicyThatIsMisreadIsNoticed() {
    Map<String, UnaryOperator<AdminPolicy>> unnoticed = AdminMisreadings.all();
    List<State> sample =
        states().generator(1000).stream(new Random(7)).limit(60).map(s -> s.value()).toList();
    for (State state : sample) {
      unnoticed.values().removeIf(f -> isNoticed(f, state));
    }
    assertThat(unnoticed).isEmpty();
  }

  private static boolean isNoticed(UnaryOperator<AdminPolicy> fault, State state) {
    try (Playground playground = new Playground()) {
      playground.put(state.cluster(fault));
      return !differences(playground, state).isEmpty();
    }
  }

  private static List<String> differences(Playground playground, State state) {
    sets++;
    Map<String, Namespace> namespaces =
        state.namespaces.stream()
            .collect(Collectors.toMap(n -> n.getMetadata().getName(), Function.identity()));
    Map<String, Machine> machines = new TreeMap<>();
    NODES.forEach((n, a) -> machines.put(n, new Machine(LABELS.get(n), Set.copyOf(a))));
    TierText text =
        new TierText(state.admin, new PolicyText(state.policies, namespaces), namespaces, machines);
    Asked asked = new Asked(playground, playground.plan(), text, new ArrayList<>());
    List<Pod> plugged =
        state.pods.stream()
            .filter(p -> !Boolean.TRUE.equals(p.getSpec().getHostNetwork()))
            .toList();
    for (Pod pod : plugged) {
      At its = playground.at(name(pod));
      String node = pod.getSpec().getNodeName();
      At host = playground.at(Ports.host(node));
      NODES.forEach(
          (n, addresses) -> {
            At at = playground.at(Ports.host(n));
            asked.ask(null, n, at, pod, node, its);
            asked.ask(pod, node, its, null, n, elsewhere(host, addresses));
          });
      asked.ask(pod, node, its, null, "outside", elsewhere(host, OUTSIDE));
      for (Pod to : plugged) {
        if (!pod.equals(to)) {
          asked.ask(pod, node, its, to, to.getSpec().getNodeName(), playground.at(name(to)));
        }
      }
    }
    return asked.differences;
  }

  /** What a pod sends to other addresses goes to the port of its node. */
  private static At elsewhere(At host, List<String> addresses) {
    return new At(
        host.port(),
        host.mac(),
        addresses.stream()
            .map(IpAddress::parse)
            .collect(Collectors.toMap(IpAddress::isV6, Function.identity())));
  }

  private record Asked(Playground playground, Plan plan, TierText text, List<String> differences) {

    void ask(Pod from, String node, At source, Pod to, String there, At target) {
      for (boolean v6 : new boolean[] {false, true}) {
        End begin = new End(from, source.addresses().get(v6).toString(), node);
        End end = new End(to, target.addresses().get(v6).toString(), there);
        for (String service : ASKED) {
          String protocol = service.split(" ")[0];
          int port = Integer.parseInt(service.split(" ")[1]);
          Set<Boolean> admitted = text.allows(begin, end, protocol, port);
          if (from == null && !node.equals(there) && !admitted.contains(true)) {
            // A block that holds the node's own address is for its port, too.
            End own = new End(null, NODES.get(node).get(v6 ? 1 : 0), node);
            admitted = text.allows(own, end, protocol, port);
          }
          boolean arrives = playground.arrives(plan, source, target, v6, protocol, port);
          count(admitted, arrives);
          if (!admitted.contains(arrives)) {
            differences.add(
                begin.address()
                    + " -> "
                    + end.address()
                    + " "
                    + service
                    + (arrives ? " is forbidden and passes" : " is allowed and stopped"));
          }
        }
      }
    }

    private static void count(Set<Boolean> admitted, boolean arrives) {
      if (admitted.size() > 1) {
        free++;
      } else if (arrives) {
        passed++;
      } else {
        stopped++;
      }
    }
  }

  private static String name(Pod pod) {
    return pod.getMetadata().getNamespace() + "." + pod.getMetadata().getName();
  }

  @AfterContainer
  static void bothHappened() {
    System.out.println(
        "tiers: "
            + sets
            + " sets, "
            + passed
            + " passed, "
            + stopped
            + " stopped, "
            + free
            + " either");
    assertThat(Math.min(passed, stopped) * 10).isGreaterThan(passed + stopped);
    assertThat(free * 10).isLessThan(passed + stopped);
  }
}
