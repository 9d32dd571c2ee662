package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder.request;

import dev.heddle.l2.L2Switching;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Network;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.View;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.pipeline.Declarations;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Stage;
import dev.heddle.simulator.Net;
import dev.heddle.simulator.laws.History;
import dev.heddle.simulator.laws.Law;
import dev.heddle.simulator.laws.Shelf;
import dev.heddle.simulator.laws.Trial;
import dev.heddle.store.Store;
import dev.heddle.store.Store.Stored;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.ToIntBiFunction;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherFactory;

/** Over random histories the laws catch who breaks them, and nobody else. */
class LawsBiteTest {

  private static final int HISTORIES = 40;
  private static final Stage STAGE = Stage.at("SIN", 200, "what a test feature does wrong");

  /** A flow for each port, with a priority that the test says. */
  private record Priority(ToIntBiFunction<Id<LogicalPort>, View> of) implements Feature {
    @Override
    public String name() {
      return "sin";
    }

    @Override
    public void declare(Declarations d) {
      d.fill(STAGE);
      d.forEach(
          LogicalPort.KIND,
          "u",
          (id, view, out) ->
              out.add(
                  STAGE
                      .flow(of.applyAsInt(id, view))
                      .drop()
                      .because(id)
                      .where(Scope.everywhere())));
    }
  }

  /** In how many of some random histories this is so. */
  private static long count(Predicate<History> broken) {
    return Histories.any().sampleStream().limit(HISTORIES).filter(broken).count();
  }

  private static boolean breaks(Law law, Trial trial) {
    return law.broken(trial).isPresent();
  }

  private static Trial with(History history, Feature feature) {
    return Trial.of(history, () -> List.of(new Placement(), new L2Switching(), feature));
  }

  // ---- features

  @Example
  void aUnitThatCountsItsCallsBreaksTheLaw() {
    int[] calls = new int[1];
    Feature counting = new Priority((id, view) -> 1 + ++calls[0] % 60_000);
    assertThat(count(h -> breaks(Law.FULL, with(h, counting)))).isPositive();
  }

  @Example
  void aUnitThatLetsItsNumberShowBreaksTheLaws() {
    Feature numbering = new Priority((id, view) -> view.get(id).orElseThrow().key());
    assertThat(count(h -> breaks(Law.FULL, with(h, numbering)))).isZero();
    assertThat(count(h -> breaks(Law.UNDO, with(h, numbering)))).isPositive();
    assertThat(count(h -> breaks(Law.ORDER, with(h, numbering)))).isPositive();
  }

  @Example
  void aUnitThatForgetsAReadBreaksTheLaw() {
    AtomicReference<Network> past = new AtomicReference<>();
    Feature forgetful =
        new Priority(
            (id, view) ->
                past.get()
                    .get(LogicalSwitch.KIND.name(), network(id, view).name())
                    .map(s -> 1 + s.document().spec().path("mtu").intValue())
                    .orElse(1));
    assertThat(count(h -> breaksInANet(h, forgetful, past))).isPositive();
  }

  @Example
  void theSameUnitThatReadsThroughItsViewKeepsTheLaw() {
    Feature sound =
        new Priority((id, view) -> view.get(network(id, view)).map(s -> 1 + s.mtu()).orElse(1));
    assertThat(count(h -> breaksInANet(h, sound, new AtomicReference<>()))).isZero();
  }

  private static Id<LogicalSwitch> network(Id<LogicalPort> port, View view) {
    return view.get(port).orElseThrow().network();
  }

  private static boolean breaksInANet(
      History history, Feature feature, AtomicReference<Network> past) {
    Net net = Net.with(new L2Switching(), new Placement(), feature);
    past.set(net.controller());
    history
        .transactions()
        .forEach(t -> net.controller().transact(Writer.SYSTEM, new ArrayList<>(t)).join());
    try {
      net.close();
      return false;
    } catch (AssertionError e) {
      assertThat(e).hasMessageContaining(Law.FULL.broken());
      return true;
    }
  }

  // ---- stores

  @Example
  void aStoreThatLosesTheNumberOfAnObjectBreaksTheLaw() {
    assertThat(count(h -> breaks(Law.RESTART, lossy(h, LawsBiteTest::withoutANumber))))
        .isPositive();
  }

  @Example
  void aStoreThatLosesWhichNumberWasLastBreaksTheLaw() {
    assertThat(count(h -> breaks(Law.RESTART, lossy(h, LawsBiteTest::withoutLastNumbers))))
        .isPositive();
  }

  @Example
  void aStoreThatLosesAnObjectBreaksTheLaw() {
    assertThat(count(h -> breaks(Law.RESTART, lossy(h, LawsBiteTest::withoutAnObject))))
        .isPositive();
  }

  @Example
  void aStoreThatLosesNothingKeepsTheLaw() {
    assertThat(count(h -> breaks(Law.RESTART, lossy(h, c -> c)))).isZero();
  }

  private static Trial lossy(History history, UnaryOperator<Store.Contents> loss) {
    return Trial.of(history, EngineLawsTest::features)
        .on(() -> Shelf.ofFiles(store -> new Lossy(store, loss)));
  }

  /** Keeps everything and gives back less. */
  private record Lossy(Store whole, UnaryOperator<Store.Contents> loss) implements Store {
    @Override
    public Contents load() {
      return loss.apply(whole.load());
    }

    @Override
    public void commit(Commit commit) {
      whole.commit(commit);
    }

    @Override
    public void close() {
      whole.close();
    }
  }

  private static Optional<Id<?>> aPort(Store.Contents c) {
    return c.documents().keySet().stream()
        .filter(id -> id.kind().equals(LogicalPort.KIND.name()))
        .findFirst();
  }

  private static Store.Contents withoutANumber(Store.Contents c) {
    Map<Id<?>, Stored> documents = new LinkedHashMap<>(c.documents());
    aPort(c)
        .ifPresent(
            id ->
                documents.computeIfPresent(
                    id, (i, s) -> new Stored(s.document(), 0, s.revision())));
    return new Store.Contents(c.revision(), documents, c.lastKeys());
  }

  private static Store.Contents withoutAnObject(Store.Contents c) {
    Map<Id<?>, Stored> documents = new LinkedHashMap<>(c.documents());
    aPort(c).ifPresent(documents::remove);
    return new Store.Contents(c.revision(), documents, c.lastKeys());
  }

  private static Store.Contents withoutLastNumbers(Store.Contents c) {
    return new Store.Contents(c.revision(), c.documents(), Map.of());
  }

  // ---- what a broken law looks like

  /**
   * A property that does not hold; run by the test below only. Its histories are always the same,
   * since how short one becomes hangs on where shrinking begins.
   */
  static class Broken {
    @Property(
        tries = 50,
        seed = "4",
        edgeCases = EdgeCasesMode.NONE,
        shrinking = ShrinkingMode.FULL)
    void holds(@ForAll("histories") History history) {
      with(history, new Priority((id, view) -> view.get(id).orElseThrow().key()))
          .require(Law.ORDER, Law.UNDO);
    }

    @Provide
    Arbitrary<History> histories() {
      return Histories.any();
    }
  }

  @Example
  void aCounterExampleIsShrunkAndCanBePasted() {
    List<Throwable> failures = new ArrayList<>();
    LauncherFactory.create()
        .execute(
            request().selectors(selectClass(Broken.class)).build(),
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                result.getThrowable().ifPresent(failures::add);
              }
            });
    assertThat(failures).hasSize(1);
    String told = failures.get(0).getMessage();
    String start = "After History.parse(\n    \"\"\"\n";
    String rest = told.substring(told.lastIndexOf(start) + start.length());
    String pasted = rest.substring(0, rest.indexOf("    \"\"\")"));
    History history = History.parse(pasted);
    assertThat(history.transactions().stream().mapToInt(List::size).sum())
        .as(() -> "changes in " + history)
        .isLessThanOrEqualTo(8);
    Trial again = with(history, new Priority((id, view) -> view.get(id).orElseThrow().key()));
    assertThat(again.breaches()).isNotEmpty();
  }
}
