package dev.heddle.plain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Bits;
import dev.heddle.model.IpAddress;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Learn;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Nat;
import dev.heddle.pipeline.Punt;
import dev.heddle.pipeline.Spine;
import dev.heddle.pipeline.Track;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Flows in the words of the documents. */
class FlowTextTest {

  private static final FlowText TEXT = new FlowText(Spine.SWITCH);

  @Test
  void whatIsLearnedIsToldByItsRoles() {
    Learn learn =
        Learn.into(200, 1, 0x77)
            .match(Field.NETWORK, Field.NETWORK)
            .match(Field.ETH_DST, Field.ETH_SRC)
            .load(Field.IN_PORT, Field.OUT_PORT)
            .load(1, Field.FROM_TUNNEL)
            .output(Field.OF_PORT)
            .idle(300)
            .build();
    assertThat(actions(learn))
        .isEqualTo(
            "learn in 200 idle=300s: NETWORK=NETWORK, ETH_DST=ETH_SRC, then OUT_PORT=IN_PORT,"
                + " then FROM_TUNNEL=1, then output OF_PORT");
  }

  @Test
  void trackingIsToldWithItsZoneAndWhereItLeads() {
    assertThat(actions(Track.in(Field.ZONE).into(Spine.SWITCH.joint())))
        .isEqualTo("track in zone ZONE, then next");
    assertThat(
            actions(
                Track.commit(7)
                    .forced()
                    .nat(Nat.source(IpAddress.parse("10.0.0.1")))
                    .with(Field.CT_MARK, 3)
                    .into(60)))
        .isEqualTo("commit, forced, in zone 7, nat(src=10.0.0.1), CT_MARK=3, then 60");
  }

  @Test
  void theRestIsToldInAWordEach() {
    assertThat(
            actions(
                new Action.PushVlan(),
                Action.Set.of(Field.VLAN_VID, Bits.of(5)),
                new Action.PopVlan(),
                new Action.DecTtl(),
                new Action.GroupRef(9),
                new Action.Clone(List.of(new Action.Output(2))),
                Punt.with(new byte[] {1})))
        .isEqualTo("push vlan, VLAN_VID=5, pop vlan, dec ttl, group 9, copy(output 2), punt(01)");
    assertThat(actions(new Action.Conjunction(7, 1, 2)))
        .isEqualTo("clause 1 of 2 of conjunction 7");
    assertThat(TEXT.match(Match.builder().match(Field.VLAN_TCI, 0).build()))
        .isEqualTo("VLAN_TCI=0x0");
  }

  private static String actions(Action... actions) {
    return TEXT.actions(List.of(actions));
  }
}
