package dev.heddle.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalSwitch;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What an action brings about later is in its stage's contract as well. */
class ContractTest {

  private static final Id<LogicalSwitch> RED = LogicalSwitch.KIND.id("red");

  /** As MAC learning has it: what it knows stands in a table of its own. */
  private static final Stage LEARNING =
      Stage.at("MINE", 4, "for tests").matches(Field.NETWORK).writes(Field.OUT_PORT).reaches(200);

  private static final Stage TRACKING =
      Stage.at("MINE", 4, "for tests")
          .matches(Field.CT_STATE)
          .writes(Field.CT_STATE, Field.CT_MARK, Field.IPV4_SRC, Field.IPV4_DST)
          .reaches(8);

  private static void refused(Stage stage, Consumer<FlowDraft> writing, String sentence) {
    assertThatThrownBy(() -> writing.accept(stage.flow(1)))
        .isInstanceOf(ContractException.class)
        .hasMessage("stage MINE " + sentence);
  }

  @Test
  void whatIsLearnedMatchesWritesAndStandsWhereTheStageMay() {
    Learn good =
        Learn.into(200, 1, 1)
            .match(Field.NETWORK, Field.NETWORK)
            .match(Field.ETH_DST, Field.ETH_SRC)
            .load(Field.IN_PORT, Field.OUT_PORT)
            .build();
    assertThat(LEARNING.flow(1).then(good).next().because(RED).where(Scope.everywhere()).actions())
        .containsExactly(good, new Action.GotoTable(5));
    refused(
        LEARNING,
        f -> f.then(Learn.into(201, 1, 1).load(1, Field.OUT_PORT).build()),
        "may not learn into table 201");
    refused(
        LEARNING,
        f -> f.then(Learn.into(200, 1, 1).match(Field.IN_PORT, Field.IN_PORT).build()),
        "may not match reg14[0..23]");
    refused(
        LEARNING,
        f -> f.then(Learn.into(200, 1, 1).load(1, Field.IN_PORT).build()),
        "may not write reg14 0xffffff");
    refused(
        LEARNING,
        f -> f.then(Learn.into(200, 1, 1).output(Field.OF_PORT).build()),
        "is the same on every node: no port number");
  }

  @Test
  void whatTrackingReachesAndTranslatesIsDeclared() {
    Nat out = Nat.source(IpAddress.parse("10.0.0.9"));
    assertThat(
            TRACKING
                .flow(1)
                .match(Field.IPV4_SRC, IpAddress.parse("10.0.0.1"))
                .match(Field.CT_NEW, 1)
                .then(Track.commit(5).nat(out).with(Field.CT_MARK, 1).into(8))
                .because(RED)
                .where(Scope.everywhere())
                .actions())
        .hasSize(1);
    refused(TRACKING, f -> f.then(Track.in(5).into(9)), "may not lead to table 9");
    refused(LEARNING, f -> f.then(Track.in(5).into(5)), "may not write CT_STATE");
    refused(LEARNING, f -> f.match(Field.CT_NEW, 1), "may not match CT_NEW");
    refused(
        TRACKING,
        f -> f.then(Track.commit(5).with(Field.CT_LABEL, 1)),
        "may not write ct_label 0xffffffffffffffffffffffffffffffff");
    refused(
        TRACKING,
        f -> f.match(Field.ETH_TYPE, Match.ETH_IPV6).then(Track.in(5).nat(Nat.known())),
        "may not translate IPV6_SRC by nat");
  }

  @Test
  void whatACopyDoesIsWhatTheFlowDoes() {
    refused(
        LEARNING,
        f -> f.then(new Action.Clone(List.of(Action.Set.of(Field.IN_PORT, Bits.ZERO)))),
        "may not write reg14 0xffffff");
    refused(
        LEARNING,
        f -> f.then(new Action.Clone(List.of(new Action.Output(1)))),
        "is the same on every node: no port number");
    refused(
        LEARNING.byNode(),
        f ->
            f.then(new Action.Clone(List.of(new Action.Output(1))))
                .because(RED)
                .where(Scope.everywhere()),
        "has a flow that names a port of one node, wanted everywhere");
  }

  @Test
  void tagsHopsAndOtherTablesAreDeclaredToo() {
    refused(LEARNING, f -> f.pushVlan(5), "may not write VLAN_TCI");
    refused(LEARNING, FlowDraft::popVlan, "may not write VLAN_TCI");
    refused(LEARNING, f -> f.then(new Action.DecTtl()), "may not write IP_TTL");
    refused(LEARNING, f -> f.resubmit(Spine.SWITCH), "may not lead to SWITCH");
    refused(LEARNING, f -> f.then(new Action.Resubmit(9)), "may not lead to table 9");
    refused(LEARNING, f -> f.then(new Action.GotoTable(5)), "leads on by next and resumeAt only");
    assertThat(
            LEARNING
                .writes(Field.VLAN_TCI)
                .flow(1)
                .pushVlan(5)
                .because(RED)
                .where(Scope.everywhere())
                .actions())
        .hasToString("[push vlan, set vlan_tci=0x5/0xfff]");
  }

  @Test
  void aClauseIsAllThatItsFlowDoes() {
    assertThatThrownBy(
            () -> LEARNING.flow(1).clause(1, 1, 2).next().because(RED).where(Scope.everywhere()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a clause of a conjunction does nothing else");
    assertThat(
            LEARNING.flow(1).clause(2, 1, 2).clause(1, 2, 2).because(RED).where(Scope.everywhere()))
        .extracting(DesiredFlow::actions)
        .hasToString("[conjunction(1,2/2), conjunction(2,1/2)]");
  }
}
