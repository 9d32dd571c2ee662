package dev.heddle.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Tunnel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** One packet through hand-written tables: what a switch does beyond matching. */
class SwitchLimitsTest {

  private static final Id<Node> N1 = Node.KIND.id("n1");
  private static final Id<Node> N2 = Node.KIND.id("n2");
  private static final Action OUT = new Action.Output(2);

  @Test
  void theHighestPriorityWins() {
    assertThat(ports(flow(0, 1, OUT), flow(0, 2))).isEmpty();
    assertThat(ports(flow(0, 2, OUT), flow(0, 1))).containsExactly(2);
  }

  @Test
  void aMissDrops() {
    Fabric.Run run = run(flow(0, 1, new Action.Resubmit(7), new Action.GotoTable(9)));
    assertThat(run.arrivals()).isEmpty();
    assertThat(run.droppedAt()).contains(9);
  }

  @Test
  void nothingGoesBackToItsPortUnlessToldTo() {
    assertThat(ports(flow(0, 1, new Action.Output(1), OUT))).containsExactly(2);
    assertThat(ports(flow(0, 1, new Action.ToSender()))).containsExactly(1);
    assertThat(ports(flow(0, 1, new Action.Output(3)))).as("no such port").isEmpty();
  }

  @Test
  void whatAResubmitChangesStaysChanged() {
    Flow first = flow(0, 1, new Action.Resubmit(1), new Action.GotoTable(2));
    Flow change = flow(1, 1, Action.Set.of(Field.IN_PORT, Bits.of(5)));
    Match five = Match.builder().match(Field.IN_PORT, 5).build();
    Flow seen = new Flow(new FlowKey(2, 1, five), 0, List.of(OUT));
    assertThat(ports(first, change, seen)).containsExactly(2);
  }

  @Test
  void aFieldThePacketLacksIsNotWritten() {
    Action set = Action.Set.of(Field.ARP_OP, Bits.of(2));
    Packet ip = Packet.EMPTY.with(Field.ETH_TYPE, Match.ETH_IPV4);
    assertThat(send(ip, flow(0, 1, set, OUT)).arrivals().get(0).packet()).isEqualTo(ip);
  }

  @Test
  void atMost4096ResubmitsThenAllCopiesAreLost() {
    assertThat(ports(copyThenResubmits(4096))).containsExactly(2);
    Fabric.Run lost = run(copyThenResubmits(4097));
    assertThat(lost.arrivals()).isEmpty();
    assertThat(lost.lost()).containsExactly("over 4096 resubmits: the packet is lost");
  }

  /** One copy first, then so many resubmits to a table that does nothing. */
  private static Flow[] copyThenResubmits(int resubmits) {
    List<Action> actions = new ArrayList<>(List.of(OUT));
    for (int i = 0; i < resubmits; i++) {
      actions.add(new Action.Resubmit(1));
    }
    return new Flow[] {flow(0, 1, actions.toArray(Action[]::new)), flow(1, 1)};
  }

  @Test
  void aTableThatResubmitsToItselfStopsAtDepth64() {
    Fabric.Run run = run(flow(0, 1, OUT, new Action.Resubmit(0)));
    assertThat(run.trace().steps()).hasSize(65);
    assertThat(run.arrivals()).isEmpty();
    assertThat(run.lost()).hasSize(1);
  }

  @Test
  void twoFlowsOfOnePriorityAreShownAsAmbiguousUnlessTheyDoTheSame() {
    Match arp = Match.builder().match(Field.ETH_TYPE, Match.ETH_ARP).build();
    Flow drop = new Flow(new FlowKey(0, 1, arp), 0, List.of());
    Flow same = new Flow(new FlowKey(0, 1, arp), 0, List.of(OUT));
    Packet packet = Packet.EMPTY.with(Field.ETH_TYPE, Match.ETH_ARP);
    assertThat(send(packet, flow(0, 1, OUT), drop).trace().ambiguous()).hasSize(1);
    assertThat(send(packet, flow(0, 1, OUT), same).trace().ambiguous()).isEmpty();
  }

  @Test
  void aTunnelCarriesItsFieldsAndNoRegister() {
    Flow into =
        flow(
            0,
            1,
            Action.Set.of(Field.IN_PORT, Bits.of(9)),
            Action.Set.of(Field.TUNNEL_NETWORK, Bits.of(7)),
            Action.Set.of(Field.TUNNEL_DST, IpAddress.parse("198.18.0.2").bits()),
            new Action.Output(Tunnel.OF_PORT));
    Match match =
        Match.builder()
            .match(Field.OF_PORT, Tunnel.OF_PORT)
            .match(Field.TUNNEL_NETWORK, 7)
            .match(Field.TUNNEL_SRC, IpAddress.parse("198.18.0.1").bits())
            .match(Field.IN_PORT, 0)
            .build();
    Flow from = new Flow(new FlowKey(0, 1, match), 0, List.of(OUT));
    Fabric.Run run =
        new Fabric(
                Map.of(
                    N1, at("198.18.0.1", into),
                    N2, at("198.18.0.2", from, flow(0, 0))))
            .send(N1, 1, Packet.EMPTY);
    assertThat(run.arrivals()).containsExactly(new Fabric.Arrival(N2, 2, Packet.EMPTY));
    assertThat(run.tunnelled()).isEqualTo(Map.of(N2, 1));
  }

  @Test
  void whatReturnsIntoTunnelsForEverIsStopped() {
    Action[] over = {
      Action.Set.of(Field.TUNNEL_DST, IpAddress.parse("198.18.0.2").bits()),
      new Action.Output(Tunnel.OF_PORT)
    };
    Action[] back = {
      Action.Set.of(Field.TUNNEL_DST, IpAddress.parse("198.18.0.1").bits()), new Action.ToSender()
    };
    Match tunnel = Match.builder().match(Field.OF_PORT, Tunnel.OF_PORT).build();
    Flow again =
        new Flow(
            new FlowKey(0, 2, tunnel),
            0,
            List.of(
                Action.Set.of(Field.TUNNEL_DST, IpAddress.parse("198.18.0.2").bits()),
                new Action.ToSender()));
    Fabric.Run run =
        new Fabric(
                Map.of(
                    N1, at("198.18.0.1", flow(0, 1, over), again),
                    N2, at("198.18.0.2", flow(0, 1, back))))
            .send(N1, 1, Packet.EMPTY);
    assertThat(run.lost()).containsExactly("over 64 copies between nodes: a loop");
  }

  private static Flow flow(int table, int priority, Action... actions) {
    return new Flow(new FlowKey(table, priority, Match.ALL), 0, List.of(actions));
  }

  private static Fabric.Switch at(String address, Flow... flows) {
    return new Fabric.Switch(
        Tables.of(List.of(flows)), Optional.of(IpAddress.parse(address)), Set.of(1, 2));
  }

  private static Fabric.Run send(Packet packet, Flow... flows) {
    return new Fabric(Map.of(N1, at("198.18.0.1", flows))).send(N1, 1, packet);
  }

  private static Fabric.Run run(Flow... flows) {
    return send(Packet.EMPTY, flows);
  }

  private static List<Integer> ports(Flow... flows) {
    return run(flows).arrivals().stream().map(Fabric.Arrival::port).toList();
  }
}
