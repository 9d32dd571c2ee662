package dev.heddle.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.acl.AccessControl;
import dev.heddle.model.Document;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.RealOvs.Datapath;
import dev.heddle.store.MemoryStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Rules on a real Open vSwitch with its own connection tracker: datagrams really go in, and what
 * comes out is counted. Behind each datagram that must not pass goes an ARP reply, which no rule is
 * about: when that one has come out, the other never will.
 */
class AccessControlOnRealOvsTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int EDGE = 16_384;

  @AutoClose private final RealOvs ovs = RealOvs.start(Datapath.DUMMY);
  private final Rig rig = new Rig(new MemoryStore());
  private final Map<String, Frames> recorded = new HashMap<>();
  private int markers;

  @BeforeEach
  void twoGuestsOfWhichOneIsAServer() {
    rig.controller.add(new AccessControl());
    rig.join(ovs, "n1", "127.0.0.1");
    rig.await("n1 connected", () -> rig.node("n1").connected());
    rig.apply(Rig.network("s"), v6(Rig.port("a", "s", 1), 1), v6(Rig.port("b", "s", 2), 2));
    ovs.addPort("br-int", "a", "a");
    ovs.addPort("br-int", "b", "b");
    apply("PortGroup", "web", "{'ports': ['b']}");
    rule("closed", "to", 0, 1, "ip", "drop");
    rig.awaitRealized("LogicalPort", "a");
    rig.awaitRealized("LogicalPort", "b");
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  @Test
  void statefulRulesBiteOnLiveConnectionsInBothDirectionsAndFamilies() {
    rule("dns", "to", 0, 10, "udp.dst == 53", "allow");
    for (boolean v6 : List.of(false, true)) {
      passes("a", "b", v6, 1000, 53);
      passes("b", "a", v6, 53, 1000);
      isDropped("a", "b", v6, 1000, 54);
    }
    rig.delete("Acl", "dns");
    awaitConfirmed();
    for (boolean v6 : List.of(false, true)) {
      isDropped("b", "a", v6, 53, 1000);
      isDropped("a", "b", v6, 1000, 53);
    }
    rule("dns", "to", 0, 10, "udp.dst == 53", "allow");
    passes("b", "a", false, 53, 1000);
  }

  @Test
  void tiersPassAndOverlapsOfOnePriorityAreDecidedAsWritten() {
    apply("AddressSet", "clients", "{'addresses': ['10.0.0.0/30', '10.0.0.1']}");
    rule("admin", "to", 0, EDGE, "ip4.src == $clients && udp.dst == {53, 54, 55}", "drop");
    rule("skip", "to", 0, EDGE + 1, "ip4.src == 10.0.0.1 && udp.dst == {53, 54}", "pass");
    rule("user", "to", 1, 7, "udp.dst == 53", "allow");
    rule("same", "to", 1, 7, "ip4.src == $clients && udp.dst == {53, 54}", "allow");
    rule("stricter", "to", 1, 7, "udp.src == 7", "drop");
    passes("a", "b", false, 1000, 53);
    passes("a", "b", false, 1000, 54);
    isDropped("a", "b", false, 1000, 55);
    isDropped("a", "b", false, 7, 53);
    rule("edge", "to", 0, EDGE, "udp.dst == 55", "allow");
    isDropped("a", "b", false, 1000, 55);
    rule("edge", "to", 0, 32_767, "udp.dst == 55", "allow");
    passes("a", "b", false, 1000, 55);
  }

  @Test
  void statelessRulesLeaveNoConnection() {
    rule("in", "to", 0, 9, "udp.dst == 53", "allow-stateless");
    rule("from", "from", 0, 1, "ip", "drop");
    passes("a", "b", false, 1000, 53);
    isDropped("b", "a", false, 53, 1000);
    rule("out", "from", 0, 9, "udp.src == 53", "allow-stateless");
    passes("b", "a", false, 53, 1000);
    assertThat(ovs.appctl("dpctl/dump-conntrack")).doesNotContain("sport=1000");
  }

  /** Waits until the node has confirmed all that is wanted now. */
  private void awaitConfirmed() {
    long revision = rig.controller.inspection().work().revision();
    rig.await("revision " + revision, () -> rig.node("n1").installed() >= revision);
  }

  private void passes(String from, String to, boolean v6, int source, int destination) {
    int before = count(to, source, destination);
    send(from, to, v6, source, destination);
    rig.await(
        from + " to " + to + ":" + destination, () -> count(to, source, destination) == before + 1);
  }

  private void isDropped(String from, String to, boolean v6, int source, int destination) {
    final int before = count(to, source, destination);
    send(from, to, v6, source, destination);
    String marker = String.format("%08x", ++markers);
    String arp = "0806" + "0001080006040002" + mac(from) + "0a00000" + number(from);
    String reply = arp + mac(to) + "0a00000" + number(to) + marker + "00".repeat(14);
    ovs.appctl("netdev-dummy/receive", from, mac(to) + mac(from) + reply);
    rig.await("a marker", () -> frames(to).all().stream().anyMatch(f -> f.endsWith(reply)));
    assertThat(count(to, source, destination))
        .as(from + " to " + to + ":" + destination)
        .isEqualTo(before);
  }

  private int count(String to, int source, int destination) {
    String ports = String.format("%04x%04x", source, destination);
    return (int)
        frames(to).all().stream()
            .filter(f -> f.substring(24, 28).equals("0800") || f.substring(24, 28).equals("86dd"))
            .filter(f -> f.substring(f.startsWith("0800", 24) ? 68 : 108).startsWith(ports))
            .count();
  }

  private Frames frames(String to) {
    return recorded.computeIfAbsent(to, t -> Frames.outOf(ovs, t));
  }

  private void send(String from, String to, boolean v6, int source, int destination) {
    String ends = v6 ? "src=fd00::%d,dst=fd00::%d" : "src=10.0.0.%d,dst=10.0.0.%d";
    String addresses = String.format(ends, number(from), number(to));
    ovs.appctl(
        "netdev-dummy/receive",
        from,
        String.format(
            "in_port(1),eth(src=0a:00:00:00:00:0%d,dst=0a:00:00:00:00:0%d),eth_type(0x%s),"
                + "%s,udp(src=%d,dst=%d)",
            number(from),
            number(to),
            v6 ? "86dd" : "0800",
            v6
                ? "ipv6(" + addresses + ",label=0,proto=17,tclass=0,hlimit=64,frag=no)"
                : "ipv4(" + addresses + ",proto=17,tos=0,ttl=64,frag=no)",
            source,
            destination));
  }

  private static int number(String port) {
    return port.charAt(0) - 'a' + 1;
  }

  private static String mac(String port) {
    return "0a000000000" + number(port);
  }

  private void rule(
      String name, String direction, int tier, int priority, String match, String action) {
    apply(
        "Acl",
        name,
        String.format(
            "{'appliesTo': {'portGroup': 'web'}, 'direction': '%s', 'tier': %d, 'priority': %d,"
                + " 'match': '%s', 'action': '%s'}",
            direction, tier, priority, match, action));
    awaitConfirmed();
  }

  private void apply(String kind, String name, String spec) {
    try {
      ObjectNode fields = (ObjectNode) JSON.readTree(spec.replace('\'', '"'));
      rig.apply(new Document(kind, name, Map.of(), fields));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(spec, e);
    }
  }

  private static Document v6(Document port, int number) {
    ObjectNode spec = port.spec();
    spec.withArray("addresses").add("fd00::" + number);
    return new Document(port.kind(), port.name(), port.labels(), spec);
  }
}
