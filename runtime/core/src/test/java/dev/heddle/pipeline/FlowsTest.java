package dev.heddle.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Action.GotoTable;
import dev.heddle.pipeline.Action.Output;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract of stages and flows: each way to break it is refused, where it is written. */
class FlowsTest {

  private static final Id<LogicalSwitch> RED = LogicalSwitch.KIND.id("red");
  private static final Scope ONE_NODE = Scope.node(Node.KIND.id("n1"));
  private static final Scope ONE_PORT = Scope.port(LogicalPort.KIND.id("p"));

  /** May match IN_PORT, write OUT_PORT and lead to 8; the same on every node. */
  private static final Stage STAGE =
      Stage.at("MINE", 4, "for tests")
          .matches(Field.IN_PORT)
          .writes(Field.OUT_PORT, Field.ETH_SRC)
          .reaches(8);

  private static void refused(Consumer<FlowDraft> writing, String sentence) {
    refusedIn(STAGE, writing, sentence);
  }

  private static void refusedIn(Stage stage, Consumer<FlowDraft> writing, String sentence) {
    FlowDraft draft = stage.flow(100);
    assertThatThrownBy(() -> writing.accept(draft))
        .isInstanceOf(ContractException.class)
        .hasMessage("stage MINE " + sentence);
  }

  @Test
  void aFlowInsideTheContractIsMade() {
    DesiredFlow flow =
        STAGE
            .flow(100)
            .match(Field.IN_PORT, 1)
            .match(Field.IPV4_SRC, IpAddress.parse("10.0.0.1"))
            .set(Field.OUT_PORT, 2)
            .move(Field.ETH_DST, Field.ETH_SRC)
            .next()
            .because(RED)
            .where(Scope.everywhere());
    assertThat(flow.key())
        .hasToString("table=4 priority=100 reg14=0x1/0xffffff,dl_type=0x800,nw_src=0xa000001");
    assertThat(flow.actions())
        .hasToString("[set reg15=0x2/0xffffff, move dl_dst[0..47]->dl_src[0..47], goto 5]");
    assertThat(flow.owner()).isEqualTo(RED);
    assertThat(STAGE.flow(1).toSender().because(RED).where(Scope.network(RED)).scope())
        .hasToString("network(red)");
  }

  @Test
  void whatTheStageDoesNotNameIsRefused() {
    refused(f -> f.match(Field.OUT_PORT, 1), "may not match OUT_PORT");
    refused(f -> f.match(Field.NETWORK, 1), "may not match NETWORK");
    refused(f -> f.set(Field.IN_PORT, 1), "may not write IN_PORT");
    refused(f -> f.set(Field.ETH_DST, 1), "may not write ETH_DST");
    refused(f -> f.set(Field.OUT_IS_GROUP, 1), "may not write OUT_IS_GROUP");
    refused(f -> f.move(Field.ETH_SRC, Field.ETH_DST), "may not write ETH_DST");
    refused(f -> f.resumeAt(Spine.SWITCH), "may not lead to SWITCH");
    refused(f -> f.crossTo(IpAddress.v4(1)), "may not write TUNNEL_NETWORK");
  }

  @Test
  void portNumbersBelongToStagesThatDifferByNodeAndToScopesOfOneNode() {
    refused(f -> f.output(1), "is the same on every node: no port number");
    refused(f -> f.match(Field.OF_PORT, 1), "is the same on every node: no port number");
    Stage placed = STAGE.byNode();
    for (Function<FlowDraft, FlowDraft> naming :
        List.<Function<FlowDraft, FlowDraft>>of(
            f -> f.output(1), f -> f.match(Field.OF_PORT, 1).next())) {
      for (Scope wide : List.of(Scope.everywhere(), Scope.network(RED))) {
        refusedIn(
            placed,
            f -> naming.apply(f).because(RED).where(wide),
            "has a flow that names a port of one node, wanted " + wide);
      }
      for (Scope narrow : List.of(ONE_NODE, ONE_PORT)) {
        assertThat(naming.apply(placed.flow(1)).because(RED).where(narrow).scope())
            .isEqualTo(narrow);
      }
    }
    assertThat(
            placed
                .flow(1)
                .match(Field.OF_PORT, Tunnel.OF_PORT)
                .next()
                .because(RED)
                .where(Scope.everywhere()))
        .as("the tunnel has one number on all nodes")
        .isNotNull();
  }

  @Test
  void aFlowSaysWhatItDoesOnceAndToTheEnd() {
    refused(f -> f.next().where(Scope.everywhere()), "has a flow that says no owner");
    refused(f -> f.next().drop(), "drops or does something, not both");
    refused(f -> f.drop().next(), "drops or does something, not both");
    refused(f -> f.drop().set(Field.OUT_PORT, 1), "drops or does something, not both");
    refused(f -> f.because(RED).where(ONE_NODE), "has a flow that does nothing and says no drop");
    refused(f -> f.next().set(Field.OUT_PORT, 1), "has a flow that goes on after it has left");
    refused(f -> f.next().next(), "has a flow that goes on after it has left");
    refused(f -> f.resumeAt(Spine.ANSWER).toSender(), "has a flow that goes on after it has left");
    assertThat(STAGE.flow(1).drop().because(RED).where(ONE_NODE).actions()).isEmpty();
  }

  @Test
  void aFlowThatNoSwitchCouldHoldIsRefusedWhenItIsWished() {
    FlowKey key = new FlowKey(4, 1, Match.ALL);
    for (List<Action> actions :
        List.of(
            List.<Action>of(new GotoTable(5), new Output(1)),
            List.<Action>of(new GotoTable(4)),
            List.<Action>of(new GotoTable(0)))) {
      assertThatThrownBy(() -> new Flow(key, 1, actions))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("goto must be last and lead forward: table=4 priority=1 any");
      assertThatThrownBy(() -> new DesiredFlow(key, actions, ONE_NODE, RED))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("goto must be last and lead forward: table=4 priority=1 any");
    }
    assertThat(new Flow(key, 1, List.of(new Output(1), new GotoTable(5))))
        .hasToString("0x1 table=4 priority=1 any -> [output 1, goto 5]");
    assertThat(new Flow(key, 0xab, List.of())).hasToString("0xab table=4 priority=1 any -> drop");
  }

  @Test
  void numbersOutsideTheirRangeAreRefused() {
    Map<Runnable, String> cases =
        Map.of(
            () -> new FlowKey(254, 0, Match.ALL), "a table is 0 to 253, not 254",
            () -> new FlowKey(-1, 0, Match.ALL), "a table is 0 to 253, not -1",
            () -> new FlowKey(0, -1, Match.ALL), "a priority is 0 to 65535, not -1",
            () -> new FlowKey(0, 65536, Match.ALL), "a priority is 0 to 65535, not 65536",
            () -> new Output(0), "an OpenFlow port is 1 to 65279, not 0",
            () -> new Output(0xff00), "an OpenFlow port is 1 to 65279, not 65280",
            () -> new GotoTable(254), "a table is 0 to 253, not 254",
            () -> Stage.at("X", 254, ""), "a table is 0 to 253, not 254",
            () -> Cookie.of(0, ""), "an owner number is 1 to 65534, not 0",
            () -> Cookie.of(65535, ""), "an owner number is 1 to 65534, not 65535");
    cases.forEach(
        (call, sentence) ->
            assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(sentence));
    assertThat(new FlowKey(253, 65535, Match.ALL).table()).isEqualTo(253);
    assertThat(new Output(0xfeff).port()).isEqualTo(65279);
  }

  @Test
  void whatDoesNotFitAFieldIsNotWrittenIntoIt() {
    assertThatThrownBy(() -> Action.Set.of(Field.OUT_IS_GROUP, Bits.of(2)))
        .hasMessage("OUT_IS_GROUP has 1 bits, too few for 0x2");
    assertThat(Action.Set.of(Field.OUT_IS_GROUP, Bits.of(1)))
        .hasToString("set reg15=0x800000/0x800000");
    assertThatThrownBy(() -> Action.Move.of(Field.ETH_SRC, Field.NETWORK))
        .hasMessage("ETH_SRC and NETWORK differ in width");
    assertThatThrownBy(() -> new Action.Move(Wire.REG0, 1, Wire.REG1, 0, 32))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Action.Set(Wire.REG0, Bits.of(2), Bits.of(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Worked out apart from this code. Cookies outlive controllers: they may never change. */
  @ParameterizedTest
  @CsvSource({
    "1, '', 0x13df2c3383c52",
    "1, pipeline/stage/Stage/ADMIT, 0x11650bea49043",
    "2, l2/admit/LogicalPort/red-a, 0x2d30f450b8c6d",
    "65534, 'l2/replicate/LogicalSwitch/red,Node/n1', 0xfffeb9dd6e216352",
    "3, z\u00e9\u20ac\ud83d\ude00, 0x3161c7e4adb5e"
  })
  void aCookieIsTheSameForEver(int owner, String unit, String cookie) {
    assertThat(Cookie.text(Cookie.of(owner, unit))).isEqualTo(cookie);
    assertThat(Cookie.owner(Cookie.of(owner, unit))).isEqualTo(owner);
  }

  @Test
  void flowKeysAreReadByTableThenFromTheHighestPriorityThenByText() {
    Match a = Match.builder().match(Field.IN_PORT, 1).build();
    Match b = Match.builder().match(Field.IN_PORT, 2).build();
    List<FlowKey> ordered =
        List.of(
            new FlowKey(0, 0, a),
            new FlowKey(4, 65535, a),
            new FlowKey(4, 100, a),
            new FlowKey(4, 100, b),
            new FlowKey(4, 9, a),
            new FlowKey(10, 100, Match.ALL));
    assertThat(ordered).isSortedAccordingTo(FlowKey.ORDER);
    assertThat(ordered.stream().sorted(FlowKey.ORDER.reversed()).sorted(FlowKey.ORDER))
        .containsExactlyElementsOf(ordered);
  }

  @Test
  void theSpineLeavesRoomForEachJointAndForAStageBehindEach() {
    assertThat(Spine.STAGES).allSatisfy(s -> assertThat(s.table() % 4).isZero());
    assertThat(Spine.STAGES.stream().map(Stage::table)).doesNotHaveDuplicates().isSorted();
    assertThat(Stage.after(Spine.ADMIT, "ACME_CHECK", "").table())
        .isEqualTo(Spine.ADMIT.table() + 2);
  }
}
