package dev.heddle.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.model.Bits;
import dev.heddle.model.IpAddress;
import dev.heddle.pipeline.Group.Bucket;
import dev.heddle.pipeline.Operand.Slice;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Actions as values: what no switch would take cannot be said, and what is alike is equal. */
class ActionsTest {

  private static final FlowKey ANY = new FlowKey(4, 1, Match.ALL);
  private static final FlowKey IP =
      new FlowKey(4, 1, Match.builder().match(Field.ETH_TYPE, Match.ETH_IPV4).build());

  private static final Learn MAC_OF_SENDER =
      Learn.into(200, 10, Cookie.learned("macs"))
          .match(Field.NETWORK, Field.NETWORK)
          .match(Field.ETH_DST, Field.ETH_SRC)
          .load(Field.IN_PORT, Field.OUT_PORT)
          .idle(300)
          .withLearner()
          .build();

  @Test
  void whatNoSwitchWouldTakeCannotBeSaid() {
    Bits one = Bits.of(1);
    Map<Runnable, String> cases =
        Map.ofEntries(
            refused(() -> Action.Set.of(Field.CT_STATE, one), "cannot set ct_state to 0x1"),
            refused(() -> Action.Set.of(Field.ETH_TYPE, one), "cannot set dl_type to 0x1"),
            refused(() -> Action.Move.of(Field.VLAN_TCI, Field.ETH_TYPE), "cannot move 16 bits"),
            refused(() -> new Action.Conjunction(0, 1, 2), "no clause 1 of 2 of conjunction 0"),
            refused(() -> new Action.Conjunction(1, 3, 2), "no clause 3 of 2 of conjunction 1"),
            refused(() -> new Action.Conjunction(1, 1, 1), "no clause 1 of 1"),
            refused(() -> new Action.Conjunction(1, 1, 65), "no clause 1 of 65"),
            refused(() -> new Action.GroupRef(0xffff_ff00L), "a group is 0 to 0xfffffeff"),
            refused(() -> new Action.Meter(0), "a meter is 1 to 0xffff0000, not 0"),
            refused(() -> Punt.with(new byte[0]), "userdata are 1 to 512 bytes"),
            refused(() -> Punt.with(new byte[513]), "userdata are 1 to 512 bytes"),
            refused(() -> new Punt("0A", 1, 0), "userdata are 1 to 512 bytes"),
            refused(() -> new Punt("0a", 65536, 0), "a length is 0 to 65535, not 65536"),
            refused(
                () -> new Action.Clone(List.of(new Action.GotoTable(9))),
                "not within other actions: goto 9"),
            refused(
                () -> Bucket.of(new Action.ToSender(), new Action.Output(1)),
                "a bucket pops, pushes, counts down, sets, then sends on, each once"),
            refused(
                () -> Bucket.of(new Action.ToSender(), new Action.PushVlan()),
                "a bucket pops, pushes, counts down, sets, then sends on, each once"),
            refused(
                () -> Bucket.of(Learn.into(1, 1, 1).build()),
                "a bucket pops, pushes, counts down, sets, then sends on, each once"),
            refused(
                () -> Bucket.of(new Action.PushVlan()),
                "a bucket that sends nothing on does nothing"));
    cases.forEach(
        (call, sentence) ->
            assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(sentence));
  }

  private static Map.Entry<Runnable, String> refused(Runnable call, String sentence) {
    return Map.entry(call, sentence);
  }

  @Test
  void aMeterComesFirstAndAClauseAlone() {
    Action clause = new Action.Conjunction(7, 1, 2);
    assertThatThrownBy(() -> flow(ANY, new Action.ToSender(), new Action.Meter(1)))
        .hasMessageStartingWith("a meter comes first: table=4");
    assertThatThrownBy(() -> flow(ANY, clause, new Action.ToSender()))
        .hasMessageStartingWith("a clause of a conjunction does nothing else: table=4");
    assertThat(flow(ANY, new Action.Meter(1), new Action.ToSender()).actions()).hasSize(2);
  }

  @Test
  void clausesAreOneSetHoweverTheyAreWritten() {
    Action one = new Action.Conjunction(7, 1, 2);
    Action two = new Action.Conjunction(7, 2, 2);
    Action other = new Action.Conjunction(3, 2, 3);
    assertThat(flow(ANY, two, other, one)).isEqualTo(flow(ANY, other, one, two, one));
    assertThat(ActionList.unite(List.of(List.of(one, two), List.of(other, two))))
        .isEqualTo(ActionList.unite(List.of(List.of(other), List.of(two), List.of(one))))
        .containsExactly(other, one, two);
  }

  @Test
  void whatOnlyIpHasIsSaidOfIp() {
    for (Action a : List.<Action>of(Track.in(5), new Action.DecTtl())) {
      for (Action said : List.of(a, new Action.Clone(List.of(a)))) {
        assertThatThrownBy(() -> flow(ANY, said))
            .hasMessageStartingWith("what only IP has must be said of IP: table=4");
        assertThat(flow(IP, said).actions()).containsExactly(said);
      }
    }
  }

  @Test
  void aTagIsTakenOffOrRenumberedWhereThereIsOne() {
    FlowKey tagged = new FlowKey(4, 1, Match.builder().match(Field.VLAN_VID, 7).build());
    Action push = new Action.PushVlan();
    Action pop = new Action.PopVlan();
    Action vid = Action.Set.of(Field.VLAN_VID, Bits.of(5));
    Action none = Action.Set.of(Field.VLAN_TCI, Bits.ZERO);
    for (List<Action> refused :
        List.of(
            List.of(pop),
            List.of(vid),
            List.of(push, pop, pop),
            List.of(push, none, pop),
            List.<Action>of(new Action.Clone(List.of(push)), pop))) {
      assertThatThrownBy(() -> new Flow(ANY, 1, refused))
          .hasMessageStartingWith("what has a tag must be said of tagged packets: table=4");
    }
    assertThatThrownBy(() -> flow(tagged, push, push))
        .hasMessageStartingWith("there is room for two tags: table=4");
    assertThatThrownBy(() -> flow(tagged, push, new Action.Clone(List.of(push))))
        .hasMessageStartingWith("there is room for two tags: table=4");
    assertThat(flow(tagged, vid, pop, push, vid, new Action.Clone(List.of(pop)), pop).actions())
        .hasSize(6);
  }

  @Test
  void onlyACommitWritesMarkAndLabelAndNothingElse() {
    assertThatThrownBy(() -> flow(IP, Action.Set.of(Field.CT_MARK, Bits.of(1))))
        .hasMessageStartingWith("only a commit writes mark and label");
    assertThatThrownBy(() -> Track.in(1).with(Field.CT_MARK, 1))
        .hasMessage("only a commit forces or writes mark and label");
    assertThatThrownBy(() -> Track.in(1).nat(Nat.source(IpAddress.parse("10.0.0.1"))))
        .hasMessage("only a commit agrees on a translation");
    assertThatThrownBy(() -> Track.in(1).forced())
        .hasMessage("only a commit forces or writes mark and label");
    assertThatThrownBy(() -> Track.commit(1).with(Field.OUT_PORT, 1))
        .hasMessage("a commit writes mark and label only, not: set reg15=0x1/0xffffff");
    assertThatThrownBy(() -> Track.in(Field.NETWORK)).hasMessageStartingWith("a zone has 16 bits");
    assertThatThrownBy(() -> Track.in(65536)).hasMessage("16 bits do not hold 0x10000");
    assertThat(Track.commit(Field.ZONE).forced().nat(Nat.known()).with(Field.CT_MARK, 1).into(9))
        .hasToString("ct(commit,force,table=9,zone=reg13[0..15],nat,exec[set ct_mark=0x1])");
  }

  @Test
  void aTranslationIsARangeOfOneFamily() {
    IpAddress v4 = IpAddress.parse("10.0.0.1");
    assertThatThrownBy(() -> flow(IP, Track.commit(1).nat(Nat.source(IpAddress.parse("fd00::1")))))
        .hasMessageStartingWith("translates to another family: table=4");
    assertThat(Nat.source(v4)).hasToString("nat(src=10.0.0.1)");
    assertThat(Nat.source(v4, IpAddress.parse("10.0.0.9"), 1024, 2047))
        .hasToString("nat(src=10.0.0.1-10.0.0.9:1024-2047)");
    assertThat(Nat.destination(v4, 80)).hasToString("nat(dst=10.0.0.1:80)");
    assertThatThrownBy(() -> Nat.source(v4, IpAddress.parse("fd00::1"), 0, 0))
        .hasMessageStartingWith("no range of addresses");
    assertThatThrownBy(() -> Nat.source(IpAddress.parse("10.0.0.2"), v4, 0, 0))
        .hasMessageStartingWith("no range of addresses");
    assertThatThrownBy(() -> Nat.source(v4, v4, 0, 5)).hasMessage("no range of ports: 0 to 5");
  }

  @Test
  void aLearnedFlowIsMadeFromThePacket() {
    Flow learned = MAC_OF_SENDER.flow(slice -> Bits.of(slice.width()));
    assertThat(learned.key())
        .hasToString("table=200 priority=10 metadata=0x18/0xffffff,dl_dst=0x30");
    assertThat(learned.actions()).hasToString("[set reg15=0x18/0xffffff]");
    assertThat(Cookie.isLearned(learned.key().table(), learned.cookie())).isTrue();
    assertThat(Cookie.isLearned(28, learned.cookie())).as("nobody learns there").isFalse();
    assertThat(Cookie.isLearned(200, Cookie.of(1, "unit"))).isFalse();
    Learn output = Learn.into(9, 1, 0).output(Field.OF_PORT).build();
    assertThat(output.flow(s -> Bits.of(3)).actions()).containsExactly(new Action.Output(3));
    assertThat(output.flow(s -> Bits.of(0xfffd)).actions()).isEmpty();
  }

  @Test
  void whatALearnedFieldPresupposesIsLearnedToo() {
    Learn learn = Learn.into(9, 1, 0).match(Field.UDP_DST, Field.UDP_SRC).build();
    assertThat(learn.flow(s -> Bits.of(53)).key())
        .hasToString("table=9 priority=1 nw_proto=0x11,udp_dst=0x35");
  }

  @Test
  void aLearnThatCannotBeIsRefused() {
    assertThatThrownBy(() -> Learn.into(9, 1, 0).match(Field.ETH_SRC, Field.NETWORK))
        .hasMessage("dl_src[0..47] and metadata[0..23] differ in width");
    assertThatThrownBy(() -> Learn.into(9, 1, 0).load(1, Field.ETH_TYPE))
        .hasMessage("dl_type[0..15] cannot be loaded");
    assertThatThrownBy(
            () -> Learn.into(9, 1, 0).match(Field.IP_PROTO, 6).match(Field.UDP_DST, 1).build())
        .hasMessage("no packet has both nw_proto=0x6 and nw_proto=0x11");
    assertThatThrownBy(() -> Learn.into(9, 1, 0).idle(65536).build())
        .hasMessage("a timeout is 0 to 65535 seconds, not 65536");
    assertThatThrownBy(() -> new Slice(Wire.REG0, 30, 3)).hasMessage("reg0 has no bits 30 to 32");
  }

  @Test
  void aGroupHasTheBucketsItsTypeNeeds() {
    Bucket plain = Bucket.of(new Action.ToSender());
    Bucket heavy = Bucket.weighing(2, new Action.ToSender());
    Bucket watching = Bucket.whileUp(1, new Action.ToSender());
    assertThat(new Group(1, Group.Type.SELECT, List.of(heavy, plain)).buckets()).hasSize(2);
    assertThat(new Group(1, Group.Type.FAST_FAILOVER, List.of(watching)).buckets()).hasSize(1);
    assertThatThrownBy(() -> new Group(1, Group.Type.INDIRECT, List.of(plain, plain)))
        .hasMessage("an indirect group has one bucket, not 2");
    assertThatThrownBy(() -> new Group(1, Group.Type.ALL, List.of(heavy)))
        .hasMessageStartingWith("only a select group weighs");
    assertThatThrownBy(() -> new Group(1, Group.Type.FAST_FAILOVER, List.of(plain)))
        .hasMessageStartingWith("fast failover must watch a port");
  }

  @Test
  void bitsOfAStatePresupposeThatThereIsOne() {
    assertThat(Match.builder().match(Field.CT_NEW, 1).match(Field.CT_RPL, 0).build())
        .hasToString("ct_state=0x21/0x29");
    assertThat(Match.builder().match(Field.VLAN_VID, 5).build())
        .hasToString("vlan_tci=0x1005/0x1fff");
    assertThat(Match.builder().match(Field.TCP_FLAGS, Bits.of(2), Bits.of(2)).build())
        .hasToString("nw_proto=0x6,tcp_flags=0x2/0x2");
    assertThat(Match.builder().match(Field.SCTP_DST, 5).build())
        .hasToString("nw_proto=0x84,sctp_dst=0x5");
    assertThat(Match.builder().match(Field.ICMPV4_TYPE, 8).build())
        .hasToString("dl_type=0x800,nw_proto=0x1,icmp_type=0x8");
    assertThat(Match.builder().match(Field.ND_RESERVED, 1).build().value(Field.ICMPV6_CODE))
        .isEqualTo(Optional.of(Bits.ZERO));
  }

  private static Flow flow(FlowKey key, Action... actions) {
    return new Flow(key, 1, List.of(actions));
  }
}
