package dev.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Id;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Confirmations;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.Inspection.StageState;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Stage;
import dev.heddle.pipeline.SwapOrder;
import dev.heddle.pipeline.SwapReport;
import dev.heddle.pipeline.SwapReport.Difference;
import dev.heddle.pipeline.SwapReport.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One version of a feature takes the place of another, node by node, or does not. */
@Timeout(60)
class SwapTest {

  private static final Stage STAGE = Rig.stage("A", 200);

  private final Rig rig = new Rig();
  private final Nodes nodes = new Nodes();
  private final Feature old = version(mtu -> mtu);

  /** Nodes that confirm what they are told to, as soon as it is published. */
  private final class Nodes implements Confirmations {

    private final Map<Id<Node>, NodeState> states = new HashMap<>();
    private final List<Runnable> watchers = new ArrayList<>();
    private final List<Map<Integer, Set<Integer>>> seen = new ArrayList<>();
    private int refusing;
    private int silent;
    private int leaving;

    @Override
    public synchronized Map<Id<Node>, NodeState> nodes() {
      return Map.copyOf(states);
    }

    @Override
    public AutoCloseable watch(Runnable onChange) {
      watchers.add(onChange);
      return () -> {};
    }

    /** What each node gets with a revision, and its answer. */
    void published(long revision) {
      Map<Integer, Set<Integer>> now = new HashMap<>();
      for (int n = 1; n <= 3; n++) {
        now.put(n, priorities(n));
      }
      if (seen.isEmpty() || !seen.get(seen.size() - 1).equals(now)) {
        seen.add(now);
      }
      for (int n = 1; n <= 3; n++) {
        boolean isNew = priorities(n).stream().anyMatch(p -> p > 2000);
        if (n == leaving && isNew) {
          put(n, new NodeState(false, -1, 0, 0, ""));
        } else if (n == refusing && isNew) {
          put(
              n,
              new NodeState(
                  true,
                  revision - 1,
                  0,
                  0,
                  "",
                  Drift.NONE,
                  Map.of(LogicalSwitch.KIND.id("red"), "table full"),
                  0,
                  List.of()));
        } else if (n != silent || !isNew) {
          put(n, new NodeState(true, revision, 0, 0, ""));
        }
      }
      watchers.forEach(Runnable::run);
    }

    synchronized void put(int node, NodeState state) {
      states.put(Node.KIND.id("n" + node), state);
    }
  }

  private static Feature version(IntUnaryOperator priority) {
    return new Rig.Said(
        "f",
        d -> {
          d.fill(STAGE);
          d.forEach(
              LogicalSwitch.KIND,
              "unit",
              (id, view, out) ->
                  out.add(
                      STAGE
                          .flow(priority.applyAsInt(view.get(id).orElseThrow().mtu()))
                          .drop()
                          .because(id)
                          .where(Scope.everywhere())));
        });
  }

  private Set<Integer> priorities(int node) {
    return rig.flows(node).stream()
        .filter(f -> f.key().table() == 200)
        .map(f -> f.key().priority())
        .collect(Collectors.toSet());
  }

  private List<Set<Integer>> all() {
    return List.of(priorities(1), priorities(2), priorities(3));
  }

  @BeforeEach
  void threeNodesAndTwoVersions() {
    rig.put(Rig.node(1), Rig.node(2), Rig.node(3), Rig.network("red"), Rig.network("blue", 1500));
    rig.controller.add(old);
    rig.controller.listen(r -> nodes.published(r.number()));
    rig.controller.confirmedBy(nodes);
    rig.put(Rig.network("blue", 1501));
    nodes.seen.clear();
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private SwapReport swap() {
    return rig.inspection().swap(SwapOrder.of("f"));
  }

  @Test
  void theNewVersionComesToOneNodeFirstAndToTheRestOnceThatHasConfirmed() {
    rig.controller.add(version(mtu -> mtu + 1000));
    assertThat(rig.inspection().waiting()).containsExactly("f");
    SwapReport report = swap();
    assertThat(report.outcome()).isEqualTo(Outcome.DONE);
    assertThat(report.waves().stream().map(w -> w.stream().map(Id::name).toList()))
        .containsExactly(List.of("n1"), List.of("n2", "n3"));
    Set<Integer> before = Set.of(1400, 1501);
    Set<Integer> after = Set.of(2400, 2501);
    assertThat(nodes.seen)
        .containsExactly(
            Map.of(1, before, 2, before, 3, before),
            Map.of(1, after, 2, before, 3, before),
            Map.of(1, after, 2, after, 3, after));
    assertThat(rig.inspection().waiting()).as("the old one, for the way back").containsExactly("f");
    assertThat(rig.inspection().stages()).noneMatch(StageState::held);
    assertThat(swap().outcome()).isEqualTo(Outcome.DONE);
    assertThat(all()).allMatch(before::equals);
  }

  @Test
  void theDifferenceIsToldAndADryRunChangesNothing() {
    rig.controller.add(version(mtu -> mtu == 1400 ? 1400 : mtu + 1000));
    Set<Flow> flows = rig.flows(1);
    long revision = rig.inspection().work().revision();
    SwapReport report = rig.inspection().swap(new SwapOrder("f", true, 1, 0, 30));
    assertThat(report.outcome()).isEqualTo(Outcome.DRY_RUN);
    assertThat(report.nodes().values()).hasSize(3).containsOnly(new Difference(1, 0, 1));
    assertThat(rig.flows(1)).isEqualTo(flows);
    assertThat(rig.inspection().work().revision()).isEqualTo(revision);
    assertThat(nodes.seen).isEmpty();
    assertThat(swap().nodes()).isEqualTo(report.nodes());
  }

  @Test
  void aSwitchThatRefusesAFlowStopsItAndAllIsAsBefore() {
    List<Set<Integer>> before = all();
    rig.controller.add(version(mtu -> mtu + 1000));
    nodes.refusing = 2;
    SwapReport report = swap();
    assertThat(report.outcome()).isEqualTo(Outcome.ROLLED_BACK);
    assertThat(report.sentence()).isEqualTo("n2 refuses a flow of LogicalSwitch/red: table full.");
    assertThat(all()).isEqualTo(before);
    assertThat(rig.inspection().waiting()).containsExactly("f");
    rig.put(Rig.network("green", 1600));
    assertThat(priorities(3)).as("of the old version").contains(1600);
  }

  @Test
  void aNodeThatDoesNotConfirmInTimeOrLeavesStopsIt() {
    List<Set<Integer>> before = all();
    rig.controller.add(version(mtu -> mtu + 1000));
    nodes.silent = 1;
    SwapReport late = rig.inspection().swap(new SwapOrder("f", false, 1, 0, 1));
    assertThat(late.outcome()).isEqualTo(Outcome.ROLLED_BACK);
    assertThat(late.sentence()).isEqualTo("n1 did not confirm within 1 s.");
    assertThat(late.waves()).as("no other was tried").hasSize(1);
    nodes.silent = 0;
    nodes.leaving = 3;
    assertThat(swap().sentence()).isEqualTo("n3 is not connected any more.");
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void aVersionThatCannotComputeAUnitIsRefusedBeforeAnythingIsSent() {
    rig.controller.add(
        version(
            mtu -> {
              if (mtu == 1400) {
                throw new IllegalStateException("no such mtu");
              }
              return mtu + 1000;
            }));
    SwapReport report = swap();
    assertThat(report.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(report.failing()).containsOnlyKeys("f/unit/LogicalSwitch/red");
    assertThat(report.nodes().values()).containsOnly(new Difference(1, 0, 1));
    assertThat(nodes.seen).isEmpty();
    // By an update of the bundle the same version comes all the same: that unit keeps its flows.
    rig.controller.remove(old);
    assertThat(all()).allMatch(Set.of(1400, 2501)::equals);
    assertThat(rig.inspection().failures()).containsOnlyKeys("f/unit/LogicalSwitch/red");
    assertThat(rig.controller.get("LogicalSwitch", "red").orElseThrow().conditions())
        .anyMatch(c -> !c.status() && c.message().contains("no such mtu"));
  }

  @Test
  void transactionsWaitWhileASwapIsUnderWayAndReadersDoNot() {
    rig.controller.add(version(mtu -> mtu + 1000));
    nodes.silent = 2;
    CompletableFuture<SwapReport> swapping = CompletableFuture.supplyAsync(this::swap);
    while (!priorities(2).contains(2400)) {
      Thread.onSpinWait();
    }
    var change = rig.transact(Rig.network("green", 1600));
    assertThat(rig.controller.get("LogicalSwitch", "green")).isEmpty();
    assertThat(change).isNotDone();
    nodes.silent = 0;
    nodes.published(rig.inspection().work().revision());
    assertThat(swapping.join().outcome()).isEqualTo(Outcome.DONE);
    change.join();
    assertThat(all()).allMatch(Set.of(2400, 2501, 2600)::equals);
  }

  @Test
  void theOlderVersionGoesAndTheNewerTakesItsPlaceAsByAnUpdate() {
    rig.controller.add(version(mtu -> mtu + 1000));
    rig.controller.remove(old);
    assertThat(all()).allMatch(Set.of(2400, 2501)::equals);
    assertThat(rig.inspection().stages()).noneMatch(StageState::held);
  }

  @Test
  void whatCannotBeSwappedIsSaidInASentence() {
    assertThat(swap().sentence())
        .isEqualTo("No other version of feature f waits: install its bundle beside.");
    assertThat(rig.inspection().swap(SwapOrder.of("g")).sentence())
        .isEqualTo("Feature g is not here.");
  }
}
