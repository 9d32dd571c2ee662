package dev.heddle.laws;

import static dev.heddle.pipeline.Field.ARP_SHA;
import static dev.heddle.pipeline.Field.ARP_SPA;
import static dev.heddle.pipeline.Field.ETH_DST;
import static dev.heddle.pipeline.Field.ETH_SRC;
import static dev.heddle.pipeline.Field.IPV4_DST;
import static dev.heddle.pipeline.Field.IPV4_SRC;
import static dev.heddle.pipeline.Field.IPV6_DST;
import static dev.heddle.pipeline.Field.IPV6_SRC;
import static dev.heddle.pipeline.Field.ND_SLL;
import static dev.heddle.pipeline.Field.ND_TARGET;
import static dev.heddle.pipeline.Field.ND_TLL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.l2.L2Switching;
import dev.heddle.model.Encapsulation;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.pipeline.Feature;
import dev.heddle.simulator.Net;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What logical switches do, told in packets. */
class SwitchingScenariosTest {

  private static final String STRANGER = "0a:00:00:00:00:99";

  @AutoClose final Net net = Net.with(l2(), new Placement());

  /** Another version of it is tried by the same scenarios. */
  Feature l2() {
    return new L2Switching();
  }

  /** What the nodes speak. */
  Set<Encapsulation> encapsulations() {
    return Encapsulation.USUAL;
  }

  @BeforeEach
  void twoTenantsWithTheSameMacsAndAddresses() {
    net.speaking(encapsulations());
    net.sw("red").port("a", "10.0.0.1", "fd00::1").on("n1").port("b", "10.0.0.2").on("n1");
    net.port("c", "10.0.0.3", "fd00::3").on("n2").port("d", "10.0.0.4").on("n2");
    net.sw("blue").port("e", "10.0.0.1").on("n1").port("f", "10.0.0.2").on("n1");
    net.port("g", "10.0.0.3").on("n3");
  }

  @Test
  void guestsOfOneSwitchMeetOnOneNode() {
    net.from("a").ping("b").arrives().crossesTo();
    net.from("b").ping("a").arrives().crossesTo();
  }

  @Test
  void guestsOfOneSwitchMeetAcrossNodes() {
    net.from("a").ping("c").arrives().crossesTo("n2");
    net.from("c").ping("a").arrives().crossesTo("n1");
  }

  @Test
  void tenantsWithTheSameMacsAndAddressesNeverMeet() {
    net.from("a").ping("b").reaches("b");
    net.from("e").ping("f").reaches("f");
    net.from("a").broadcast().reaches("b", "c", "d");
    net.from("e").broadcast().reaches("f", "g");
    net.from("e").ping("d").isDroppedAt("SWITCH");
  }

  @Test
  void aBroadcastIsCopiedOncePerNodeThatHasAMemberAndNeverBack() {
    net.from("a").broadcast().reaches("b", "c", "d").crossesTo("n2");
    net.from("d").broadcast().reaches("a", "b", "c").crossesTo("n1");
    net.from("e").broadcast().reaches("f", "g").crossesTo("n3");
  }

  @Test
  void arpAndNdAreAnsweredWithoutLeavingTheNode() {
    net.from("a").arp("10.0.0.2").isAnsweredBy("b");
    net.from("a").arp("10.0.0.3").isAnsweredBy("c");
    net.from("e").arp("10.0.0.3").isAnsweredBy("g");
    net.from("a").solicits("fd00::3").isAnsweredBy("c");
    net.from("c").solicits("fd00::1").isAnsweredBy("a");
  }

  @Test
  void aSolicitationWithoutAnOptionToAnswerInReachesEverybody() {
    net.from("a").forging(ND_SLL, "00:00:00:00:00:00").solicits("fd00::3").reaches("b", "c", "d");
  }

  @Test
  void whoHasAnAddressNobodyHasReachesEverybody() {
    net.from("a").arp("10.0.0.99").reaches("b", "c", "d");
    net.from("a").solicits("fd00::99").reaches("b", "c", "d");
    net.from("a").solicits("fd00::1").reaches("b", "c", "d");
  }

  @Test
  void aForgedMacIsDropped() {
    net.from("a").forging(ETH_SRC, STRANGER).ping("b").isDroppedAt("ADMIT");
    net.from("a").forging(ETH_SRC, STRANGER).arp("10.0.0.2").isDroppedAt("ADMIT");
    net.from("a").forging(ETH_SRC, STRANGER).discoversDhcp().isDroppedAt("ADMIT");
    net.from("a").forging(ETH_SRC, STRANGER).detectsDuplicates().isDroppedAt("ADMIT");
  }

  @Test
  void aForgedIpIsDropped() {
    net.from("a").forging(IPV4_SRC, "10.0.0.2").ping("b").isDroppedAt("ADMIT");
    net.from("c").forging(IPV6_SRC, "fd00::9").solicits("fd00::1").isDroppedAt("ADMIT");
    net.from("b").forging(IPV4_SRC, "10.0.0.3").broadcast().isDroppedAt("ADMIT");
  }

  @Test
  void forgedArpIsDropped() {
    net.from("a").forging(ARP_SHA, STRANGER).arp("10.0.0.2").isDroppedAt("ADMIT");
    net.from("a").forging(ARP_SPA, "10.0.0.3").arp("10.0.0.2").isDroppedAt("ADMIT");
  }

  @Test
  void forgedNeighbourDiscoveryIsDropped() {
    net.from("a").forging(ND_TARGET, "fd00::3").advertisesTo("c").isDroppedAt("ADMIT");
    net.from("a").forging(ND_TLL, STRANGER).advertisesTo("c").isDroppedAt("ADMIT");
    net.from("a").forging(ND_SLL, STRANGER).solicits("fd00::3").isDroppedAt("ADMIT");
    net.from("a").forging(ND_TARGET, "fd00::3").detectsDuplicates().isDroppedAt("ADMIT");
  }

  @Test
  void neighbourDiscoveryPasses() {
    net.from("c").advertisesTo("a").arrives();
    net.from("a").ping("b").arrives();
  }

  @Test
  void aHostMayLookForItsAddress() {
    net.from("a").discoversDhcp().reaches("b", "c", "d");
    net.from("a").probesItsAddress().reaches("b", "c", "d");
    net.from("a").detectsDuplicates().reaches("b", "c", "d");
  }

  @Test
  void withoutPortSecurityAnythingMayBeSaid() {
    net.sw("red").port("w", "10.0.0.9").withoutPortSecurity().on("n1");
    net.from("w").forging(ETH_SRC, STRANGER).ping("b").arrives();
    net.from("w").forging(IPV4_SRC, "192.0.2.1").ping("c").arrives();
  }

  @Test
  void aGuestGetsNothingForAnAddressThatIsNotItsOwn() {
    net.from("a").forging(IPV4_DST, "10.0.0.3").ping("b").isDroppedAt("GUARD_TO");
    net.from("a").forging(IPV4_DST, "224.0.0.5").ping("b").arrives();
    net.from("c").forging(IPV6_DST, "fd00::9").advertisesTo("a").isDroppedAt("GUARD_TO");
    net.sw("red").port("w", "10.0.0.9").withoutPortSecurity().on("n1");
    net.from("a").forging(IPV4_DST, "192.0.2.1").ping("w").arrives();
  }

  @Test
  void aGuestWithIpv4OnlyGetsNoIpv6() {
    net.sw("red").port("w", "10.0.0.9", "fd00::9").withoutPortSecurity().on("n1");
    net.from("w").forging(ETH_DST, "0a:00:00:00:00:02").advertisesTo("a").isDroppedAt("GUARD_TO");
  }

  @Test
  void nothingGoesBackToThePortItCameFrom() {
    net.from("a").ping("a").isDroppedAt("GUARD_TO");
  }

  @Test
  void aPortThatIsRemovedNeitherSendsNorReceives() {
    net.without("b");
    net.from("b").ping("a").isDroppedAt("CLASSIFY");
    net.from("a").ping("b").isDroppedAt("SWITCH");
    net.from("a").arp("10.0.0.2").reaches("c", "d");
    net.from("a").broadcast().reaches("c", "d");
  }

  @Test
  void aNodeWithoutAMemberGetsNoCopyOnceTheLastHasLeft() {
    net.without("c").without("d");
    net.from("a").broadcast().reaches("b").crossesTo();
  }

  @Test
  void aTraceNamesStageFlowAndObject() {
    assertThat(net.from("a").ping("c").arrives().explained())
        .contains("on n1: ", "on n2: ", "ADMIT", "joint of ANSWER", "LogicalPort/a", "l2/admit")
        .contains("set reg15", "placement/port");
  }

  @Test
  void whatIsNotSoIsToldWithTheTrace() {
    assertThatThrownBy(() -> net.from("a").ping("b").isDroppedAt("ADMIT"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("is dropped at ADMIT, not at no stage")
        .hasMessageContaining("OUTPUT");
    assertThatThrownBy(() -> net.from("a").broadcast().reaches("b"))
        .hasMessageContaining("reaches [b], each once");
    assertThatThrownBy(() -> net.from("a").ping("b").isAnswered())
        .hasMessageContaining("is answered to a alone");
  }
}
