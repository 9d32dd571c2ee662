package dev.heddle.laws;

import static dev.heddle.pipeline.Field.ETH_DST;
import static dev.heddle.pipeline.Field.ETH_SRC;

import dev.heddle.l2.L2Switching;
import dev.heddle.model.Encapsulation;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.simulator.Net;
import dev.heddle.simulator.Sent;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** MACs that no port is said to have, told in packets: a bridge within a guest, for example. */
class UnknownAddressScenariosTest {

  static final String HIDDEN = "0a:00:00:00:00:99";

  @AutoClose final Net net = Net.with(new L2Switching(), new Placement());

  /** What the nodes speak. */
  Set<Encapsulation> encapsulations() {
    return Encapsulation.USUAL;
  }

  @BeforeEach
  void guestsOnThreeNodesTwoOfWhichTakeUnknownAddresses() {
    net.speaking(encapsulations());
    net.sw("red").port("a", "10.0.0.1").on("n1").port("b", "10.0.0.2").on("n1");
    net.port("u", "10.0.0.5").takingUnknown().on("n1");
    net.port("v", "10.0.0.6").takingUnknown().on("n2");
    net.port("c", "10.0.0.3").on("n2").port("d", "10.0.0.4").on("n3");
  }

  /** To the hidden MAC, with the address of a port that takes what it gets. */
  Sent toHidden(String from) {
    return net.from(from).forging(ETH_DST, HIDDEN).ping("u");
  }

  void hiddenSpeaksBehind(String port) {
    net.from(port).forging(ETH_SRC, HIDDEN).broadcast();
  }

  @Test
  void whatNobodyIsKnownToHaveGoesOnlyToPortsThatTakeIt() {
    toHidden("a").reaches("u", "v").crossesTo("n2");
    toHidden("d").reaches("u", "v").crossesTo("n1", "n2");
    toHidden("u").reaches("v").crossesTo("n2");
  }

  @Test
  void whoHasSpokenIsFoundOnEveryNodeThatHeard() {
    hiddenSpeaksBehind("u");
    toHidden("a").reaches("u").crossesTo();
    toHidden("c").reaches("u").crossesTo("n1");
    toHidden("d").reaches("u").crossesTo("n1");
  }

  @Test
  void aMacThatMovesIsFollowed() {
    hiddenSpeaksBehind("u");
    hiddenSpeaksBehind("v");
    toHidden("a").reaches("v").crossesTo("n2");
    toHidden("c").reaches("v").crossesTo();
  }

  @Test
  void aMacThatFallsSilentIsForgotten() {
    hiddenSpeaksBehind("u");
    net.after(200);
    hiddenSpeaksBehind("u");
    net.after(200);
    toHidden("a").reaches("u");
    net.after(101);
    toHidden("a").reaches("u", "v");
  }

  @Test
  void whatWasLearnedGoesWithItsPort() {
    hiddenSpeaksBehind("u");
    net.without("u");
    toHiddenByV("a").reaches("v").crossesTo("n2");
  }

  private Sent toHiddenByV(String from) {
    return net.from(from).forging(ETH_DST, HIDDEN).ping("v");
  }

  @Test
  void nobodyLearnsAwayAMacThatIsSomebodys() {
    net.from("u").forging(ETH_SRC, "0a:00:00:00:00:02").broadcast();
    net.from("a").ping("b").arrives();
  }

  @Test
  void onlyPortsThatTakeUnknownAddressesTeach() {
    net.port("w", "10.0.0.9").withoutPortSecurity().on("n1");
    hiddenSpeaksBehind("w");
    toHidden("a").reaches("u", "v");
  }

  @Test
  void anotherSwitchKnowsNothingOfIt() {
    net.sw("blue").port("e", "10.0.0.1").on("n1").port("x", "10.0.0.2").takingUnknown().on("n2");
    hiddenSpeaksBehind("u");
    net.from("e").forging(ETH_DST, HIDDEN).ping("x").reaches("x").crossesTo("n2");
  }

  @Test
  void aSwitchMayDropWhatIsUnknown() {
    net.unknown("drop");
    toHidden("a").isDroppedAt("SWITCH");
    net.unknown("flood");
    toHidden("a").reaches("u", "v");
  }

  @Test
  void withAWayOutTheUnknownMayBeThereToo() {
    net.mapped("physnet1", "n1", "n2").sw("red").localnet("out", "physnet1", 10);
    toHidden("a").reaches("u", "physnet1@n1").isInVlan(10, "physnet1@n1").crossesTo();
    hiddenSpeaksBehind("u");
    toHidden("a").reaches("u").crossesTo();
    net.unknown("drop");
    toHidden("a").reaches("physnet1@n1");
  }
}
