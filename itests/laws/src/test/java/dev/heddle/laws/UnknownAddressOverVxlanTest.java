package dev.heddle.laws;

import static dev.heddle.model.Encapsulation.GENEVE;
import static dev.heddle.model.Encapsulation.VXLAN;

import dev.heddle.model.Encapsulation;
import dev.heddle.pipeline.Field;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The scenarios of unknown addresses where nodes speak VXLAN: the same texts, save that nobody
 * learns a port on another node. What comes by VXLAN teaches that a MAC is where it is not known.
 */
class UnknownAddressOverVxlanTest extends UnknownAddressScenariosTest {

  @Override
  Set<Encapsulation> encapsulations() {
    return Set.of(VXLAN);
  }

  /** Nodes other than its own go on asking all who take unknown addresses. */
  @Test
  @Override
  void whoHasSpokenIsFoundOnEveryNodeThatHeard() {
    hiddenSpeaksBehind("u");
    toHidden("a").reaches("u").crossesTo();
    toHidden("c").reaches("u", "v").crossesTo("n1");
    toHidden("d").reaches("u", "v").crossesTo("n1", "n2");
  }

  @Test
  @Override
  void aMacThatMovesIsFollowed() {
    hiddenSpeaksBehind("u");
    toHidden("a").reaches("u").crossesTo();
    hiddenSpeaksBehind("v");
    toHidden("a").reaches("u", "v").crossesTo("n2");
    toHidden("c").reaches("v").crossesTo();
  }

  @Test
  void aMacThatMovesFromWhereItWasLearnedByGeneveIsFollowed() {
    net.node("n1", GENEVE, VXLAN).node("n3", GENEVE, VXLAN);
    hiddenSpeaksBehind("u");
    toHidden("d").reaches("u").crossesTo("n1").crossesBy(GENEVE);
    hiddenSpeaksBehind("v");
    toHidden("d").reaches("u", "v").crossesTo("n1", "n2");
    hiddenSpeaksBehind("u");
    toHidden("d").reaches("u").crossesTo("n1");
  }

  @Test
  void whatNobodyTakesAnyMoreIsForgottenByAll() {
    hiddenSpeaksBehind("u");
    net.without("u").without("v");
    net.from("d").forging(Field.ETH_DST, HIDDEN).ping("c").isDroppedAt("SWITCH");
  }
}
