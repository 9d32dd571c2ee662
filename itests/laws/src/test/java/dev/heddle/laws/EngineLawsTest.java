package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Id;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.openflow.codec.FlowCodec;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.simulator.laws.History;
import dev.heddle.simulator.laws.Trial;
import dev.heddle.store.MemoryStore;
import dev.heddle.store.Store;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.statistics.Statistics;

/** What must hold after any history whatever. A failing history is shrunk and printed. */
@AddLifecycleHook(RandomHistories.class)
class EngineLawsTest {

  static List<Feature> features() {
    return List.of(new L2Switching(), new Placement());
  }

  @Property(tries = 450, edgeCases = EdgeCasesMode.NONE)
  void everyLawHoldsOfAnyHistory(
      @ForAll("histories") History history, @ForAll @LongRange(min = 0, max = 999) long seed) {
    Trial.of(history, EngineLawsTest::features).seed(seed).require();
    int transactions = history.transactions().size();
    Statistics.collect(transactions < 10 ? "short" : transactions < 20 ? "middling" : "long");
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void whatIsToldOfARevisionIsAllThatChanged(@ForAll("histories") History history) {
    try (Controller controller = with(new MemoryStore())) {
      Map<String, Map<FlowKey, Flow>> followed = new TreeMap<>();
      controller.listen(revision -> follow(controller, revision, followed));
      history.transactions().forEach(t -> apply(controller, t));
      Map<String, Set<Flow>> byListening = new TreeMap<>();
      for (String node : nodes()) {
        byListening.put(node, new HashSet<>(followed.getOrDefault(node, Map.of()).values()));
      }
      // What is everywhere from before a node existed arrives with the node itself.
      assertThat(byListening).isEqualTo(flows(controller));
    }
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void leavingChangesNoFlowAndReturningCatchesUp(
      @ForAll("histories") History before, @ForAll("histories") History meanwhile) {
    MemoryStore store = new MemoryStore();
    try (Controller controller = new Controller(store)) {
      L2Switching l2 = new L2Switching();
      controller.add(new Placement());
      controller.add(l2);
      before.transactions().forEach(t -> apply(controller, t));
      Map<String, Set<Flow>> then = flows(controller);
      controller.remove(l2);
      assertThat(flows(controller)).isEqualTo(then);
      meanwhile.transactions().forEach(t -> apply(controller, t));
      controller.add(new L2Switching());
      try (Controller full = with(copy(store))) {
        assertThat(flows(controller)).isEqualTo(flows(full));
      }
    }
  }

  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void aRestartedControllerSendsTheSameBytes(@ForAll("histories") History history) {
    MemoryStore store = new MemoryStore();
    try (Controller before = with(store)) {
      history.transactions().forEach(t -> apply(before, t));
      try (Controller after = with(copy(store))) {
        for (String node : nodes()) {
          assertThat(bytes(after, node)).isEqualTo(bytes(before, node));
        }
      }
    }
  }

  /** A node's flows as they are sent, in the order in which people read them. */
  private static byte[] bytes(Controller controller, String node) {
    ByteBuf out = Unpooled.buffer();
    flows(controller).get(node).stream()
        .sorted(Comparator.comparing(Flow::key, FlowKey.ORDER))
        .forEach(flow -> FlowCodec.write(out, 1, new FlowChange.Put(flow)));
    return ByteBufUtil.getBytes(out);
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
    return PlainRuntime.controller(store, new L2Switching(), new Placement());
  }

  private static MemoryStore copy(MemoryStore store) {
    var all = store.load();
    MemoryStore copy = new MemoryStore();
    copy.commit(
        new Store.Commit(
            all.revision(), List.copyOf(all.documents().values()), List.of(), all.lastKeys()));
    return copy;
  }

  private static void apply(Controller controller, List<Change> transaction) {
    controller.transact(Writer.SYSTEM, transaction).join();
  }

  private static List<String> nodes() {
    return IntStream.range(0, Histories.NODES).mapToObj(n -> "n" + n).toList();
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
  Arbitrary<History> histories() {
    return Histories.any();
  }
}
