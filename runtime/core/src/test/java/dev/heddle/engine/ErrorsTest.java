package dev.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.model.Condition;
import dev.heddle.model.Entity;
import dev.heddle.model.Fact;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.KeySpace;
import dev.heddle.model.Kind;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Network.Effect;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Stage;
import dev.heddle.store.MemoryStore;
import dev.heddle.store.Store;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a bundle that was refreshed at a bad moment throws is an Error, not an Exception. Nobody
 * waits for ever, the model's thread goes on, and the object says it.
 */
@Timeout(60)
class ErrorsTest {

  private final AtomicBoolean storeFails = new AtomicBoolean();
  private final MemoryStore memory = new MemoryStore();
  private final Rig rig = new Rig(new Failing());

  /** A store that loses its classes when told to. */
  private final class Failing implements Store {
    @Override
    public Contents load() {
      return memory.load();
    }

    @Override
    public void commit(Commit commit) {
      if (storeFails.get()) {
        throw new NoClassDefFoundError("store");
      }
      memory.commit(commit);
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void oneNode() {
    rig.put(Rig.node(1), Rig.network("red"));
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private static int mtu(int mtu) {
    if (mtu == 1313) {
      throw new NoClassDefFoundError("com/acme/Gone");
    }
    return mtu;
  }

  private List<Condition> conditions(String network) {
    return rig.controller.get("LogicalSwitch", network).orElseThrow().conditions();
  }

  private void fails(String what) {
    assertThat(rig.put(Rig.network("red", 1313), Rig.network("blue", 1500)).effects()).hasSize(2);
    assertThat(rig.priorities(1)).as("red's last, blue's new").containsExactly(1400, 1500);
    String sentence = "A fault in " + what + ": java.lang.NoClassDefFoundError: com/acme/Gone";
    assertThat(conditions("red"))
        .containsExactly(Condition.failed(Condition.REALIZED, "Failed", sentence));
    assertThat(conditions("blue")).noneMatch(c -> c.reason().equals("Failed"));
    assertThat(rig.inspection().failures())
        .hasSize(1)
        .allSatisfy((where, why) -> assertThat(why).endsWith("com/acme/Gone"));
    rig.put(Rig.network("red", 1600));
    assertThat(rig.priorities(1)).containsExactly(1500, 1600);
    assertThat(conditions("red")).noneMatch(c -> c.reason().equals("Failed"));
    assertThat(rig.inspection().failures()).isEmpty();
  }

  @Test
  void anErrorInAUnitIsAConditionOfItsObject() {
    rig.controller.add(
        new Rig.Said(
            "t",
            d -> {
              d.fill(Rig.STAGE);
              d.forEach(
                  LogicalSwitch.KIND,
                  "u",
                  (id, view, out) ->
                      out.add(Rig.everywhere(mtu(view.get(id).orElseThrow().mtu()), id)));
            }));
    fails("t/u");
  }

  @Test
  void anErrorInAFactIsAConditionOfItsReaders() {
    Fact<Id<LogicalSwitch>, Integer> brittle =
        new Fact<>("brittle", 1, (id, view) -> mtu(view.get(id).orElseThrow().mtu()));
    rig.controller.add(
        new Rig.Said(
            "t",
            d -> {
              d.fill(Rig.STAGE);
              d.forEach(
                  LogicalSwitch.KIND,
                  "u",
                  (id, view, out) -> out.add(Rig.everywhere(view.fact(brittle, id), id)));
            }));
    fails("t/u");
  }

  @Test
  void anErrorInAnIndexIsAConditionOfTheObjectThatItCouldNotSort() {
    Index<LogicalSwitch, LogicalSwitch, Integer, Id<LogicalSwitch>> byMtu =
        Index.of(
            "by-mtu", LogicalSwitch.KIND, (id, s) -> Stream.of(new Index.Pair<>(mtu(s.mtu()), id)));
    rig.controller.add(
        new Rig.Said(
            "t",
            d -> {
              d.fill(Rig.STAGE);
              d.forEach(
                  byMtu, "u", (p, view, out) -> out.add(Rig.everywhere(p.bucket(), p.member())));
            }));
    fails("index by-mtu");
  }

  private static Rig.Said lists(Stage stage, Index<?, ?, Integer, Id<LogicalSwitch>> index) {
    return new Rig.Said(
        stage.name(),
        d -> {
          d.fill(stage);
          d.forEach(
              index,
              "u",
              (p, view, out) ->
                  out.add(
                      stage
                          .flow(p.bucket())
                          .match(Field.IN_PORT, 1)
                          .drop()
                          .because(p.member())
                          .where(Scope.everywhere())));
        });
  }

  private List<Integer> priorities() {
    return rig.controller.read(
        s ->
            s.keys(Node.KIND.id("n1")).stream()
                .map(FlowKey::priority)
                .filter(p -> p > 0) // those of the pipeline itself
                .sorted()
                .toList());
  }

  @Test
  void indexesOverTheSameValueComeFailAndGoEachForItself() {
    Index<LogicalSwitch, LogicalSwitch, Integer, Id<LogicalSwitch>> byMtu =
        Index.of(
            "by-mtu", LogicalSwitch.KIND, (id, s) -> Stream.of(new Index.Pair<>(mtu(s.mtu()), id)));
    Index<LogicalSwitch, LogicalSwitch, Integer, Id<LogicalSwitch>> byDouble =
        Index.of(
            "by-double",
            LogicalSwitch.KIND,
            (id, s) -> Stream.of(new Index.Pair<>(2 * s.mtu(), id)));
    Rig.Said first = lists(Rig.stage("T", 200), byMtu);
    rig.controller.add(first);
    rig.controller.add(lists(Rig.stage("V", 204), byDouble));
    assertThat(priorities()).as("one that comes later has all").containsExactly(1400, 2800);
    rig.put(Rig.network("red", 1313));
    assertThat(priorities()).as("one fails").containsExactly(1400, 2626);
    assertThat(rig.inspection().failures()).containsOnlyKeys("index by-mtu of LogicalSwitch/red");
    rig.put(Rig.network("red", 1500));
    assertThat(priorities()).as("and heals").containsExactly(1500, 3000);
    assertThat(rig.inspection().failures()).isEmpty();
    rig.put(Rig.network("red", 1313));
    rig.controller.remove(first);
    rig.controller.retire("T");
    assertThat(rig.inspection().failures()).as("nobody is left who could").isEmpty();
    rig.put(Rig.network("red", 1600));
    assertThat(priorities()).containsExactly(3200);
  }

  private record Odd(Id<Odd> id) implements Entity<Odd> {}

  private static Kind<Odd> odd(Function<String, Odd> parser) {
    return new Kind<>("Odd", "odds", false, KeySpace.OWNER, (d, key) -> parser.apply(d.name()));
  }

  private static dev.heddle.model.Document odd(String name) {
    return new dev.heddle.model.Document("Odd", name, Map.of(), Rig.network("x").spec());
  }

  @Test
  void anErrorInAParserFailsItsTransactionAndNoOther() {
    rig.controller.add(
        new Rig.Said(
            "t",
            d ->
                d.kind(
                    odd(
                        name -> {
                          throw new NoClassDefFoundError("com/acme/Gone");
                        }))));
    assertThatThrownBy(() -> rig.put(odd("a")))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(NoClassDefFoundError.class);
    assertThat(rig.put(Rig.network("blue")).effects()).containsExactly(Effect.CREATED);
  }

  @Test
  void anErrorInAFeatureThatArrivesRefusesItAndLeavesNothing() {
    assertThatThrownBy(
            () ->
                rig.controller.add(
                    new Rig.Said(
                        "t",
                        d -> {
                          d.fill(Rig.STAGE);
                          throw new NoClassDefFoundError("com/acme/Gone");
                        })))
        .hasRootCauseInstanceOf(NoClassDefFoundError.class);
    assertThat(rig.controller.get("Feature", "t")).isEmpty();
    assertThat(rig.inspection().stages()).isEmpty();
    assertThat(rig.put(Rig.network("blue")).effects()).containsExactly(Effect.CREATED);
  }

  @Test
  void anErrorInTheStoreFailsTheTransactionAndItIsNotStoredWithTheNext() {
    storeFails.set(true);
    assertThatThrownBy(() -> rig.put(Rig.network("blue")))
        .hasCauseInstanceOf(NoClassDefFoundError.class);
    storeFails.set(false);
    assertThat(rig.put(Rig.network("green")).effects()).containsExactly(Effect.CREATED);
    assertThat(rig.controller.get("LogicalSwitch", "blue")).isEmpty();
    assertThat(memory.load().documents()).doesNotContainKey(LogicalSwitch.KIND.id("blue"));
  }

  @Test
  void anErrorInWhoeverListensIsHisOwn() {
    rig.controller.listen(
        revision -> {
          throw new NoClassDefFoundError("listener");
        });
    rig.controller.watch(
        revision -> {
          throw new NoClassDefFoundError("watcher");
        });
    assertThat(rig.put(Rig.network("blue")).effects()).containsExactly(Effect.CREATED);
  }
}
