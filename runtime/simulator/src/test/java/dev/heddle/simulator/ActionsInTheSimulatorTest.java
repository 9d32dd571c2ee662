package dev.heddle.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Group;
import dev.heddle.pipeline.Group.Bucket;
import dev.heddle.pipeline.Learn;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Punt;
import dev.heddle.pipeline.Track;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What actions do to a packet in one switch; each was seen in ofproto/trace of a real OVS. */
class ActionsInTheSimulatorTest {

  private static final Id<Node> N1 = Node.KIND.id("n1");
  private static final Match IP = Match.builder().match(Field.ETH_TYPE, Match.ETH_IPV4).build();
  private static final Packet PACKET =
      Packet.EMPTY
          .with(Field.ETH_TYPE, Match.ETH_IPV4)
          .with(Field.IP_TTL, 64)
          .with(Field.ETH_SRC, 7);
  private static final Action OUT = new Action.Output(2);

  private final Memory memory = new Memory();

  @Test
  void aTagIsPutOnNumberedAndTakenOff() {
    Action vid = Action.Set.of(Field.VLAN_VID, Bits.of(5));
    Fabric.Run run =
        send(PACKET, flow(0, new Action.PushVlan(), vid, OUT, new Action.PopVlan(), OUT));
    assertThat(arrived(run)).containsExactly(PACKET.with(Field.VLAN_TCI, 0x1005), PACKET);
    Packet twice =
        send(PACKET.with(Field.VLAN_TCI, 0x1009), flow(0, new Action.PushVlan(), OUT))
            .arrivals()
            .get(0)
            .packet();
    assertThat(twice.get(Field.VLAN_VID).isZero()).isTrue();
    assertThat(twice.innerTag()).isEqualTo(Bits.of(0x1009));
  }

  @Test
  void whatACopySuffersIsNotSeenBehindIt() {
    Action mark = Action.Set.of(Field.ETH_SRC, Bits.of(9));
    Fabric.Run run = send(PACKET, flow(0, new Action.Clone(List.of(mark, OUT)), OUT));
    assertThat(arrived(run)).containsExactly(PACKET.with(Field.ETH_SRC, 9), PACKET);
  }

  @Test
  void atTheEndOfItsHopsAPacketStopsInThisTableOnly() {
    Flow first = flow(0, new Action.Resubmit(1), OUT);
    Flow hop = flow(1, new Action.DecTtl(), new Action.Output(3));
    assertThat(arrived(send(PACKET, first, hop)))
        .containsExactly(PACKET.with(Field.IP_TTL, 63), PACKET.with(Field.IP_TTL, 63));
    Packet last = PACKET.with(Field.IP_TTL, 1);
    assertThat(arrived(send(last, first, hop))).containsExactly(last);
  }

  @Test
  void aTrackedCopyGoesOnWithItsRegistersAndTheRestWithoutItsState() {
    Flow first =
        flow(
            0,
            Action.Set.of(Field.NETWORK, Bits.of(3)),
            Track.commit(7).into(1),
            new Action.GotoTable(2));
    Match tracked =
        Match.builder()
            .match(Field.ETH_TYPE, Match.ETH_IPV4)
            .match(Field.CT_NEW, 1)
            .match(Field.CT_ZONE, 7)
            .match(Field.NETWORK, 3)
            .build();
    Match not = Match.builder().match(Field.CT_TRK, 0).match(Field.CT_ZONE, 0).build();
    Fabric.Run run =
        send(
            PACKET,
            first,
            new Flow(new FlowKey(1, 1, tracked), 0, List.of(OUT)),
            new Flow(new FlowKey(2, 1, not), 0, List.of(new Action.Output(3))));
    assertThat(run.arrivals().stream().map(Fabric.Arrival::port)).containsExactly(3, 2);
    assertThat(arrived(run)).as("nothing of it leaves the switch").containsExactly(PACKET, PACKET);
  }

  @Test
  void aCopyThatIsTrackedForEverIsLostAfterEightPassages() {
    Fabric.Run run = send(PACKET, flow(0, Track.in(1).into(0), OUT));
    assertThat(run.arrivals()).hasSize(Visit.MOST_PASSAGES);
    assertThat(run.lost()).containsExactly("over 8 passages through the tables: the copy is lost");
  }

  @Test
  void whatIsLearnedIsThereForTheNextPacketUntilItsTimeIsUp() {
    Learn learn =
        Learn.into(1, 9, 0x77)
            .match(Field.ETH_DST, Field.ETH_SRC)
            .output(Field.OF_PORT)
            .idle(10)
            .build();
    Flow[] flows = {flow(0, learn, new Action.Resubmit(1)), flow(1)};
    Packet back = PACKET.with(Field.ETH_SRC, 8).with(Field.ETH_DST, 7);
    assertThat(send(back, flows).arrivals()).isEmpty();
    assertThat(sendFrom(2, PACKET, flows).arrivals()).as("nobody known").isEmpty();
    assertThat(send(back, flows).arrivals()).extracting(Fabric.Arrival::port).containsExactly(2);
    memory.pass(9);
    assertThat(send(back, flows).arrivals()).as("a packet keeps it").hasSize(1);
    memory.pass(9);
    assertThat(send(back, flows).arrivals()).hasSize(1);
    memory.pass(10);
    assertThat(send(back, flows).arrivals()).isEmpty();
  }

  @Test
  void aHardTimeoutCountsFromTheLastTimeItWasLearned() {
    Learn learn = Learn.into(1, 9, 1).match(Field.ETH_DST, Field.ETH_SRC).hard(10).build();
    Flow[] flows = {flow(0, learn)};
    send(PACKET, flows);
    memory.pass(6);
    send(PACKET, flows);
    memory.pass(6);
    assertThat(memory.learned(N1)).hasSize(1);
    memory.pass(4);
    assertThat(memory.learned(N1)).isEmpty();
  }

  @Test
  void whatIsLearnedWithItsLearnerGoesWithIt() {
    Learn learn = Learn.into(1, 9, 1).match(Field.ETH_DST, Field.ETH_SRC).withLearner().build();
    send(PACKET, flow(0, learn));
    assertThat(memory.learned(N1)).hasSize(1);
    send(PACKET, flow(0));
    assertThat(memory.learned(N1)).isEmpty();
  }

  @Test
  void aGroupGivesEachBucketACopy() {
    Group all =
        new Group(
            5,
            Group.Type.ALL,
            List.of(
                Bucket.of(Action.Set.of(Field.ETH_SRC, Bits.of(9)), OUT),
                Bucket.of(new Action.Output(3))));
    Fabric.Run run =
        run(1, PACKET, Tables.of(List.of(flow(0, new Action.GroupRef(5), OUT))).with(all));
    assertThat(arrived(run)).containsExactly(PACKET.with(Field.ETH_SRC, 9), PACKET, PACKET);
  }

  @Test
  void fastFailoverTakesTheFirstPortThatIsUp() {
    Group ff =
        new Group(
            5,
            Group.Type.FAST_FAILOVER,
            List.of(Bucket.whileUp(2, OUT), Bucket.whileUp(3, new Action.Output(3))));
    Tables tables = Tables.of(List.of(flow(0, new Action.GroupRef(5)))).with(ff);
    assertThat(run(1, PACKET, tables).arrivals())
        .extracting(Fabric.Arrival::port)
        .containsExactly(2);
    memory.port(N1, 2, false);
    assertThat(run(1, PACKET, tables).arrivals())
        .extracting(Fabric.Arrival::port)
        .containsExactly(3);
    memory.port(N1, 3, false);
    assertThat(run(1, PACKET, tables).arrivals()).isEmpty();
  }

  @Test
  void aSelectGroupGivesAConnectionOneBucketAndSharesByWeight() {
    Group select =
        new Group(
            5,
            Group.Type.SELECT,
            List.of(
                Bucket.weighing(3, OUT),
                Bucket.weighing(1, new Action.Output(3)),
                Bucket.of(new Action.Output(4))));
    Tables tables = Tables.of(List.of(flow(0, new Action.GroupRef(5)))).with(select);
    int[] got = new int[5];
    for (int i = 0; i < 400; i++) {
      Packet p = PACKET.with(Field.IP_PROTO, Match.PROTO_UDP).with(Field.UDP_SRC, 1000 + i);
      int port = run(1, p, tables).arrivals().get(0).port();
      assertThat(run(1, p, tables).arrivals().get(0).port()).isEqualTo(port);
      got[port]++;
    }
    assertThat(got[2]).isBetween(240, 360);
    assertThat(got[3]).isEqualTo(400 - got[2]);
  }

  @Test
  void aConjunctionIsMetByOneFlowOfEachClause() {
    Flow met =
        new Flow(
            new FlowKey(0, 5, Match.builder().match(Field.CONJ_ID, 1).build()), 0, List.of(OUT));
    Flow source = clause(Field.ETH_SRC, 7, 1);
    Flow target = clause(Field.ETH_DST, 3, 2);
    Flow other = clause(Field.ETH_DST, 4, 2);
    for (int to : List.of(3, 4)) {
      assertThat(send(PACKET.with(Field.ETH_DST, to), met, source, target, other).arrivals())
          .hasSize(1);
    }
    assertThat(send(PACKET.with(Field.ETH_DST, 5), met, source, target, other).arrivals())
        .isEmpty();
    assertThat(
            send(PACKET.with(Field.ETH_DST, 3).with(Field.ETH_SRC, 1), met, source, target)
                .arrivals())
        .isEmpty();
    assertThat(
            send(PACKET.with(Field.ETH_DST, 3), source, target, flow(0, new Action.Output(3)))
                .arrivals())
        .as("no flow for what was met: as if it were not")
        .extracting(Fabric.Arrival::port)
        .containsExactly(3);
  }

  @Test
  void conjunctionsThatOverlapAreAmbiguous() {
    Flow one =
        new Flow(
            new FlowKey(0, 5, Match.builder().match(Field.CONJ_ID, 1).build()), 0, List.of(OUT));
    Flow two =
        new Flow(new FlowKey(0, 5, Match.builder().match(Field.CONJ_ID, 2).build()), 0, List.of());
    Flow source =
        new Flow(
            new FlowKey(0, 9, Match.builder().match(Field.ETH_SRC, 7).build()),
            0,
            List.of(new Action.Conjunction(1, 1, 2), new Action.Conjunction(2, 1, 2)));
    Flow target =
        new Flow(
            new FlowKey(0, 9, Match.builder().match(Field.ETH_DST, 3).build()),
            0,
            List.of(new Action.Conjunction(1, 2, 2), new Action.Conjunction(2, 2, 2)));
    assertThat(send(PACKET.with(Field.ETH_DST, 3), one, two, source, target).trace().ambiguous())
        .hasSize(1);
  }

  private static Flow clause(Field field, long value, int clause) {
    return new Flow(
        new FlowKey(0, 9, Match.builder().match(field, value).build()),
        0,
        List.of(new Action.Conjunction(1, clause, 2)));
  }

  @Test
  void whatIsPuntedIsToldWithItsNote() {
    Fabric.Run run = send(PACKET, flow(0, new Action.Meter(1), Punt.with(new byte[] {8, 1})));
    assertThat(run.punted()).hasSize(1);
    assertThat(run.punted().get(0).punt().userdata()).isEqualTo("0801");
    assertThat(run.arrivals()).isEmpty();
  }

  private static Flow flow(int table, Action... actions) {

    return new Flow(new FlowKey(table, 1, IP), 0, List.of(actions));
  }

  private Fabric.Run send(Packet packet, Flow... flows) {
    return sendFrom(1, packet, flows);
  }

  private Fabric.Run sendFrom(int port, Packet packet, Flow... flows) {
    return run(port, packet, Tables.of(List.of(flows)));
  }

  private Fabric.Run run(int port, Packet packet, Tables tables) {
    Fabric.Switch one = new Fabric.Switch(tables, Optional.empty(), Set.of(1, 2, 3, 4));
    return new Fabric(Map.of(N1, one)).send(memory, N1, port, packet);
  }

  private static List<Packet> arrived(Fabric.Run run) {
    return run.arrivals().stream().map(Fabric.Arrival::packet).toList();
  }
}
