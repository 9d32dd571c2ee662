package dev.heddle.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Document;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.RealOvs.Datapath;
import dev.heddle.pipeline.Inspection;
import dev.heddle.store.MemoryStore;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole way from a document to the flows of a real Open vSwitch, and back. */
class SessionOnRealOvsTest {

  @AutoClose private final RealOvs ovs = RealOvs.start(Datapath.DUMMY);
  private final MemoryStore store = new MemoryStore();
  private Rig rig = new Rig(store);

  @BeforeEach
  void twoTenantsOnOneNode() {
    rig.join(ovs, "n1", "127.0.0.1");
    rig.await("n1 connected", () -> rig.node("n1").connected());
    rig.apply(
        Rig.network("red"),
        Rig.network("blue"),
        Rig.port("red-a", "red", 1),
        Rig.port("red-b", "red", 2),
        Rig.port("blue-a", "blue", 1),
        Rig.port("blue-b", "blue", 2));
    for (String port : List.of("red-a", "red-b", "blue-a", "blue-b")) {
      ovs.addPort("br-int", port, port);
      rig.awaitRealized("LogicalPort", port);
    }
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  @Test
  void aPacketReachesItsOwnTenantAndNotTheOther() {
    assertThat(trace("red-a", 1, 2)).contains("output:" + ofport("red-b"));
    assertThat(trace("blue-a", 1, 2)).contains("output:" + ofport("blue-b"));
    assertThat(trace("red-a", 9, 2)).as("forged MAC").contains("Datapath actions: drop");
  }

  @Test
  void aBroadcastReachesEveryOtherMemberOfItsTenantOnly() {
    String trace =
        ovs.appctl(
            "ofproto/trace",
            "br-int",
            "in_port="
                + ofport("red-a")
                + ",arp,dl_src=0a:00:00:00:00:01,dl_dst=ff:ff:ff:ff:ff:ff,arp_op=1,"
                + "arp_spa=10.0.0.1,arp_tpa=10.0.0.99,arp_sha=0a:00:00:00:00:01");
    assertThat(trace)
        .contains("output:" + ofport("red-b"))
        .doesNotContain("output:" + ofport("blue-a"))
        .doesNotContain("output:" + ofport("blue-b"));
  }

  @Test
  void whoeverIsInstalledIsToldSoOnItsInterface() {
    ovs.waitUntil("Interface", "red-a", "external_ids:heddle-installed=true");
    assertThat(ovs.get("Interface", "red-a", "external_ids"))
        .contains("heddle-mac=\"0a:00:00:00:00:01\"")
        .contains("heddle-ips=\"10.0.0.1\"");
  }

  @Test
  void anAddressIsToldWithTheLengthOfItsSubnetAndUnknownIsNotOne() {
    ObjectNode network = JsonNodeFactory.instance.objectNode();
    network.putArray("subnets").add("10.0.0.0/20").add("fd00::/64");
    ObjectNode port = JsonNodeFactory.instance.objectNode().put("switch", "green");
    port.put("mac", "0a:00:00:00:00:01");
    port.putArray("addresses").add("10.0.0.1").add("fd00::1").add("192.0.2.1").add("unknown");
    rig.apply(
        new Document("LogicalSwitch", "green", Map.of(), network),
        new Document("LogicalPort", "green-a", Map.of(), port));
    ovs.addPort("br-int", "green-a", "green-a");
    ovs.waitUntil("Interface", "green-a", "external_ids:heddle-installed=true");
    assertThat(ovs.get("Interface", "green-a", "external_ids:heddle-ips"))
        .isEqualTo("10.0.0.1/20,fd00::1/64,192.0.2.1");
  }

  @Test
  void anInterfaceThatIsNoPortAnyMoreIsToldNothingAnyMore() {
    ovs.waitUntil("Interface", "red-a", "external_ids:heddle-installed=true");
    ovs.vsctl("remove", "Interface", "red-a", "external_ids", "iface-id");
    rig.await("red-a is on no node", () -> !rig.isRealized("LogicalPort", "red-a"));
    rig.await(
        "nothing is said on red-a",
        () -> !ovs.get("Interface", "red-a", "external_ids").contains("heddle-"));
  }

  @Test
  void aPortThatCannotWorkIsToldWhyOnItsInterface() {
    rig.apply(Rig.port("red-c", "red", 1));
    ovs.addPort("br-int", "red-c", "red-c");
    ovs.vsctl("wait-until", "Interface", "red-c", "external_ids:heddle-condition!=[]");
    assertThat(ovs.get("Interface", "red-c", "external_ids:heddle-condition"))
        .contains("0a:00:00:00:00:01 belongs to red-a on red.");
    rig.delete("LogicalPort", "red-a");
    ovs.waitUntil("Interface", "red-c", "external_ids:heddle-installed=true");
  }

  @Test
  void aRestartedControllerSendsNothing() {
    Set<String> before = flows();
    int port = rig.renderer.ovsdbPort();
    rig.close();
    rig = new Rig(store, port, 0);
    rig.await("n1 compared", () -> rig.node("n1").connected() && rig.node("n1").installed() >= 0);
    rig.awaitRealized("LogicalPort", "red-a");
    assertThat(rig.node("n1").sent()).isZero();
    assertThat(flows()).isEqualTo(before);
  }

  @Test
  void aRestartWithoutAFeatureLeavesItsFlowsAlone() {
    Set<String> before = flows();
    int port = rig.renderer.ovsdbPort();
    rig.close();
    rig = new Rig(store, port, 0);
    rig.controller.remove(rig.l2);
    rig.await("n1 compared", () -> rig.node("n1").connected() && rig.node("n1").installed() >= 0);
    assertThat(rig.node("n1").sent()).isZero();
    rig.controller.add(rig.l2);
    rig.awaitRealized("LogicalPort", "red-a");
    assertThat(rig.node("n1").sent()).isZero();
    assertThat(flows()).isEqualTo(before);
  }

  @Test
  void aPortAddedWhileTheFeatureIsAwayIsNotAdmittedAndSaysSo() {
    rig.controller.remove(rig.l2);
    rig.apply(Rig.port("red-c", "red", 3));
    ovs.addPort("br-int", "red-c", "red-c");
    ovs.vsctl("wait-until", "Interface", "red-c", "external_ids:heddle-condition!=[]");
    assertThat(ovs.get("Interface", "red-c", "external_ids:heddle-condition"))
        .contains("Feature l2 is away");
    assertThat(trace("red-c", 3, 2)).contains("Datapath actions: drop");
    assertThat(rig.isRealized("LogicalPort", "red-a")).isTrue();
    rig.controller.add(rig.l2);
    rig.awaitRealized("LogicalPort", "red-c");
    assertThat(trace("red-c", 3, 2)).contains("output:" + ofport("red-b"));
  }

  @Test
  void aRetiredFeatureLeavesNoFlowEvenAfterARestart() {
    int port = rig.renderer.ovsdbPort();
    rig.close();
    rig = new Rig(store, port, 0);
    rig.controller.remove(rig.l2);
    rig.await("n1 compared", () -> rig.node("n1").connected() && rig.node("n1").installed() >= 0);
    assertThat(rig.controller.retire("l2")).isEmpty();
    rig.await(
        "no l2 flow",
        () -> flows().stream().allMatch(f -> !f.matches("table=(4|5|8|9|28|29|56|57),.*")));
  }

  @Test
  void addingAndRemovingAPortTouchesItsOwnFlowsAndItsPartOfTheCopies() {
    Set<String> before = flows();
    rig.apply(Rig.port("red-c", "red", 3));
    ovs.addPort("br-int", "red-c", "red-c");
    rig.awaitRealized("LogicalPort", "red-c");
    Set<String> with = flows();
    assertThat(owners(minus(with, before))).containsOnly("LogicalPort/red-c", "LogicalSwitch/red");
    assertThat(minus(before, with)).allMatch(f -> f.startsWith("table=205,")).hasSize(1);
    rig.delete("LogicalPort", "red-c");
    rig.await("red-c gone", () -> flows().equals(before));
  }

  @Test
  void aFlowThatTheSwitchRefusesIsSaidAndNothingIsCalledRealizedUntilItIsTaken() {
    ovs.vsctl(
        "--id=@full",
        "create",
        "Flow_Table",
        "flow_limit=5",
        "overflow_policy=refuse",
        "--",
        "set",
        "Bridge",
        "br-int",
        "flow_tables:76=@full");
    rig.apply(Rig.port("red-c", "red", 3));
    ovs.addPort("br-int", "red-c", "red-c");
    rig.await("trouble", () -> rig.node("n1").trouble().contains("refuses 1 flows"));
    assertThat(rig.node("n1").trouble()).contains("table=76");
    assertThat(rig.isRealized("LogicalPort", "red-c")).isFalse();
    ovs.vsctl("wait-until", "Interface", "red-c", "external_ids:heddle-condition!=[]");
    assertThat(ovs.get("Interface", "red-c", "external_ids:heddle-condition"))
        .startsWith("n1 refuses a flow of it: flow refused: table full")
        .contains("table=76");
    assertThat(rig.state("LogicalPort", "red-c").conditions())
        .anyMatch(c -> !c.status() && c.reason().equals("SwitchRefuses"));
    assertThat(rig.isRealized("LogicalPort", "red-a")).as("others have theirs").isTrue();
    ovs.vsctl("clear", "Bridge", "br-int", "flow_tables");
    rig.apply(Rig.network("green")); // any change: what was refused is tried again
    rig.awaitRealized("LogicalPort", "red-c");
    ovs.waitUntil("Interface", "red-c", "external_ids:heddle-installed=true");
    assertThat(rig.node("n1").trouble()).isEmpty();
  }

  @Test
  void foreignFlowsGoAndMissingOnesReturnWhenTheSwitchReconnects() {
    Set<String> before = flows();
    int port = rig.renderer.ovsdbPort();
    rig.close();
    ovs.ofctl("add-flow", "br-int", "table=28,priority=7,cookie=0xdead,ip,actions=drop");
    ovs.ofctl("del-flows", "br-int", "table=76");
    rig = new Rig(store, port, 0);
    rig.await("n1 compared", () -> rig.node("n1").connected() && rig.node("n1").installed() >= 0);
    rig.awaitRealized("LogicalPort", "red-a");
    assertThat(flows()).isEqualTo(before);
  }

  @Test
  void everyFlowSaysWhichObjectItIsFor() {
    assertThat(owners(flows()))
        .contains("LogicalPort/red-a", "LogicalSwitch/blue", "Node/n1", "Stage/ADMIT");
  }

  @Test
  void aSwitchThatForgotEverythingGetsEverythingBack() {
    Set<String> before = flows();
    ovs.stopSwitch();
    rig.await("n1 lost", () -> !rig.node("n1").connected());
    ovs.startSwitch();
    rig.await("n1 back", () -> rig.node("n1").connected() && flows().equals(before));
  }

  private String trace(String from, int source, int destination) {
    return ovs.appctl(
        "ofproto/trace",
        "br-int",
        String.format(
            "in_port=%s,ip,dl_src=0a:00:00:00:00:%02x,dl_dst=0a:00:00:00:00:%02x,nw_src=10.0.0.%d,nw_dst=10.0.0.%d",
            ofport(from), source, destination, source, destination));
  }

  private String ofport(String port) {
    return ovs.get("Interface", port, "ofport").strip();
  }

  private Set<String> flows() {
    return ovs.ofctl("--no-stats", "dump-flows", "br-int")
        .lines()
        .map(String::strip)
        .filter(l -> l.contains("actions="))
        .map(l -> l.replaceFirst("^(cookie=\\S+) (table=\\S+) (.*)$", "$2 $3 $1"))
        .collect(Collectors.toSet());
  }

  private static Set<String> minus(Set<String> a, Set<String> b) {
    return a.stream().filter(f -> !b.contains(f)).collect(Collectors.toSet());
  }

  private Set<String> owners(Set<String> flows) {
    return flows.stream()
        .map(f -> f.replaceFirst(".*cookie=0x([0-9a-f]+).*", "$1"))
        .map(c -> Long.parseUnsignedLong(c, 16))
        .flatMap(c -> rig.controller.inspection().why(c).stream())
        .map(Inspection.Why::objects)
        .flatMap(List::stream)
        .map(Object::toString)
        .collect(Collectors.toSet());
  }
}
