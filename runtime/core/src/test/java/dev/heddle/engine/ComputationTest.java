package dev.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Attachment;
import dev.heddle.model.Condition;
import dev.heddle.model.Fact;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.Location;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Inspection.Work;
import dev.heddle.pipeline.Scope;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What runs when something changes, what does not, and what becomes of a function that fails. */
@Timeout(60)
class ComputationTest {

  private final Rig rig = new Rig();

  @BeforeEach
  void oneNode() {
    rig.put(Rig.node(1), Rig.network("red"));
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  /** A unit for each port, with a flow whose priority is {@code 100 + key}. */
  private static void units(dev.heddle.pipeline.Declarations d) {
    d.fill(Rig.STAGE);
    d.forEach(
        LogicalPort.KIND,
        "located",
        (id, view, out) ->
            view.fact(Location.OF_PORT, id)
                .ifPresent(at -> out.add(Rig.everywhere(100 + at.portKey(), id))));
  }

  private void ports(int count) {
    for (int i = 1; i <= count; i++) {
      rig.put(Rig.port("p" + i, "red", i, Map.of()), Rig.binding(1, "p" + i, i));
    }
  }

  @Test
  void aValueThatComesOutTheSameWakesNobody() {
    rig.controller.add(new Rig.Said("t", ComputationTest::units));
    ports(20);
    assertThat(rig.priorities(1)).hasSize(20);
    Work label = rig.cost(() -> rig.put(Rig.port("p1", "red", 1, Map.of("tier", "web"))));
    assertThat(label.unitRuns()).as("a label is in no location").isZero();
    assertThat(label.runs()).as("its own facts and indexes ran").isBetween(1L, 12L);
    Work moved = rig.cost(() -> rig.put(Rig.binding(1, "p1", 77)));
    assertThat(moved.unitRuns()).as("its own unit and no other").isEqualTo(1);
    Work nothing = rig.cost(() -> rig.put(Rig.binding(1, "p1", 77)));
    assertThat(nothing.runs()).as("what is as it was").isZero();
  }

  @Test
  void theFirstPortOfAMissingSwitchWaitsForItAndForNothingElse() {
    rig.controller.add(new Rig.Said("t", ComputationTest::units));
    rig.put(Rig.port("p1", "blue", 1, Map.of()), Rig.binding(1, "p1", 1));
    assertThat(rig.priorities(1)).isEmpty();
    Work other = rig.cost(() -> rig.put(Rig.network("green")));
    assertThat(other.unitRuns()).isZero();
    Work awaited = rig.cost(() -> rig.put(Rig.network("blue")));
    assertThat(awaited.unitRuns()).isEqualTo(1);
    assertThat(rig.priorities(1)).containsExactly(101);
    rig.remove("LogicalSwitch", "blue");
    assertThat(rig.priorities(1)).isEmpty();
  }

  @Test
  void aUnitThatFailsKeepsItsLastFlowsSaysSoAndHeals() {
    rig.controller.add(
        new Rig.Said(
            "t",
            d -> {
              d.fill(Rig.STAGE);
              d.forEach(
                  LogicalSwitch.KIND,
                  "brittle",
                  (id, view, out) -> {
                    int mtu = view.get(id).orElseThrow().mtu();
                    out.add(Rig.everywhere(mtu, id));
                    if (mtu == 1313) {
                      throw new IllegalStateException("thirteen");
                    }
                  });
            }));
    rig.put(Rig.network("blue", 1500));
    assertThat(rig.priorities(1)).containsExactly(1400, 1500);
    rig.put(Rig.network("red", 1313));
    assertThat(rig.priorities(1)).as("the last flows").containsExactly(1400, 1500);
    assertThat(rig.inspection().failures())
        .containsOnlyKeys("t/brittle/LogicalSwitch/red")
        .containsValue("java.lang.IllegalStateException: thirteen");
    assertThat(conditions("red"))
        .containsExactly(
            Condition.failed(
                Condition.REALIZED,
                "Failed",
                "A fault in t/brittle: java.lang.IllegalStateException: thirteen"));
    assertThat(conditions("blue")).noneMatch(c -> c.reason().equals("Failed"));
    rig.put(Rig.network("red", 1414));
    assertThat(rig.priorities(1)).containsExactly(1414, 1500);
    assertThat(rig.inspection().failures()).isEmpty();
    assertThat(conditions("red")).noneMatch(c -> c.reason().equals("Failed"));
  }

  private java.util.List<Condition> conditions(String network) {
    return rig.controller.get("LogicalSwitch", network).orElseThrow().conditions();
  }

  /** Fails for a switch with an MTU of 1313, else gives the MTU. */
  private static final Fact<Id<LogicalSwitch>, Integer> BRITTLE =
      new Fact<>(
          "brittle",
          1,
          (id, view) -> {
            int mtu = view.get(id).map(LogicalSwitch::mtu).orElse(0);
            if (mtu == 1313) {
              throw new IllegalStateException("thirteen");
            }
            return mtu;
          });

  @Test
  void aFactThatFailsFailsItsReadersAndHealsThem() {
    rig.controller.add(
        new Rig.Said(
            "t",
            d -> {
              d.fill(Rig.STAGE);
              d.forEach(
                  LogicalSwitch.KIND,
                  "u",
                  (id, view, out) -> out.add(Rig.everywhere(view.fact(BRITTLE, id), id)));
            }));
    rig.put(Rig.network("red", 1313));
    assertThat(rig.priorities(1)).containsExactly(1400);
    assertThat(rig.inspection().failures()).containsOnlyKeys("t/u/LogicalSwitch/red");
    rig.put(Rig.network("red", 1500));
    assertThat(rig.priorities(1)).containsExactly(1500);
    assertThat(rig.inspection().failures()).isEmpty();
  }

  @Test
  void anIndexThatFailsForOneObjectKeepsItsPairsAndHoldsUpNobodyElse() {
    Index<LogicalSwitch, Integer, Integer, Id<LogicalSwitch>> byMtu =
        Index.over(
            "by-mtu",
            LogicalSwitch.KIND,
            BRITTLE,
            (id, mtu) -> Stream.of(new Index.Pair<>(mtu, id)));
    rig.controller.add(
        new Rig.Said(
            "t",
            d -> {
              d.fill(Rig.STAGE);
              d.forEach(
                  byMtu, "u", (p, view, out) -> out.add(Rig.everywhere(p.bucket(), p.member())));
            }));
    assertThat(rig.put(Rig.network("red", 1313), Rig.network("blue", 1500)).effects()).hasSize(2);
    assertThat(rig.priorities(1)).as("red's last, blue's new").containsExactly(1400, 1500);
    rig.put(Rig.network("red", 1600));
    assertThat(rig.priorities(1)).containsExactly(1500, 1600);
    rig.put(Rig.network("red", 1313));
    rig.remove("LogicalSwitch", "red");
    assertThat(rig.priorities(1)).containsExactly(1500);
  }

  @Test
  void aFactReadsLowerStrataOnlySoNoFactCanReadItself() {
    Fact<String, Integer> second = new Fact<>("second", 2, (k, view) -> 2);
    Fact<String, Integer> first = new Fact<>("first", 1, (k, view) -> view.fact(second, k));
    Index<LogicalPort, java.util.Optional<Location>, Integer, Integer> high =
        Index.over("high", LogicalPort.KIND, Location.OF_PORT, (id, l) -> Stream.empty());
    Fact<String, Integer> low = new Fact<>("low", 2, (k, view) -> view.ids(high, 1).size());
    Fact<String, Integer>[] self = self();
    Map<String, Fact<String, Integer>> broken =
        Map.of("second", first, "self", self[0], "high[1]", low);
    rig.controller.add(
        new Rig.Said(
            "t",
            d -> {
              d.fill(Rig.STAGE);
              broken.forEach(
                  (what, fact) ->
                      d.forEach(Node.KIND, what, (id, view, out) -> view.fact(fact, id.name())));
              d.forEach(
                  Node.KIND,
                  "allowed",
                  (id, view, out) -> out.add(Rig.everywhere(view.fact(second, id.name()), id)));
            }));
    String sentence = " may not be read here: only facts and indexes of lower strata may";
    broken
        .keySet()
        .forEach(
            what ->
                assertThat(rig.inspection().failures())
                    .containsEntry(
                        "t/" + what + "/Node/n1",
                        "dev.heddle.pipeline.ContractException: " + what + sentence));
    assertThat(rig.inspection().failures()).hasSize(3);
    assertThat(rig.priorities(1)).containsExactly(2);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array is how a lambda can speak of itself
  private static Fact<String, Integer>[] self() {
    Fact<String, Integer>[] self = new Fact[1];
    self[0] = new Fact<>("self", 3, (k, view) -> view.fact(self[0], k));
    return self;
  }

  @Test
  void twoUnitsThatWantTheSameAreOneFlowAndNoConflict() {
    twoUnits(1, 1, false);
    assertThat(rig.priorities(1)).containsExactly(7);
    assertThat(rig.inspection().work().conflicts()).isZero();
  }

  @Test
  void whoeverWantsToDropWinsInWhateverOrderTheyCame() {
    for (boolean late : new boolean[] {false, true}) {
      twoUnits(1, 0, late);
      assertThat(rig.flows(1))
          .filteredOn(f -> f.key().priority() == 7)
          .singleElement()
          .satisfies(f -> assertThat(f.actions()).isEmpty());
      assertThat(rig.inspection().work().conflicts()).isEqualTo(1);
      rig.remove("LogicalSwitch", "late");
      assertThat(rig.inspection().work().conflicts()).isZero();
    }
  }

  private int twos;

  /** One unit for red and one for a later switch, 0 drops; {@code swap} gives each the other's. */
  private void twoUnits(int one, int other, boolean swap) {
    String name = "two" + twos++;
    dev.heddle.pipeline.Stage stage = Rig.STAGE;
    if (twos > 1) {
      rig.controller.remove(two);
      assertThat(rig.inspection().retire(two.name())).isEmpty();
    }
    two =
        new Rig.Said(
            name,
            d -> {
              d.fill(stage);
              d.forEach(
                  LogicalSwitch.KIND,
                  "u",
                  (id, view, out) -> {
                    boolean first = id.name().equals("red") != swap;
                    int port = first ? one : other;
                    var draft = Rig.draft(7);
                    out.add(
                        (port == 0 ? draft.drop() : draft.set(Field.OUT_PORT, port).next())
                            .because(id)
                            .where(Scope.everywhere()));
                  });
            });
    rig.controller.add(two);
    rig.put(Rig.network("late"));
  }

  private Rig.Said two;

  @Test
  void whatAUnitReadIsSaidOfIt() {
    rig.controller.add(
        new Rig.Said(
            "t",
            d -> {
              d.fill(Rig.STAGE);
              d.forEach(
                  LogicalPort.KIND,
                  "u",
                  (id, view, out) -> {
                    view.fact(Attachment.OF_PORT, id);
                    view.get(LogicalSwitch.KIND.id("nowhere"));
                    out.add(Rig.everywhere(5, id));
                  });
            }));
    rig.put(Rig.port("p1", "red", 1, Map.of()));
    long cookie =
        rig.flows(1).stream().filter(f -> f.key().priority() == 5).findAny().orElseThrow().cookie();
    assertThat(rig.inspection().why(cookie))
        .singleElement()
        .satisfies(
            w -> {
              assertThat(w.unit()).isEqualTo("t/u/LogicalPort/p1");
              assertThat(w.reads())
                  .containsExactly("attachment(LogicalPort/p1)", "LogicalSwitch/nowhere");
              assertThat(w.objects()).hasToString("[LogicalPort/p1]");
              assertThat(w.held()).isFalse();
            });
  }
}
