package dev.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.model.Id;
import dev.heddle.model.KeySpace;
import dev.heddle.model.Kind;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.pipeline.ContractException;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.DesiredFlows.Ownership;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.Inspection.StageState;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Spine;
import dev.heddle.pipeline.Stage;
import dev.heddle.store.MemoryStore;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Features come, go, come back changed, and are retired; nobody takes another's place. */
@Timeout(60)
class FeaturesTest {

  private final MemoryStore store = new MemoryStore();
  private final Rig rig = new Rig(store);

  @BeforeEach
  void oneNode() {
    rig.put(Rig.node(1), Rig.network("red"));
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  /** Fills a stage with one flow for each switch. */
  private static Feature filling(String name, Stage... stages) {
    return new Rig.Said(
        name,
        d -> {
          for (Stage s : stages) {
            d.fill(s);
            d.forEach(
                LogicalSwitch.KIND,
                "in-" + s.name(),
                (id, view, out) -> out.add(flow(s, view.get(id).orElseThrow().mtu(), id)));
          }
        });
  }

  private static dev.heddle.pipeline.DesiredFlow flow(Stage s, int priority, Id<?> owner) {
    return s.flow(priority).drop().because(owner).where(Scope.everywhere());
  }

  private List<String> stages() {
    return rig.inspection().stages().stream().map(StageState::name).toList();
  }

  private Set<Integer> tables() {
    return rig.flows(1).stream().map(f -> f.key().table()).collect(Collectors.toSet());
  }

  @Test
  void whatAFeatureDoesNotMakeAnyMoreGoesWhenItComesBack() {
    Feature two = filling("f", Rig.stage("A", 200), Rig.stage("B", 204));
    rig.controller.add(two);
    rig.put(Rig.network("blue", 1500));
    Set<Flow> all = rig.flows(1);
    assertThat(tables()).containsExactlyInAnyOrder(200, 201, 204);
    rig.controller.remove(two);
    rig.remove("LogicalSwitch", "blue");
    assertThat(rig.flows(1)).as("while it is away all stays").isEqualTo(all);
    assertThat(rig.inspection().stages()).allMatch(StageState::held);
    rig.controller.add(filling("f", Rig.stage("A", 200)));
    assertThat(stages()).containsExactly("A");
    assertThat(rig.flows(1))
        .as("neither the other stage, nor its joint, nor the switch that is gone")
        .allMatch(f -> f.key().table() == 200)
        .extracting(f -> f.key().priority())
        .containsExactly(1400);
  }

  @Test
  void aFeatureThatLeavesTwiceStillHasItsFlowsHeldAndComesBackToThem() {
    Feature f = filling("f", Rig.stage("A", 200));
    rig.controller.add(f);
    rig.controller.remove(f);
    rig.controller.remove(f);
    rig.remove("LogicalSwitch", "red");
    rig.controller.add(filling("f", Rig.stage("A", 200)));
    assertThat(rig.flows(1)).extracting(x -> x.key().priority()).doesNotContain(1400);
  }

  @Test
  void retiringRemovesFlowsStagesAndOwnerButOnlyOfAFeatureThatIsAway() {
    Feature f = filling("f", Rig.stage("A", 200));
    Feature other = filling("g", Rig.stage("B", 204));
    rig.controller.add(f);
    rig.controller.add(other);
    int owner = owner(200);
    assertThat(rig.inspection().retire("f")).contains("Feature f is here; stop its bundle first.");
    assertThat(rig.inspection().retire("nobody")).contains("There is no feature named nobody.");
    rig.controller.remove(f);
    assertThat(ownership(owner)).isEqualTo(Ownership.HELD);
    assertThat(rig.inspection().retire("f")).isEmpty();
    assertThat(ownership(owner)).isEqualTo(Ownership.UNKNOWN);
    assertThat(tables()).containsExactly(204);
    assertThat(stages()).containsExactly("B");
    assertThat(rig.controller.get("Feature", "f")).isEmpty();
    rig.controller.add(filling("f", Rig.stage("A", 200)));
    assertThat(owner(200))
        .as("a new number: old flows are not taken for its own")
        .isNotEqualTo(owner);
  }

  @Test
  void aFeatureKeepsItsOwnerNumberAcrossARestart() {
    rig.controller.add(filling("f", Rig.stage("A", 200)));
    int owner = owner(200);
    rig.close();
    try (Rig again = new Rig(store)) {
      Ownership before = again.controller.read(s -> s.owner(owner));
      assertThat(before).as("not here yet").isEqualTo(Ownership.HELD);
      again.controller.add(filling("g", Rig.stage("B", 204)));
      again.controller.add(filling("f", Rig.stage("A", 200)));
      Ownership after = again.controller.read(s -> s.owner(owner));
      assertThat(after).isEqualTo(Ownership.LIVE);
    }
  }

  private int owner(int table) {
    return rig.flows(1).stream()
        .filter(f -> f.key().table() == table && f.key().priority() > 0)
        .mapToInt(f -> Cookie.owner(f.cookie()))
        .findAny()
        .orElseThrow();
  }

  private Ownership ownership(int owner) {
    return rig.controller.read(s -> s.owner(owner));
  }

  @Test
  void noFeatureTakesAStageATableOrAJointOfAnother() {
    rig.controller.add(filling("f", Rig.stage("A", 200)));
    refused(filling("g", Rig.stage("A", 208)), "stage A cannot have table 208: f fills A there");
    refused(filling("g", Rig.stage("B", 200)), "stage B cannot have table 200: f fills A there");
    refused(filling("g", Rig.stage("B", 201)), "stage B cannot have table 201: f fills A there");
    refused(filling("g", Rig.stage("B", 199)), "stage B cannot have table 199: f fills A there");
    refused(
        filling("g", Rig.stage("B", 220), Rig.stage("C", 221)),
        "stage C cannot have table 221: g fills B there");
    assertThat(stages()).containsExactly("A");
    assertThat(rig.controller.get("Feature", "g")).isEmpty();
    rig.controller.add(filling("g", Rig.stage("B", 202)));
    assertThat(stages()).containsExactly("A", "B");
  }

  @Test
  void aStageOfAFeatureThatIsAwayIsNotFree() {
    Feature f = filling("f", Spine.ADMIT);
    rig.controller.add(f);
    rig.controller.remove(f);
    refused(filling("g", Spine.ADMIT), "stage ADMIT cannot have table 4: f fills ADMIT there");
  }

  private void refused(Feature feature, String sentence) {
    assertThatThrownBy(() -> rig.controller.add(feature))
        .isInstanceOf(ContractException.class)
        .hasMessage(sentence);
  }

  @Test
  void aVersionThatWaitsAndAFeatureThatWasRefusedLeaveNothingBehindAndTheirGoingTakesNothingAway() {
    Feature first = filling("f", Rig.stage("A", 200));
    rig.controller.add(first);
    Set<Flow> flows = rig.flows(1);
    Feature second = filling("f", Rig.stage("B", 204));
    rig.controller.add(second);
    assertThat(rig.flows(1)).isEqualTo(flows);
    assertThat(rig.inspection().waiting()).containsExactly("f");
    rig.controller.remove(second);
    assertThat(rig.inspection().waiting()).isEmpty();
    assertThat(rig.inspection().stages()).noneMatch(StageState::held);
    rig.put(Rig.network("blue", 1500));
    assertThat(rig.flows(1)).hasSize(flows.size() + 1);
    Kind<LogicalSwitch> kind =
        new Kind<>("Odd", "odds", false, KeySpace.NONE, LogicalSwitch.KIND.parser());
    refused(
        new Rig.Said(
            "h",
            d -> {
              d.kind(kind);
              d.fill(Rig.stage("C", 200));
            }),
        "stage C cannot have table 200: f fills A there");
    assertThat(rig.controller.kinds()).doesNotContain(kind);
  }

  @Test
  void aUnitMayOnlyUseTheStagesItsFeatureDeclared() {
    rig.controller.add(
        new Rig.Said(
            "f",
            d -> {
              d.fill(Rig.stage("A", 200));
              d.forEach(
                  LogicalSwitch.KIND,
                  "u",
                  (id, view, out) -> {
                    out.add(flow(Rig.stage("A", 200), 9, id));
                    out.add(flow(Spine.ADMIT, 9, id));
                  });
            }));
    assertThat(rig.inspection().failures())
        .containsEntry(
            "f/u/LogicalSwitch/red",
            "dev.heddle.pipeline.ContractException: feature f did not declare to fill table 4");
    assertThat(rig.flows(1))
        .as("nor the flow that came before")
        .noneMatch(f -> f.key().priority() == 9);
  }

  @Test
  void aJointLeadsToTheNextStageInUseAndOnlyThatOneChanges() {
    rig.controller.add(filling("f", Rig.stage("A", 200)));
    rig.controller.add(filling("h", Rig.stage("C", 208).dropping()));
    assertThat(goal(201)).isEqualTo("[goto 208]");
    assertThat(goal(200)).as("what no flow matches passes").isEqualTo("[goto 201]");
    assertThat(goal(208)).as("what no flow matches is dropped").isEqualTo("[]");
    Feature between = filling("g", Rig.stage("B", 204));
    rig.controller.add(between);
    assertThat(List.of(goal(201), goal(205))).containsExactly("[goto 204]", "[goto 208]");
    rig.controller.remove(between);
    assertThat(goal(201)).as("its flows are held: packets pass it").isEqualTo("[goto 204]");
    assertThat(rig.inspection().retire("g")).isEmpty();
    assertThat(goal(201)).isEqualTo("[goto 208]");
  }

  private String goal(int table) {
    return rig.flows(1).stream()
        .filter(f -> f.key().table() == table && f.key().priority() == 0)
        .map(f -> f.actions().toString())
        .collect(Collectors.joining());
  }

  @Test
  void aFeatureThatNamesAUnitTwiceIsRefused() {
    refused(
        new Rig.Said(
            "f",
            d -> {
              d.forEach(LogicalSwitch.KIND, "u", (id, view, out) -> {});
              d.forEach(LogicalSwitch.KIND, "u", (id, view, out) -> {});
            }),
        "feature f declares unit u twice");
  }
}
