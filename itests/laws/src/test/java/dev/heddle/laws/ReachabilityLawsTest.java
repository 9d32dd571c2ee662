package dev.heddle.laws;

import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.simulator.Plan;
import dev.heddle.store.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/**
 * After any history, packets reach exactly whom the reference model says. What no real network can
 * be is taken out of the histories: two nodes with one tunnel address, two interfaces with one
 * number.
 */
class ReachabilityLawsTest {

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void packetsReachWhomTheReferenceModelSays(@ForAll("histories") List<List<Step>> history) {
    WhoHears reference = new WhoHears();
    try (Controller controller =
        PlainRuntime.controller(new MemoryStore(), new L2Switching(), new Placement())) {
      for (List<Step> transaction : history) {
        List<Change> changes = transaction.stream().map(Step::change).toList();
        controller.transact(Writer.SYSTEM, changes).join();
        changes.forEach(reference::apply);
      }
      new Compared(controller, reference, Plan.of(controller)).everything();
      Set<String> senders = reference.senders();
      boolean crossed = senders.stream().anyMatch(s -> !reference.remoteNodes(s).isEmpty());
      boolean heard = senders.stream().anyMatch(s -> !reference.broadcast(s).isEmpty());
      Statistics.collect(crossed ? "crosses nodes" : heard ? "stays on one node" : "nobody hears");
      Statistics.coverage(c -> c.check("crosses nodes").percentage(p -> p > 50));
    }
  }

  @Provide
  Arbitrary<List<List<Step>>> histories() {
    Arbitrary<List<List<Step>>> any = new EngineLawsTest().histories();
    return Combinators.combine(any, any).as(ReachabilityLawsTest::putRightInBetween);
  }

  /** Left alone, long histories end with ports on two nodes and no switch: nobody hears anybody. */
  private static List<List<Step>> putRightInBetween(
      List<List<Step>> before, List<List<Step>> after) {
    List<Step> right = new ArrayList<>(List.of(new Step.PutSwitch(0, 0), new Step.PutSwitch(1, 0)));
    for (int n = 0; n < 3; n++) {
      right.add(new Step.PutNode(n, 1));
    }
    for (int p = 0; p < 6; p++) {
      right.add(new Step.PutPort(p, p % 2, p + 1, p != 5, true));
      right.add(new Step.Unbind(p, (p + 1) % 3));
      right.add(new Step.Unbind(p, (p + 2) % 3));
      right.add(new Step.Bind(p, p % 3, 1));
    }
    return Stream.of(before.stream(), Stream.of(right), after.stream().limit(3))
        .flatMap(t -> t)
        .map(t -> t.stream().map(ReachabilityLawsTest::possible).toList())
        .toList();
  }

  private static Step possible(Step step) {
    if (step instanceof Step.PutNode n) {
      return new Step.PutNode(n.node(), n.address() == 0 ? 0 : n.node() + 1);
    }
    return step instanceof Step.Bind b ? new Step.Bind(b.port(), b.node(), b.port() + 1) : step;
  }
}
