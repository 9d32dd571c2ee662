package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.simulator.laws.History;
import dev.heddle.store.MemoryStore;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.statistics.Statistics;

/** After any history, packets reach exactly whom the reference model says. */
@AddLifecycleHook(RandomHistories.class)
class ReachabilityLawsTest {

  /** LOCATE lets pass only what OUTPUT has an interface for, GUARD_TO nothing back to it. */
  private static final Set<String> IMPOSSIBLE = Set.of("dropped at OUTPUT", "met LEARNED");

  private final Coverage coverage = new Coverage();

  @Property(tries = 450, edgeCases = EdgeCasesMode.NONE)
  void packetsReachWhomTheReferenceModelSays(@ForAll("histories") History history) {
    WhoHears reference = new WhoHears();
    try (Controller controller =
        PlainRuntime.controller(new MemoryStore(), new L2Switching(), new Placement())) {
      for (List<Change> transaction : history.transactions()) {
        controller.transact(Writer.SYSTEM, transaction).join();
        transaction.forEach(reference::apply);
      }
      Compared.of(controller, reference, coverage).everything();
      Set<String> senders = reference.senders();
      boolean crossed = senders.stream().anyMatch(s -> !reference.remoteNodes(s).isEmpty());
      boolean heard = senders.stream().anyMatch(s -> !reference.broadcast(s).isEmpty());
      Statistics.collect(crossed ? "crosses nodes" : heard ? "stays on one node" : "nobody hears");
      Statistics.coverage(c -> c.check("crosses nodes").percentage(p -> p > 45));
    }
  }

  /**
   * A law that is held of packets which never meet a stage says nothing of it. In OUTPUT ends only
   * what would leave for a physical network, LEARNED is for unknown addresses only: they have
   * scenarios of their own.
   */
  @AfterProperty
  void everyStageIsMetAndEveryVerdictGiven() {
    System.out.println("Packets by stage and verdict:\n" + coverage);
    assertThat(coverage.missing()).as("never met, in " + coverage).isEqualTo(IMPOSSIBLE);
  }

  @Provide
  Arbitrary<History> histories() {
    return Histories.possible();
  }
}
