package dev.heddle.laws;

import static dev.heddle.model.Encapsulation.GENEVE;
import static dev.heddle.model.Encapsulation.VXLAN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Encapsulation;
import dev.heddle.model.MacAddress;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Spine;
import dev.heddle.pipeline.Tunnel;
import dev.heddle.simulator.Fabric;
import dev.heddle.simulator.Packet;
import dev.heddle.simulator.Plan;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The scenarios of logical switches, word for word, and some more, where nodes speak VXLAN. */
class SwitchingOverVxlanTest extends SwitchingScenariosTest {

  @Override
  Set<Encapsulation> encapsulations() {
    return Set.of(VXLAN);
  }

  @Test
  void whatCrossesDoesSoByVxlan() {
    net.from("a").ping("c").arrives().crossesTo("n2").crossesBy(VXLAN);
    net.from("a").broadcast().reaches("b", "c", "d").crossesTo("n2").crossesBy(VXLAN);
  }

  @Test
  void twoNodesUseGeneveIfBothSpeakItAndWhatBothSpeakOtherwise() {
    net.node("n1", GENEVE, VXLAN).node("n3", GENEVE);
    net.from("a").ping("c").arrives().crossesBy(VXLAN);
    net.from("c").ping("a").arrives().crossesBy(VXLAN);
    net.from("e").ping("g").arrives().crossesBy(GENEVE);
    net.from("g").ping("e").arrives().crossesBy(GENEVE);
    net.node("n2", GENEVE, VXLAN);
    net.from("a").ping("c").arrives().crossesBy(GENEVE);
  }

  @Test
  void nodesWithNothingInCommonHearNothingOfEachOther() {
    net.node("n2", GENEVE).sw("red").port("h", "10.0.0.8").on("n3");
    net.from("a").ping("c").reaches().crossesTo();
    net.from("c").ping("a").reaches().crossesTo();
    net.from("a").broadcast().reaches("b", "h").crossesTo("n3").crossesBy(VXLAN);
    net.from("c").broadcast().reaches("d").crossesTo();
    net.node("n2", VXLAN);
    net.from("a").broadcast().reaches("b", "c", "d", "h").crossesTo("n2", "n3");
  }

  @Test
  void aGuestIsGuardedWhereItIs() {
    net.sw("red").port("w", "10.0.0.9", "fd00::9").withoutPortSecurity().on("n2");
    net.from("a").forging(Field.IPV4_DST, "10.0.0.4").ping("c").isDroppedAt("GUARD_TO");
    net.from("w").forging(Field.ETH_DST, "0a:00:00:00:00:02").advertisesTo("a").crossesTo("n1");
    net.from("w")
        .forging(Field.ETH_DST, "0a:00:00:00:00:02")
        .advertisesTo("a")
        .isDroppedAt("GUARD_TO");
  }

  @Test
  void aNetworkWithoutAMemberThereGoesNoFurtherThanSwitch() {
    assertThat(strays("n2", MacAddress.BROADCAST).arrivals()).hasSize(2);
    assertThat(strays("n3", MacAddress.BROADCAST).droppedAt()).hasValue(Spine.SWITCH.table());
  }

  @Test
  void whatComesByTunnelDoesNotLeaveForAPhysicalNetwork() {
    net.mapped("physnet1", "n1", "n2").sw("red").localnet("out", "physnet1", 10);
    net.from("c").broadcast().reaches("d", "physnet1@n2");
    assertThat(strays("n2", MacAddress.BROADCAST).arrivals()).hasSize(2);
    assertThat(strays("n2", MacAddress.parse("0a:00:00:00:00:77")).arrivals()).isEmpty();
  }

  /** What comes to a node by VXLAN for the network red. */
  private Fabric.Run strays(String node, MacAddress to) {
    int key = net.controller().get("LogicalSwitch", "red").orElseThrow().key();
    Packet stray =
        Packet.EMPTY
            .with(Field.ETH_DST, to.bits())
            .with(Field.ETH_TYPE, Match.ETH_ARP)
            .with(Field.TUNNEL_NETWORK, key);
    Fabric fabric = Plan.of(net.controller()).fabric();
    return fabric.send(Node.KIND.id(node), Tunnel.VXLAN_OF_PORT, stray);
  }
}
