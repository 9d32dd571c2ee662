package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.pipeline.Declarations;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Stage;
import dev.heddle.store.MemoryStore;
import dev.heddle.store.Store.Stored;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import net.jqwik.api.Example;

/**
 * The law "incremental is equal to full" fails for features that break its rule, and holds for the
 * same features without the sin.
 */
class LawsBiteTest {

  private static final int HISTORIES = 60;
  private static final Stage STAGE = Stage.at("SIN", 200, "what a test feature does wrong");
  private static final AtomicInteger CALLS = new AtomicInteger();

  /** A feature that says what the test says. */
  private record Said(Consumer<Declarations> says) implements Feature {
    @Override
    public String name() {
      return "sin";
    }

    @Override
    public void declare(Declarations d) {
      d.fill(STAGE);
      says.accept(d);
    }
  }

  private static void flow(int priority, Id<?> owner, FlowSink out) {
    out.add(STAGE.flow(priority).drop().because(owner).where(Scope.everywhere()));
  }

  /** In how many of some random histories the law does not hold. */
  private static long broken(Function<MemoryStore, Feature> feature) {
    return new EngineLawsTest()
        .histories()
        .sampleStream()
        .limit(HISTORIES)
        .filter(
            history -> {
              try {
                EngineLawsTest.requireIncrementalIsFull(history, s -> List.of(feature.apply(s)));
                return false;
              } catch (AssertionError e) {
                return true;
              }
            })
        .count();
  }

  @Example
  void aUnitThatCountsItsCallsBreaksTheLaw() {
    Feature counting =
        new Said(
            d ->
                d.forEach(
                    LogicalSwitch.KIND,
                    "u",
                    (id, view, out) -> flow(1 + CALLS.incrementAndGet() % 60_000, id, out)));
    assertThat(broken(store -> counting)).isPositive();
  }

  @Example
  void aUnitThatReadsPastItsViewBreaksTheLaw() {
    assertThat(broken(store -> mtuOfItsSwitch(id -> past(store, id)))).isPositive();
  }

  @Example
  void theSameUnitThatReadsThroughItsViewKeepsTheLaw() {
    assertThat(broken(store -> mtuOfItsSwitch(null))).isZero();
  }

  /** A flow for each port with its switch's MTU, read through the view or by {@code other}. */
  private static Feature mtuOfItsSwitch(Function<Id<LogicalSwitch>, Integer> other) {
    return new Said(
        d ->
            d.forEach(
                LogicalPort.KIND,
                "u",
                (id, view, out) -> {
                  Id<LogicalSwitch> network = view.get(id).orElseThrow().network();
                  int mtu =
                      other == null
                          ? view.get(network).map(LogicalSwitch::mtu).orElse(0)
                          : other.apply(network);
                  flow(1 + mtu, id, out);
                }));
  }

  private static int past(MemoryStore store, Id<LogicalSwitch> network) {
    Map<Id<?>, Stored> documents = store.load().documents();
    Document document = documents.containsKey(network) ? documents.get(network).document() : null;
    return document == null ? 0 : document.spec().path("mtu").intValue();
  }
}
