package dev.heddle.laws;

import dev.heddle.simulator.laws.History;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * Random histories for every law. Each begins with a network that works, two tenants with equal
 * addresses over three nodes, of which now and then a part is missing; then ports move, change and
 * go, claim what others have, switches and nodes vanish and return. Everything shrinks towards
 * nothing.
 */
final class Histories {

  static final int NODES = 3;
  static final int SWITCHES = 2;
  static final int PORTS = 7;

  private static final Arbitrary<Integer> PORT = Arbitraries.integers().between(0, PORTS - 1);
  private static final Arbitrary<Integer> NODE = Arbitraries.integers().between(0, NODES - 1);
  private static final Arbitrary<Integer> NETWORK = Arbitraries.integers().between(0, SWITCHES - 1);

  /** Geneve, VXLAN or both. */
  private static final Arbitrary<Integer> SPEAKS =
      Arbitraries.frequency(Tuple.of(3, 1), Tuple.of(2, 2), Tuple.of(1, 3));

  private static final Arbitrary<Boolean> MOSTLY =
      Arbitraries.frequency(Tuple.of(5, true), Tuple.of(1, false));

  private Histories() {}

  /** Anything, also what only a broken world has: two nodes with one tunnel address, and so on. */
  static Arbitrary<History> any() {
    return histories(
        Arbitraries.frequencyOf(
            Tuple.of(9, change()),
            Tuple.of(
                1,
                Arbitraries.oneOf(
                    Combinators.combine(NODE, NODE, SPEAKS).as(Step.PutNode::new).map(List::of),
                    Combinators.combine(PORT, NODE, Arbitraries.integers().between(1, 4))
                        .as(Step.Bind::new)
                        .map(List::of)))));
  }

  /** What a real network can be, so that packets can be sent through it. */
  static Arbitrary<History> possible() {
    return histories(change());
  }

  private static Arbitrary<History> histories(Arbitrary<List<Step>> change) {
    Arbitrary<List<List<Step>>> later =
        change.list().ofMinSize(1).ofMaxSize(3).map(Histories::joined).list().ofMaxSize(10);
    return Combinators.combine(beginning(), later)
        .as((b, l) -> Stream.concat(b.stream(), l.stream()).toList())
        .map(
            all ->
                new History(
                    all.stream()
                        .filter(t -> !t.isEmpty())
                        .map(t -> t.stream().map(Step::change).toList())
                        .toList()));
  }

  private static List<Step> joined(List<List<Step>> parts) {
    return parts.stream().flatMap(List::stream).toList();
  }

  /** A transaction for each object, in a random order; one in fifteen is not there. */
  private static Arbitrary<List<List<Step>>> beginning() {
    return SPEAKS.flatMap(Histories::beginning);
  }

  private static Arbitrary<List<List<Step>>> beginning(int speaks) {
    List<List<Step>> all = new ArrayList<>();
    IntStream.range(0, SWITCHES).forEach(s -> all.add(List.of(new Step.PutSwitch(s, 0))));
    IntStream.range(0, NODES).forEach(n -> all.add(List.of(new Step.PutNode(n, n + 1, speaks))));
    for (int p = 0; p < PORTS; p++) {
      // The last one may say anything; 3 and 4 nodes long, so that pairs are on one node and not.
      all.add(
          List.of(
              new Step.PutPort(p, p % SWITCHES, p / SWITCHES + 1, p != PORTS - 1, true),
              bind(p, p % 4 % NODES)));
    }
    Arbitrary<Integer> there = Arbitraries.integers().between(0, 14);
    return Combinators.combine(there.list().ofSize(all.size()), Arbitraries.shuffle(all))
        .as(
            (present, order) ->
                IntStream.range(0, order.size())
                    .filter(i -> present.get(i) > 0)
                    .mapToObj(order::get)
                    .toList());
  }

  private static Arbitrary<List<Step>> change() {
    return Arbitraries.frequencyOf(
        Tuple.of(4, Combinators.combine(PORT, MOSTLY, MOSTLY).as(Histories::itself)),
        Tuple.of(2, Combinators.combine(PORT, NETWORK, PORT).as(Histories::another)),
        Tuple.of(5, Combinators.combine(PORT, NODE).as(Histories::moved)),
        Tuple.of(1, Combinators.combine(PORT, NODE).as((p, n) -> List.of(bind(p, n)))),
        Tuple.of(1, Combinators.combine(PORT, NODE).as((p, n) -> List.of(new Step.Unbind(p, n)))),
        Tuple.of(1, PORT.map(p -> List.of(Step.Remove.port(p)))),
        Tuple.of(
            5,
            Combinators.combine(NETWORK, NODE).as((s, mtu) -> List.of(new Step.PutSwitch(s, mtu)))),
        Tuple.of(1, NETWORK.map(s -> List.of(Step.Remove.network(s)))),
        Tuple.of(
            5,
            Combinators.combine(NODE, MOSTLY, SPEAKS)
                .as((n, tunnels, e) -> List.of(new Step.PutNode(n, tunnels ? n + 1 : 0, e)))),
        Tuple.of(1, NODE.map(n -> List.of(Step.Remove.node(n)))));
  }

  private static List<Step> itself(int port, boolean secure, boolean enabled) {
    return List.of(new Step.PutPort(port, port % SWITCHES, port / SWITCHES + 1, secure, enabled));
  }

  /** On some switch, with the address that {@code as} has in the beginning. */
  private static List<Step> another(int port, int network, int as) {
    return List.of(new Step.PutPort(port, network, as / SWITCHES + 1, true, true));
  }

  private static List<Step> moved(int port, int to) {
    List<Step> steps = new ArrayList<>();
    IntStream.range(0, NODES)
        .filter(n -> n != to)
        .forEach(n -> steps.add(new Step.Unbind(port, n)));
    steps.add(bind(port, to));
    return steps;
  }

  private static Step bind(int port, int node) {
    return new Step.Bind(port, node, port + 1);
  }
}
