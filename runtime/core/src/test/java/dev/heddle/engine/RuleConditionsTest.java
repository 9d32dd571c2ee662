package dev.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Condition;
import dev.heddle.model.Document;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A rule is realized when every node that has a port of its subject has confirmed it. */
class RuleConditionsTest {

  @AutoClose private final Rig rig = new Rig();

  @BeforeEach
  void aSwitchOnThreeNodesAndAGroupOnTwoOfThem() {
    rig.controller.add(new Rig.Said("acl", d -> {}));
    rig.put(Rig.network("s"));
    for (int n = 1; n <= 3; n++) {
      rig.put(Rig.node(n), Rig.port("p" + n, "s", n, Map.of()), Rig.binding(n, "p" + n, n));
    }
    ObjectNode group = JsonNodeFactory.instance.objectNode();
    group.withArray("ports").add("p1").add("p2");
    rig.put(new Document("PortGroup", "web", Map.of(), group));
    rig.put(rule("of-group", "portGroup", "web"), rule("of-switch", "switch", "s"));
  }

  private static Document rule(String name, String subject, String of) {
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    spec.putObject("appliesTo").put(subject, of);
    spec.put("direction", "to").put("priority", 1).put("match", "ip").put("action", "drop");
    return new Document("Acl", name, Map.of(), spec);
  }

  private Condition realized(String name) {
    return rig.controller.get("Acl", name).orElseThrow().conditions().stream()
        .filter(c -> c.type().equals(Condition.REALIZED))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void byTheNodesOfItsGroupAndNoOthers() {
    rig.controller.confirmedBy(Rig.confirmed(1, 2));
    assertThat(realized("of-group")).isEqualTo(Condition.met(Condition.REALIZED, ""));
    assertThat(realized("of-switch").message()).contains("n3").doesNotContain("n1", "n2");
  }

  @Test
  void notWhileANodeThatIsThereHasNotConfirmedIt() {
    rig.controller.confirmedBy(Rig.at(0, 1, 2, 3));
    assertThat(realized("of-group").reason()).isEqualTo("Waiting");
    assertThat(realized("of-group").message()).contains("n1", "n2").doesNotContain("n3");
  }

  /** What it had confirmed it goes on doing; what came later nobody knows to be done there. */
  @Test
  void withoutANodeThatIsAwayAndTheReasonSaysWhetherItHadConfirmed() {
    rig.controller.confirmedBy(Rig.left(Long.MAX_VALUE, 1, 2));
    assertThat(realized("of-group").status()).isTrue();
    assertThat(realized("of-group").reason()).isEqualTo(Condition.REALIZED);
    assertThat(realized("of-group").message())
        .isEqualTo("n1 is not connected; n2 is not connected.");
    rig.controller.confirmedBy(Rig.left(0, 1, 2));
    assertThat(realized("of-group").status()).isTrue();
    assertThat(realized("of-group").reason()).isEqualTo(Condition.NODES_AWAY);
    assertThat(realized("of-group").message())
        .startsWith("n1 is not connected and has not confirmed revision ");
  }

  /** It is a port on each node of its switch. */
  @Test
  void byAllNodesOfTheSwitchOfAWayOut() {
    rig.controller.confirmedBy(Rig.confirmed(1, 2));
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    out.put("switch", "s").put("type", "localnet").put("physicalNetwork", "physnet1");
    rig.put(new Document("LogicalPort", "out", Map.of(), out));
    assertThat(realized("of-group").status()).isTrue();
    ObjectNode group = JsonNodeFactory.instance.objectNode();
    group.withArray("ports").add("p1").add("out");
    rig.put(new Document("PortGroup", "web", Map.of(), group));
    assertThat(realized("of-group").message()).contains("n3").doesNotContain("n1", "n2");
  }

  /**
   * Of an address four of the sets that rules ask for can be told; the fifth closes it, and says
   * so.
   */
  @Test
  void ofASetWhoseAddressIsInFourOthersThatRulesAskFor() {
    rig.controller.confirmedBy(Rig.confirmed(1, 2, 3));
    for (int n = 1; n <= 5; n++) {
      ObjectNode set = JsonNodeFactory.instance.objectNode();
      set.withArray("addresses").add(n == 3 ? "10.0.0.0/8" : "10.1.2.3");
      rig.put(new Document("AddressSet", "set" + n, Map.of(), set));
      assertThat(set("set1").stream().allMatch(Condition::status)).isTrue();
      ObjectNode spec = JsonNodeFactory.instance.objectNode();
      spec.putObject("appliesTo").put("switch", "s");
      spec.put("direction", "to").put("priority", 9).put("match", "ip4.src == $set" + n);
      rig.put(new Document("Acl", "from" + n, Map.of(), spec.put("action", "allow")));
    }
    assertThat(set("set1").get(1).message())
        .isEqualTo(
            "10.1.2.3/32 is in more than 4 sets that rules ask for; what has such an address gets"
                + " nothing through. Write it into the match of rules in place of a set.");
    assertThat(set("set3").stream().allMatch(Condition::status)).as("the wide one").isTrue();
  }

  private List<Condition> set(String name) {
    return rig.controller.get("AddressSet", name).orElseThrow().conditions();
  }
}
