package dev.heddle.laws.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.acl.AccessControl;
import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.laws.RandomHistories;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Node;
import dev.heddle.model.RefusedException;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Supposition;
import dev.heddle.pipeline.SwapReport.Difference;
import dev.heddle.pipeline.WantedFlows;
import dev.heddle.simulator.Net;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.junit.jupiter.api.Test;

/** What is supposed of a change is what comes of it, and until it is made nothing does. */
@AddLifecycleHook(RandomHistories.class)
class SuppositionLawsTest {

  private static final List<Id<Node>> NODES = List.of(Node.KIND.id("n1"), Node.KIND.id("n2"));
  private static final int MOST = 1000;

  @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
  void whatIsSupposedIsWhatComes(@ForAll("stories") List<Step> steps) {
    try (PolicyTrial trial = new PolicyTrial(new Foretold())) {
      steps.forEach(trial::take);
    }
  }

  @Provide
  Arbitrary<List<Step>> stories() {
    return Stories.any();
  }

  /** Supposes each change before it makes it. */
  private static final class Foretold implements World {
    private final Simulated world =
        new Simulated(new L2Switching(), new Placement(), new AccessControl());

    @Override
    public void put(Document document) {
      foretold(new Change.Put(document), () -> world.put(document));
    }

    @Override
    public void remove(String kind, String name) {
      foretold(new Change.Remove(kind, name, true), () -> world.remove(kind, name));
    }

    private void foretold(Change change, Runnable make) {
      Controller live = world.controller();
      Map<Id<Node>, Map<FlowKey, Flow>> before = flows(live);
      long runs = live.inspection().work().runs();
      try (Supposition s = live.inspection().suppose(List.of(change), MOST)) {
        assertThat(live.inspection().work().runs()).as("work of the live model").isEqualTo(runs);
        assertThat(flows(live)).isEqualTo(before);
        assertThat(flows(s.flowsBefore())).isEqualTo(before);
        make.run();
        Map<Id<Node>, Map<FlowKey, Flow>> after = flows(live);
        assertThat(flows(s.flowsAfter())).isEqualTo(after);
        assertThat(s.differences()).isEqualTo(differences(before, after));
        assertThat(s.failures()).isEmpty();
      }
    }

    @Override
    public boolean speaks(Step.Packet packet) {
      return false; // PolicyLawsTest sends packets
    }

    @Override
    public boolean takesEquals() {
      return false;
    }

    @Override
    public void send(Step.Packet packet, Set<Integer> arrive, Told told) {
      throw new IllegalStateException();
    }

    @Override
    public void close() {
      world.close();
    }
  }

  private static Map<Id<Node>, Map<FlowKey, Flow>> flows(WantedFlows wanted) {
    return wanted.read(
        now -> {
          Map<Id<Node>, Map<FlowKey, Flow>> all = new HashMap<>();
          for (Id<Node> node : NODES) {
            Map<FlowKey, Flow> flows = new HashMap<>();
            now.keys(node).forEach(k -> now.flow(node, k).ifPresent(f -> flows.put(k, f)));
            all.put(node, flows);
          }
          return all;
        });
  }

  private static Map<Id<Node>, Difference> differences(
      Map<Id<Node>, Map<FlowKey, Flow>> before, Map<Id<Node>, Map<FlowKey, Flow>> after) {
    Map<Id<Node>, Difference> all = new HashMap<>();
    for (Id<Node> node : NODES) {
      Map<FlowKey, Flow> was = before.get(node);
      Map<FlowKey, Flow> is = after.get(node);
      int added = (int) is.keySet().stream().filter(k -> !was.containsKey(k)).count();
      int removed = (int) was.keySet().stream().filter(k -> !is.containsKey(k)).count();
      int changed =
          (int)
              is.entrySet().stream()
                  .filter(e -> was.containsKey(e.getKey()))
                  .filter(e -> !was.get(e.getKey()).equals(e.getValue()))
                  .count();
      if (added + removed + changed > 0) {
        all.put(node, new Difference(added, changed, removed));
      }
    }
    return all;
  }

  @Test
  void whatWouldBeRefusedAndWhatCannotBeToldIsSaid() {
    L2Switching l2 = new L2Switching();
    try (Net net = Net.lawless(l2, new Placement())) {
      net.sw("s").port("a", "10.0.0.1").on("n1");
      Controller live = net.controller();
      List<Change> removal = List.of(new Change.Remove("LogicalPort", "nobody", true));
      assertThatThrownBy(() -> live.inspection().suppose(removal, MOST))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("there is no such object");
      assertThatThrownBy(() -> live.inspection().suppose(List.of(), 3))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("at most 3");
      live.remove(l2);
      assertThatThrownBy(() -> live.inspection().suppose(List.of(), MOST))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("feature l2 is away");
    }
  }
}
