package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.acl.AccessControl;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Document;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.simulator.Guest;
import dev.heddle.simulator.Net;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What rules do, told in packets. */
class PolicyScenariosTest {

  private static final JsonMapper JSON = new JsonMapper();

  @AutoClose final Net net = Net.with(new L2Switching(), new Placement(), new AccessControl());

  @BeforeEach
  void threeGuestsOnTwoNodes() {
    net.sw("s").port("a", "10.0.0.1", "fd00::1").on("n1").port("b", "10.0.0.2", "fd00::2").on("n1");
    net.port("c", "10.0.0.3", "fd00::3").on("n2");
  }

  @Test
  void withoutRulesEverythingPasses() {
    net.from("a").ping("b").arrives();
    net.from("a").ping("c").arrives();
  }

  @Test
  void whatIsDroppedDoesNotPassAndTheRestDoes() {
    group("web", "b", "c");
    rule("deny", "web", "to", 0, 100, "ip4.src == 10.0.0.1", "drop");
    net.from("a").ping("b").isDroppedAt("VERDICT_TO");
    net.from("a").ping("c").isDroppedAt("VERDICT_TO");
    net.from("b").ping("c").arrives();
    net.from("c").ping("b").arrives();
  }

  @Test
  void repliesOfWhatIsAllowedPassAndNothingElse() {
    group("web", "b");
    rule("in", "web", "to", 0, 100, "ip4.src == 10.0.0.1", "allow");
    rule("rest", "web", "to", 0, 1, "ip", "drop");
    rule("out", "web", "from", 0, 1, "ip", "drop");
    net.from("b").ping("a").isDroppedAt("VERDICT_FROM");
    net.from("a").ping("b").arrives();
    net.from("b").pongs("a").arrives();
    net.from("b").ping("a").isDroppedAt("VERDICT_FROM");
    net.from("c").ping("b").isDroppedAt("VERDICT_TO");
  }

  @Test
  void aRuleThatGoesCutsItsConnectionsInBothDirections() {
    group("web", "b");
    rule("in", "web", "to", 0, 100, "icmp4", "allow");
    rule("rest", "web", "to", 0, 1, "ip", "drop");
    net.from("a").ping("b").arrives();
    net.from("b").pongs("a").arrives();
    rule("in", "web", "to", 0, 100, "tcp", "allow");
    net.from("b").pongs("a").isDroppedAt("VERDICT_FROM");
    net.from("a").ping("b").isDroppedAt("VERDICT_TO");
    rule("in", "web", "to", 0, 100, "icmp4", "allow");
    net.from("b").pongs("a").arrives();
  }

  @Test
  void aNewerDenialCutsToo() {
    group("web", "b");
    rule("in", "web", "to", 1, 100, "ip", "allow");
    net.from("a").ping("b").arrives();
    net.from("b").pongs("a").arrives();
    rule("no", "web", "to", 0, 1, "ip4.src == 10.0.0.0/24", "drop");
    net.from("b").pongs("a").isDroppedAt("VERDICT_FROM");
  }

  @Test
  void passLeavesItToTheNextTier() {
    group("web", "b");
    rule("pass", "web", "to", 0, 32767, "ip4.src == 10.0.0.1", "pass");
    rule("drop0", "web", "to", 0, 16384, "ip", "drop");
    rule("drop1", "web", "to", 1, 16384, "ip4.src == 10.0.0.1 && icmp4.type == 0", "drop");
    net.from("a").ping("b").arrives();
    net.from("c").ping("b").isDroppedAt("VERDICT_TO");
    rule("drop2", "web", "to", 2, 1, "icmp4", "drop");
    net.from("a").ping("b").isDroppedAt("VERDICT_TO");
  }

  @Test
  void ofOnePriorityDropGoesBeforePassBeforeAllow() {
    group("web", "b");
    rule("allow", "web", "to", 0, 16384, "ip4", "allow");
    rule("drop", "web", "to", 3, 5, "ip4", "drop");
    net.from("a").ping("b").arrives();
    rule("pass", "web", "to", 0, 16384, "icmp4", "pass");
    net.from("a").ping("b").isDroppedAt("VERDICT_TO");
    rule("pass", "web", "to", 0, 16383, "icmp4", "pass");
    net.from("a").ping("b").arrives();
    rule("now", "web", "to", 0, 16384, "icmp4", "drop");
    net.from("a").ping("b").isDroppedAt("VERDICT_TO");
  }

  @Test
  void statelessIsNotTrackedAndItsRepliesNeedARule() {
    group("web", "b");
    rule("in", "web", "to", 0, 100, "icmp4", "allow-stateless");
    rule("rest", "web", "to", 0, 1, "ip", "drop");
    rule("out", "web", "from", 0, 1, "ip", "drop");
    net.from("a").ping("b").arrives();
    net.from("b").pongs("a").isDroppedAt("POLICY_FROM");
    rule("back", "web", "from", 0, 100, "icmp4.type == 0", "allow-stateless");
    net.from("b").pongs("a").arrives();
  }

  @Test
  void anAddressSetIsAskedByTheLongestPrefix() {
    group("web", "b");
    set("clients", "10.0.0.1", "10.0.0.64/26");
    set("all", "10.0.0.0/8", "fd00::/16");
    rule("in", "web", "to", 0, 100, "ip4.src == $clients && icmp4.type == {8, 13}", "allow");
    rule("rest", "web", "to", 0, 1, "ip4.src == $all || ip6.src == $all", "drop");
    net.from("a").ping("b").arrives();
    net.from("c").ping("b").isDroppedAt("VERDICT_TO");
    set("clients", "10.0.0.3");
    net.from("c").ping("b").arrives();
    net.from("a").ping("b").isDroppedAt("VERDICT_TO");
  }

  @Test
  void aPeerGroupIsAskedAcrossNodesAndForReplies() {
    group("web", "c");
    group("clients", "a");
    rule("in", "web", "to", 0, 100, "inport == @clients && icmp4.type == {8, 13}", "allow");
    rule("rest", "web", "to", 0, 1, "ip", "drop");
    net.from("b").ping("c").isDroppedAt("VERDICT_TO");
    net.from("a").ping("c").arrives();
    net.from("c").pongs("a").arrives();
    group("clients", "b");
    net.from("c").pongs("a").isDroppedAt("VERDICT_FROM");
    net.from("b").ping("c").arrives();
  }

  @Test
  void aClosedSwitchDropsWhatNoRuleDecidesButNotArpOrNeighbourDiscovery() {
    net.put("LogicalSwitch", "s", "defaultAction", "drop");
    net.from("a").ping("b").isDroppedAt("VERDICT_FROM");
    net.from("a").arp("10.0.0.2").isAnswered();
    net.from("a").solicits("fd00::2").isAnswered();
    net.from("a").advertisesTo("b").arrives();
    net.from("a").probesItsAddress().reaches("b", "c");
  }

  @Test
  void whatIsForAllIsJudgedForEachReceiver() {
    group("web", "b");
    rule("in", "web", "to", 0, 100, "udp.dst == 5001", "drop");
    net.from("a").broadcast().reaches("c");
    rule("in", "web", "to", 0, 100, "udp.dst == 5002", "drop");
    net.from("a").broadcast().reaches("b", "c");
  }

  @Test
  void drainedConnectionsOutliveTheirRuleUntilAnotherForbidsThem() {
    net.put("LogicalSwitch", "s", "defaultAction", "drop");
    group("web", "b");
    group("clients", "a", "c");
    rule("out", "clients", "from", 0, 1, "ip", "allow");
    rule("in", "web", "to", 0, 100, "icmp4", "allow", "drain");
    net.from("a").ping("b").arrives();
    net.from("b").pongs("a").arrives();
    rule("in", "web", "to", 0, 100, "tcp", "allow");
    net.from("b").pongs("a").arrives();
    net.from("a").ping("b").arrives();
    net.from("c").ping("b").isDroppedAt("VERDICT_TO");
    rule("never", "web", "to", 0, 1, "icmp4", "drop");
    net.from("b").pongs("a").isDroppedAt("VERDICT_FROM");
    net.from("a").ping("b").isDroppedAt("VERDICT_TO");
  }

  @Test
  void aDrainedConnectionIsCutByADenialBelowItsFormerRule() {
    group("web", "b");
    net.put("LogicalSwitch", "s", "defaultAction", "drop");
    rule("out", "web", "from", 0, 1, "ip", "allow");
    group("clients", "a");
    rule("clients", "clients", "from", 0, 1, "ip", "allow");
    rule("in", "web", "to", 0, 100, "icmp4", "allow", "drain");
    net.from("a").ping("b").arrives();
    net.from("b").pongs("a").arrives();
    rule("rest", "web", "to", 3, 1, "ip", "reject");
    net.from("b").pongs("a").arrives();
    rule("in", "web", "to", 0, 100, "tcp", "allow");
    net.from("b").pongs("a").isDroppedAt("VERDICT_FROM");
    net.from("a").ping("b").isDroppedAt("VERDICT_TO");
  }

  @Test
  void aLocalnetPortIsUnderPolicyInBothDirections() {
    net.mapped("physnet1", "n1");
    net.sw("l").port("d", "10.1.0.1").on("n1").localnet("out", "physnet1", 10);
    Guest router = net.outside("physnet1", "n1", 10, "0a:00:00:00:00:99", "10.1.0.254");
    group("uplinks", "out");
    router.ping("d").reaches("d");
    net.from("d").broadcast().reaches("physnet1@n1");
    rule("in", "uplinks", "from", 0, 1, "icmp4", "drop");
    router.ping("d").isDroppedAt("VERDICT_FROM");
    net.from("d").broadcast().reaches("physnet1@n1");
    rule("out", "uplinks", "to", 0, 1, "udp", "drop");
    net.from("d").broadcast().isDroppedAt("VERDICT_TO");
  }

  /** Its connections are known on each node by themselves, by VLAN. */
  @Test
  void whatAGuestBeginsThroughALocalnetPortComesBack() {
    net.mapped("physnet1", "n1");
    net.sw("l").port("d", "10.1.0.1").on("n1").localnet("out", "physnet1", 10);
    Guest router = net.outside("physnet1", "n1", 10, "0a:00:00:00:00:99", "10.1.0.254");
    group("uplinks", "out");
    rule("begin", "uplinks", "to", 0, 2, "icmp4", "allow");
    rule("rest-out", "uplinks", "to", 3, 1, "ip", "drop");
    rule("rest-in", "uplinks", "from", 3, 1, "ip", "drop");
    router.pongs("d").isDroppedAt("POLICY_FROM");
    net.from("d").ping("physnet1@n1").reaches("physnet1@n1");
    router.pongs("d").reaches("d");
    router.ping("d").isDroppedAt("VERDICT_FROM");
  }

  @Test
  void onlyTablesThatSomeRuleNeedsAreAsked() {
    group("web", "b");
    rule("in", "web", "to", 1, 20_000, "icmp4", "allow");
    assertThat(net.from("a").ping("b").arrives().explained())
        .contains("TO_1_UPPER")
        .doesNotContain(
            "TO_0", "TO_1_LOWER", "TO_2", "TO_3", "SETS", "PEER_GROUPS", "EVALUATE_FROM");
    set("clients", "10.0.0.1");
    rule("more", "web", "to", 2, 1, "ip4.src == $clients", "allow");
    assertThat(net.from("a").ping("b").arrives().explained())
        .contains("SOURCE_SETS", "TO_1_UPPER")
        .doesNotContain("DESTINATION_SETS", "PEER_GROUPS");
  }

  private void group(String name, String... ports) {
    ObjectNode spec = JSON.createObjectNode();
    for (String p : ports) {
      spec.withArray("ports").add(p);
    }
    net.put(new Document("PortGroup", name, Map.of(), spec));
  }

  private void set(String name, String... addresses) {
    ObjectNode spec = JSON.createObjectNode();
    for (String a : addresses) {
      spec.withArray("addresses").add(a);
    }
    net.put(new Document("AddressSet", name, Map.of(), spec));
  }

  private void rule(
      String name,
      String group,
      String direction,
      int tier,
      int priority,
      String match,
      String action,
      String... onChange) {
    ObjectNode spec = JSON.createObjectNode();
    spec.putObject("appliesTo").put("portGroup", group);
    spec.put("direction", direction).put("tier", tier).put("priority", priority);
    spec.put("match", match).put("action", action);
    if (onChange.length > 0) {
      spec.put("onChange", onChange[0]);
    }
    net.put(new Document("Acl", name, Map.of(), spec));
  }
}
