package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Binding;
import dev.heddle.model.Document;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.pipeline.DesiredFlows.Revision;
import dev.heddle.pipeline.Inspection.Work;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.store.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a change costs follows from what it touches: counted in function calls, which no machine's
 * speed has a part in. The network is one switch with 1,000 ports on 50 nodes.
 */
class CountsTest {

  private static final int NODES = 50;
  private static final int PORTS = 1_000;

  private final Controller controller =
      PlainRuntime.controller(new MemoryStore(), new L2Switching(), new Placement());

  @BeforeEach
  void oneSwitchOnManyNodes() {
    List<Document> all = new ArrayList<>();
    all.add(
        new Document(
            "LogicalSwitch",
            "s",
            Map.of(),
            JsonNodeFactory.instance.objectNode().put("mtu", 1400)));
    IntStream.range(0, NODES).forEach(n -> all.add(node(n)));
    for (int p = 0; p < PORTS; p++) {
      all.add(port(p, Map.of()));
      all.add(bound(p, p % NODES));
    }
    make(all.toArray(Document[]::new));
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  private static Document node(int n) {
    return Node.document("n" + n, n + 1, Optional.of(IpAddress.v4(0xc6120000L + n)), "3.1.0");
  }

  private static Document port(int p, Map<String, String> labels) {
    var spec = JsonNodeFactory.instance.objectNode().put("switch", "s");
    spec.put("mac", String.format("0a:00:00:00:%02x:%02x", p >> 8, p & 255));
    spec.putArray("addresses").add("10.0." + (p >> 8) + "." + (p & 255));
    return new Document("LogicalPort", "p" + p, labels, spec);
  }

  private static Document bound(int port, int node) {
    return Binding.document(
        Node.KIND.id("n" + node), LogicalPort.KIND.id("p" + port), 1 + port / NODES + port % NODES);
  }

  private void make(Document... documents) {
    List<Change> changes = new ArrayList<>();
    List.of(documents).forEach(d -> changes.add(new Change.Put(d)));
    controller.transact(Writer.SYSTEM, changes).join();
  }

  /** Units and all computations that ran, and keys whose flow may be another, over all nodes. */
  private record Cost(long units, long all, long keys) {}

  private Cost cost(Document... documents) throws Exception {
    List<Revision> told = new ArrayList<>();
    try (AutoCloseable listening = controller.listen(told::add)) {
      Work before = controller.inspection().work();
      make(documents);
      Work after = controller.inspection().work();
      long keys =
          told.stream().flatMap(r -> r.changed().values().stream()).mapToLong(k -> k.size()).sum();
      return new Cost(after.unitRuns() - before.unitRuns(), after.runs() - before.runs(), keys);
    }
  }

  @Test
  void aPortMoreRunsItsOwnUnitsAndThatOfItsNodesFlood() throws Exception {
    Cost unbound = cost(port(PORTS, Map.of()));
    assertThat(unbound.units()).as("admit, answer, switch, guard, port").isEqualTo(5);
    Cost bound = cost(bound(PORTS, 7));
    assertThat(bound.units()).as("port, copies on its node").isEqualTo(2);
    Cost both = cost(port(PORTS + 1, Map.of()), bound(PORTS + 1, 8));
    assertThat(both.units()).isLessThanOrEqualTo(12).isEqualTo(6);
    assertThat(both.all()).as("with facts and index sources").isLessThan(30);
  }

  @Test
  void aLabelOfAPortRunsItsOwnUnitsOnlyAndChangesNoFlow() throws Exception {
    Cost cost = cost(port(3, Map.of("tier", "web")));
    assertThat(cost.units()).as("admit, answer, switch, guard: they read the port").isEqualTo(4);
    assertThat(cost.keys()).isZero();
  }

  @Test
  void theFirstPortOnANodeIsAddedToTheOneListOfAllNodes() throws Exception {
    Cost cost = cost(node(NODES), port(PORTS, Map.of()), bound(PORTS, NODES));
    assertThat(cost.units())
        .as("5 of the port, tunnel and cross of the node, copies on it, replicate of the switch")
        .isEqualTo(5 + 2 + 1 + 1);
  }

  @Test
  void whatAlreadyIsSoCostsNothing() throws Exception {
    assertThat(cost(port(3, Map.of()), bound(3, 3), node(3))).isEqualTo(new Cost(0, 0, 0));
  }
}
