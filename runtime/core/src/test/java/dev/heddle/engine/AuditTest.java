package dev.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Fact;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.pipeline.Inspection.Audited;
import dev.heddle.pipeline.Inspection.Reads;
import dev.heddle.pipeline.Inspection.Work;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A function that reads past its view is found, told and repaired, while nothing changes. */
@Timeout(60)
class AuditTest {

  private final Rig rig = new Rig();
  private final AtomicInteger outside = new AtomicInteger(1000);

  @BeforeEach
  void someObjects() {
    rig.put(Rig.node(1), Rig.network("red"), Rig.network("blue", 1500));
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private void units(dev.heddle.pipeline.FlowUnit<Id<LogicalSwitch>> flows) {
    rig.controller.add(
        new Rig.Said(
            "t",
            d -> {
              d.fill(Rig.STAGE);
              d.forEach(LogicalSwitch.KIND, "u", flows);
            }));
  }

  @Test
  void whatReadsOnlyItsViewIsFoundInOrderAndNothingIsPublished() {
    units((id, view, out) -> out.add(Rig.everywhere(view.get(id).orElseThrow().mtu(), id)));
    Work cost =
        rig.cost(
            () -> {
              Audited audited = rig.inspection().audit(Integer.MAX_VALUE);
              assertThat(audited.checked()).isGreaterThanOrEqualTo(2);
              assertThat(audited.differences()).isZero();
              assertThat(audited.found()).isEmpty();
            });
    assertThat(cost.revision()).isZero();
    assertThat(cost.runs()).isZero();
  }

  @Test
  void aUnitThatReadsSomethingElseIsFoundRepairedAndTold() {
    units((id, view, out) -> out.add(Rig.everywhere(outside.get() + id.name().length(), id)));
    assertThat(rig.priorities(1)).containsExactly(1003, 1004);
    outside.set(2000);
    assertThat(rig.priorities(1)).as("nobody was woken").containsExactly(1003, 1004);
    long revision = rig.inspection().work().revision();
    Audited audited = rig.inspection().audit(Integer.MAX_VALUE);
    assertThat(audited.differences()).isEqualTo(2);
    assertThat(audited.found())
        .containsExactlyInAnyOrder("t/u/LogicalSwitch/red", "t/u/LogicalSwitch/blue");
    assertThat(rig.priorities(1)).containsExactly(2003, 2004);
    assertThat(rig.inspection().work().revision())
        .as("switches have to confirm it")
        .isEqualTo(revision + 1);
    assertThat(rig.inspection().audit(Integer.MAX_VALUE).differences())
        .as("it is right again")
        .isEqualTo(2);
  }

  @Test
  void aFactThatReadsSomethingElseIsFoundAndWhatStandsOnItIsRepairedToo() {
    Fact<Id<LogicalSwitch>, Integer> impure =
        new Fact<>("impure", 1, (id, view) -> outside.get() + id.name().length());
    Index<LogicalSwitch, Integer, Integer, Id<LogicalSwitch>> index =
        Index.over(
            "impure-index",
            LogicalSwitch.KIND,
            impure,
            (id, n) -> Stream.of(new Index.Pair<>(n, id)));
    rig.controller.add(
        new Rig.Said(
            "t",
            d -> {
              d.fill(Rig.STAGE);
              d.forEach(
                  index, "i", (p, view, out) -> out.add(Rig.everywhere(p.bucket(), p.member())));
            }));
    assertThat(rig.priorities(1)).containsExactly(1003, 1004);
    outside.set(2000);
    assertThat(rig.inspection().audit(Integer.MAX_VALUE).found())
        .contains("impure(LogicalSwitch/red)", "impure(LogicalSwitch/blue)");
    assertThat(rig.priorities(1)).containsExactly(2003, 2004);
  }

  @Test
  void aFewAtATimeAllAreLookedAtInOneRound() {
    units((id, view, out) -> {});
    for (int i = 0; i < 30; i++) {
      rig.put(Rig.network("s" + i));
    }
    units(rig);
    outside.set(2000);
    for (int i = 0; i < 100; i++) {
      rig.inspection().audit(3);
    }
    assertThat(rig.inspection().audit(0).differences()).isEqualTo(32);
  }

  private void units(Rig of) {
    of.controller.add(
        new Rig.Said(
            "v",
            d -> {
              d.fill(Rig.stage("V", 204));
              d.forEach(
                  LogicalSwitch.KIND,
                  "v",
                  (id, view, out) ->
                      out.add(
                          Rig.stage("V", 204)
                              .flow(outside.get())
                              .match(
                                  dev.heddle.pipeline.Field.IN_PORT,
                                  view.get(id).orElseThrow().key())
                              .drop()
                              .because(id)
                              .where(dev.heddle.pipeline.Scope.everywhere())));
            }));
  }

  @Test
  void whoReadsAnObjectAndWhatAUnitReadCanBeAsked() {
    units((id, view, out) -> view.get(LogicalSwitch.KIND.id("green")));
    Reads unit = rig.inspection().reads("t/u/LogicalSwitch/red").orElseThrow();
    assertThat(unit.reads()).containsExactly("LogicalSwitch/green");
    Reads object = rig.inspection().reads("LogicalSwitch/green").orElseThrow();
    assertThat(object.reads()).isEmpty();
    assertThat(object.readers())
        .as("though it does not exist")
        .containsExactly("t/u/LogicalSwitch/blue", "t/u/LogicalSwitch/red");
    assertThat(rig.inspection().reads("LogicalSwitch/nobody")).isEmpty();
  }
}
