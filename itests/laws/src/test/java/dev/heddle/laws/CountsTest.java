package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Binding;
import dev.heddle.model.Document;
import dev.heddle.model.Index;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.pipeline.DesiredFlows.Revision;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Inspection.Work;
import dev.heddle.pipeline.Spine;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.store.MemoryStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a change costs follows from what it touches: counted in function calls, which no machine's
 * speed has a part in. Switch {@code s} has 1,000 ports on 50 nodes. Switch {@code t} has the same
 * MACs and addresses, one port on each of 20 nodes, of which 10 have ports of {@code s} too.
 */
class CountsTest {

  private static final int NODES = 50;
  private static final int PORTS = 1_000;
  private static final int FIRST_OF_T = 40;
  private static final int ALL_NODES = 60;

  /** Units may run on several threads. */
  private final List<Object> ran = Collections.synchronizedList(new ArrayList<>());

  private final Controller controller =
      PlainRuntime.controller(
          new MemoryStore(), watched(new L2Switching()), watched(new Placement()));

  private Feature watched(Feature feature) {
    return new Wrapped(
        feature,
        (key, unit, out) -> {
          ran.add(key);
          unit.accept(out);
        });
  }

  @BeforeEach
  void twoSwitchesOnManyNodes() {
    List<Document> all = new ArrayList<>(List.of(network("s"), network("t")));
    IntStream.range(0, ALL_NODES).forEach(n -> all.add(node(n)));
    for (int p = 0; p < PORTS; p++) {
      all.add(port(p, p, Map.of()));
      all.add(bound(p, p % NODES));
    }
    for (int n = FIRST_OF_T; n < ALL_NODES; n++) {
      all.add(port("t", "t" + n, n, Map.of()));
      all.add(bound("t" + n, n, 1_000));
    }
    make(all.toArray(Document[]::new));
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  private static Document network(String name) {
    return new Document(
        "LogicalSwitch", name, Map.of(), JsonNodeFactory.instance.objectNode().put("mtu", 1400));
  }

  private static Document node(int n) {
    return Node.document("n" + n, n + 1, Optional.of(IpAddress.v4(0xc6120000L + n)), "3.1.0");
  }

  private static Document port(int p, int address, Map<String, String> labels) {
    return port("s", "p" + p, address, labels);
  }

  private static Document port(
      String network, String name, int address, Map<String, String> labels) {
    var spec = JsonNodeFactory.instance.objectNode().put("switch", network);
    spec.put("mac", String.format("0a:00:00:00:%02x:%02x", address >> 8, address & 255));
    spec.putArray("addresses").add("10.0." + (address >> 8) + "." + (address & 255));
    return new Document("LogicalPort", name, labels, spec);
  }

  private static Document bound(int port, int node) {
    return bound("p" + port, node, 1 + port / NODES + port % NODES);
  }

  private static Document bound(String port, int node, int ofPort) {
    return Binding.document(Node.KIND.id("n" + node), LogicalPort.KIND.id(port), ofPort);
  }

  private void make(Document... documents) {
    List<Change> changes = new ArrayList<>();
    List.of(documents).forEach(d -> changes.add(new Change.Put(d)));
    controller.transact(Writer.SYSTEM, changes).join();
  }

  /**
   * What a change cost.
   *
   * @param units how many ran
   * @param all computations that ran, facts and index sources too
   * @param changed by node, the keys whose flow may be another
   * @param ran what the units of features that ran were for
   */
  private record Cost(long units, long all, Map<String, Set<FlowKey>> changed, List<Object> ran) {

    long keys() {
      return changed.values().stream().mapToLong(Set::size).sum();
    }

    Set<Integer> tables(String node) {
      return changed.get(node).stream()
          .map(FlowKey::table)
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private Cost cost(Document... documents) throws Exception {
    List<Revision> told = new ArrayList<>();
    try (AutoCloseable listening = controller.listen(told::add)) {
      ran.clear();
      Work before = controller.inspection().work();
      make(documents);
      Work after = controller.inspection().work();
      Map<String, Set<FlowKey>> changed = new TreeMap<>();
      told.forEach(r -> r.changed().forEach((node, keys) -> changed.put(node.name(), keys)));
      changed.values().removeIf(Set::isEmpty);
      return new Cost(
          after.unitRuns() - before.unitRuns(),
          after.runs() - before.runs(),
          changed,
          List.copyOf(ran));
    }
  }

  private static Set<String> nodes(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(n -> "n" + n)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void aPortMoreRunsItsOwnUnitsAndThatOfItsNodesFlood() throws Exception {
    Cost unbound = cost(port(PORTS, PORTS, Map.of()));
    assertThat(unbound.units()).as("admit, answer, switch, guard, port").isEqualTo(5);
    assertThat(unbound.keys()).as("nowhere yet: no switch hears of it").isZero();
    Cost bound = cost(bound(PORTS, 7));
    assertThat(bound.units()).as("port, answer, switch, copies on its node").isEqualTo(4);
    Cost both = cost(port(PORTS + 1, PORTS + 1, Map.of()), bound(PORTS + 1, 8));
    assertThat(both.units()).isLessThanOrEqualTo(12).isEqualTo(6);
    assertThat(both.all()).as("with facts and index sources").isLessThan(30);
  }

  @Test
  void aPortMoreChangesNoFlowOnANodeThatHasNoReasonToKnow() throws Exception {
    Cost both = cost(port(PORTS, PORTS, Map.of()), bound(PORTS, 8));
    assertThat(both.changed().keySet()).as("those with ports of s").isEqualTo(nodes(0, NODES));
    Set<String> others = nodes(0, NODES);
    others.remove("n8");
    for (String other : others) {
      assertThat(both.tables(other))
          .as("elsewhere it is answered for and switched to, no more")
          .containsExactly(Spine.ANSWER.table(), Spine.SWITCH.table());
    }
    assertThat(both.tables("n8"))
        .contains(Spine.CLASSIFY.table(), Spine.ADMIT.table(), Spine.OUTPUT.table());
  }

  @Test
  void locateHasAFlowForEachPortOfItsNodeAndNoneForOthers() {
    long flows =
        controller.read(s -> s.keys(Node.KIND.id("n7"))).stream()
            .filter(key -> key.table() == Spine.LOCATE.table())
            .count();
    assertThat(flows)
        .as("each port here, to other nodes, nowhere, the end of the stage")
        .isLessThanOrEqualTo(PORTS / NODES + 3);
  }

  @Test
  void aPortOfASwitchOnOneNodeIsThatNodesAlone() throws Exception {
    Cost first = cost(network("u"), port("u", "u0", 0, Map.of()), bound("u0", 3, 2_000));
    assertThat(first.changed().keySet()).containsExactly("n3");
    Cost second = cost(port("u", "u1", 1, Map.of()), bound("u1", 3, 2_001));
    assertThat(second.changed().keySet()).containsExactly("n3");
    assertThat(second.units()).isLessThanOrEqualTo(12);
  }

  @Test
  void anotherAddressWakesNoUnitOfAnotherSwitch() throws Exception {
    Cost cost = cost(port(45, PORTS + 45, Map.of())); // t45 has what p45 gives up
    assertThat(cost.ran()).as("admit, answer, switch").isNotEmpty();
    assertThat(cost.ran())
        .allMatch(key -> isOf(key, "p45"))
        .noneMatch(key -> key.equals(LogicalPort.KIND.id("t45")));
    assertThat(cost.changed().keySet()).isEqualTo(nodes(0, NODES));
  }

  /** Whether a unit is that of this port or of a place of its switch. */
  private static boolean isOf(Object key, String port) {
    return key instanceof Index.Pair<?, ?> pair
        ? pair.bucket().equals(LogicalSwitch.KIND.id("s"))
        : key.equals(LogicalPort.KIND.id(port));
  }

  @Test
  void aLabelOfAPortRunsItsOwnUnitsOnlyAndChangesNoFlow() throws Exception {
    Cost cost = cost(port(3, 3, Map.of("tier", "web")));
    assertThat(cost.units()).as("admit, answer, switch, guard: they read the port").isEqualTo(4);
    assertThat(cost.keys()).isZero();
  }

  @Test
  void theFirstPortOnANodeIsAddedToTheOneListOfAllNodes() throws Exception {
    Cost cost = cost(node(ALL_NODES), port(PORTS, PORTS, Map.of()), bound(PORTS, ALL_NODES));
    assertThat(cost.units())
        .as(
            "5 of the port; tunnel, towards, guard of the node; copies on it; replicate of the switch")
        .isEqualTo(5 + 3 + 1 + 1);
  }

  @Test
  void whatAlreadyIsSoCostsNothing() throws Exception {
    assertThat(cost(port(3, 3, Map.of()), bound(3, 3), node(3)))
        .isEqualTo(new Cost(0, 0, Map.of(), List.of()));
  }
}
