package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Id;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.store.MemoryStore;
import dev.heddle.store.Store;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;

/** What must hold after any history whatever. A failing history is shrunk and printed. */
class EngineLawsTest {

  private static final int NODES = 3;

  @Property(tries = 300)
  void incrementalIsEqualToFull(@ForAll("histories") List<List<Step>> history) {
    Map<String, Set<Flow>> flows = requireIncrementalIsFull(history, store -> List.of());
    Statistics.collect(
        flows.values().stream().anyMatch(f -> f.size() > 25) ? "many flows" : "few flows");
  }

  /** The flows after a history, the same as of a controller that starts with its outcome. */
  static Map<String, Set<Flow>> requireIncrementalIsFull(
      List<List<Step>> history, Function<MemoryStore, List<Feature>> more) {
    MemoryStore store = new MemoryStore();
    try (Controller incremental = with(store, more)) {
      history.forEach(t -> apply(incremental, t));
      Map<String, Set<Flow>> flows = flows(incremental);
      try (Controller full = with(copy(store), more)) {
        assertThat(flows(full)).isEqualTo(flows);
      }
      assertThat(incremental.inspection().failures()).isEmpty();
      return flows;
    }
  }

  @Property(tries = 150)
  void whatIsToldOfARevisionIsAllThatChanged(@ForAll("histories") List<List<Step>> history) {
    try (Controller controller = with(new MemoryStore())) {
      Map<String, Map<FlowKey, Flow>> followed = new TreeMap<>();
      controller.listen(revision -> follow(controller, revision, followed));
      history.forEach(t -> apply(controller, t));
      Map<String, Set<Flow>> byListening = new TreeMap<>();
      for (String node : nodes()) {
        byListening.put(node, new HashSet<>(followed.getOrDefault(node, Map.of()).values()));
      }
      // What is everywhere from before a node existed arrives with the node itself.
      assertThat(byListening).isEqualTo(flows(controller));
    }
  }

  @Property(tries = 100)
  void leavingChangesNoFlowAndReturningCatchesUp(
      @ForAll("histories") List<List<Step>> before,
      @ForAll("histories") List<List<Step>> meanwhile) {
    MemoryStore store = new MemoryStore();
    try (Controller controller = new Controller(store)) {
      L2Switching l2 = new L2Switching();
      controller.add(new Placement());
      controller.add(l2);
      before.forEach(t -> apply(controller, t));
      Map<String, Set<Flow>> then = flows(controller);
      controller.remove(l2);
      assertThat(flows(controller)).isEqualTo(then);
      meanwhile.forEach(t -> apply(controller, t));
      controller.add(new L2Switching());
      try (Controller full = with(copy(store))) {
        assertThat(flows(controller)).isEqualTo(flows(full));
      }
    }
  }

  private static void follow(
      Controller controller,
      DesiredFlows.Revision revision,
      Map<String, Map<FlowKey, Flow>> followed) {
    revision
        .changed()
        .forEach(
            (node, keys) -> {
              Map<FlowKey, Flow> mine = followed.computeIfAbsent(node.name(), n -> new HashMap<>());
              for (FlowKey key : keys) {
                controller
                    .read(s -> s.flow(node, key))
                    .ifPresentOrElse(f -> mine.put(key, f), () -> mine.remove(key));
              }
            });
  }

  private static Controller with(MemoryStore store) {
    return with(store, s -> List.of());
  }

  private static Controller with(MemoryStore store, Function<MemoryStore, List<Feature>> more) {
    Controller controller = PlainRuntime.controller(store, new L2Switching(), new Placement());
    more.apply(store).forEach(controller::add);
    return controller;
  }

  private static MemoryStore copy(MemoryStore store) {
    var all = store.load();
    MemoryStore copy = new MemoryStore();
    copy.commit(
        new Store.Commit(
            all.revision(), List.copyOf(all.documents().values()), List.of(), all.lastKeys()));
    return copy;
  }

  private static void apply(Controller controller, List<Step> transaction) {
    controller.transact(Writer.SYSTEM, transaction.stream().map(Step::change).toList()).join();
  }

  private static List<String> nodes() {
    return IntStream.range(0, NODES).mapToObj(n -> "n" + n).toList();
  }

  private static Map<String, Set<Flow>> flows(Controller controller) {
    Map<String, Set<Flow>> byNode = new TreeMap<>();
    for (String name : nodes()) {
      Id<Node> node = Node.KIND.id(name);
      byNode.put(
          name,
          controller.read(
              s ->
                  s.keys(node).stream()
                      .flatMap(k -> s.flow(node, k).stream())
                      .collect(Collectors.toSet())));
    }
    return byNode;
  }

  @Provide
  Arbitrary<List<List<Step>>> histories() {
    Arbitrary<Integer> port = Arbitraries.integers().between(0, 5);
    Arbitrary<Integer> network = Arbitraries.integers().between(0, 2);
    Arbitrary<Integer> node = Arbitraries.integers().between(0, NODES - 1);
    Arbitrary<Boolean> mostly = Arbitraries.frequency(Tuple.of(4, true), Tuple.of(1, false));
    Arbitrary<Step> step =
        Arbitraries.frequencyOf(
            Tuple.of(3, Combinators.combine(network, port).as(Step.PutSwitch::new)),
            Tuple.of(
                6,
                Combinators.combine(
                        port, network, Arbitraries.integers().between(1, 8), mostly, mostly)
                    .as(Step.PutPort::new)),
            Tuple.of(4, Combinators.combine(node, node).as(Step.PutNode::new)),
            Tuple.of(
                6,
                Combinators.combine(port, node, Arbitraries.integers().between(1, 9))
                    .as(Step.Bind::new)),
            Tuple.of(2, Combinators.combine(port, node).as(Step.Unbind::new)),
            Tuple.of(1, port.map(Step.Remove::port)),
            Tuple.of(1, network.map(Step.Remove::network)),
            Tuple.of(1, node.map(Step.Remove::node)));
    return step.list().ofMinSize(1).ofMaxSize(4).list().ofMinSize(1).ofMaxSize(20);
  }
}
