package dev.heddle.laws.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.acl.AccessControl;
import dev.heddle.l2.L2Switching;
import dev.heddle.laws.policy.Rule.Verdict;
import dev.heddle.model.Document;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Field;
import dev.heddle.simulator.Net;
import dev.heddle.simulator.Sent;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Attacks on a tracking zone that ports share, and on zones of their own: each ends with a packet
 * that must not arrive. Decision 106 rests on which of them succeed.
 */
class SharedZoneTest {

  /** Guests a, b and f on one node; a may begin pings and nothing may be begun to it. */
  private enum Attack {
    /** The receiver refuses, and answers all the same. */
    ANSWER_OF_WHAT_WAS_REFUSED(
        false,
        net -> {
          drops(net, "b", "to");
          net.from("a").ping("b").reaches();
          return net.from("b").pongs("a");
        }),
    /** The sender's side is told to refuse what it has let pass before. */
    AFTER_THE_SENDERS_RULE_WENT(
        false,
        net -> {
          net.from("a").ping("b").reaches("b");
          net.remove("Acl", "a-from");
          drops(net, "a", "from");
          return net.from("b").pongs("a");
        }),
    /** So is the receiver's side, which had no rules when the connection began. */
    POLICY_THAT_COMES_LATER(
        false,
        net -> {
          net.from("a").ping("b").reaches("b");
          drops(net, "b", "to");
          return net.from("b").pongs("a");
        }),
    /** Two that no rule is about help each other. */
    COLLUDING_GUESTS(
        false,
        net -> {
          net.from("b").ping("f").reaches("f");
          net.from("f").pongs("b").reaches("b");
          return net.from("b").pongs("a");
        }),
    /** A guest that forwards speaks in a's name, so that b may answer. */
    FORWARDING_GUEST(
        true,
        net -> {
          rule(net, "f-to", "f", "to", "ip", "allow", false);
          net.from("f").forging(Field.IPV4_SRC, "10.0.0.1").ping("b").reaches("b");
          return net.from("b").pongs("a");
        }),
    /** Whoever gets a's address gets the answers to what a has asked. */
    ADDRESS_REUSE(
        true,
        net -> {
          net.from("a").ping("b").reaches("b");
          net.without("a");
          net.port("e", "10.0.0.1").on("n1");
          rule(net, "e-from", "e", "from", "icmp4", "allow", false);
          drops(net, "e", "to");
          return net.from("b").pongs("e");
        }),
    /** What b's rule lets drain lives on at a, whose own rule cuts. */
    DRAINED_BY_ANOTHER(
        true,
        net -> {
          ObjectNode closed = JsonNodeFactory.instance.objectNode().put("defaultAction", "drop");
          net.put(new Document("LogicalSwitch", "s", Map.of(), closed));
          rule(net, "b-to", "b", "to", "icmp4", "allow", true);
          net.from("a").ping("b").reaches("b");
          net.from("b").pongs("a").reaches("a");
          net.remove("Acl", "a-from");
          return net.from("a").ping("b");
        });

    /** Whether it succeeds where zones are shared. */
    private final boolean succeeds;

    @SuppressWarnings("ImmutableEnumChecker") // none of these keeps anything
    private final Function<Net, Sent> act;

    Attack(boolean succeeds, Function<Net, Sent> act) {
      this.succeeds = succeeds;
      this.act = act;
    }
  }

  private static boolean succeeds(Attack attack, Feature acl) {
    try (Net net = Net.lawless(new L2Switching(), new Placement(), acl)) {
      net.sw("s").port("a", "10.0.0.1").on("n1").port("b", "10.0.0.2").on("n1");
      net.port("f", "10.0.0.6").withoutPortSecurity().on("n1");
      rule(net, "a-from", "a", "from", "icmp4", "allow", false);
      drops(net, "a", "to");
      return !attack.act.apply(net).run().arrivals().isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void noAttackSucceedsOnZonesOfTheirOwn(Attack attack) {
    assertThat(succeeds(attack, new AccessControl())).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void someSucceedOnASharedZone(Attack attack) {
    assertThat(succeeds(attack, new SharedZone())).isEqualTo(attack.succeeds);
  }

  /** What it would be worth. */
  @Test
  void anEstablishedPacketIsTrackedOnceOnASharedZone() {
    try (RealSwitch real = new RealSwitch(new SharedZone())) {
      assertThat(PolicyOnRealOvsTest.recirculations(real, Verdict.ALLOW)).isEqualTo(1);
    }
  }

  private static void drops(Net net, String port, String direction) {
    rule(net, port + "-" + direction + "-rest", port, direction, "ip", "drop", false);
  }

  private static void rule(
      Net net,
      String name,
      String port,
      String direction,
      String match,
      String action,
      boolean drains) {
    ObjectNode group = JsonNodeFactory.instance.objectNode();
    group.withArray("ports").add(port);
    net.put(new Document("PortGroup", "of-" + port, Map.of(), group));
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    spec.putObject("appliesTo").put("portGroup", "of-" + port);
    spec.put("direction", direction).put("priority", action.equals("drop") ? 1 : 100);
    spec.put("match", match).put("action", action);
    if (drains) {
      spec.put("onChange", "drain");
    }
    net.put(new Document("Acl", name, Map.of(), spec));
  }
}
