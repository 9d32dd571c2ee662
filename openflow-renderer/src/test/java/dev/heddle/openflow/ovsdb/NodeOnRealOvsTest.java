package dev.heddle.openflow.ovsdb;

import static dev.heddle.model.Encapsulation.GENEVE;
import static dev.heddle.model.Encapsulation.VXLAN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Encapsulation;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.RealOvs.Datapath;
import dev.heddle.openflow.ovsdb.NodeSetup.Desired;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A node joins, is set up, and has its ports answered: against ovsdb-server and ovs-vswitchd. */
class NodeOnRealOvsTest {

  private static final Desired DESIRED = Desired.of("tcp:127.0.0.1:6653");

  @AutoClose private final RealOvs ovs = RealOvs.start(Datapath.DUMMY);
  @AutoClose private final RecordedNode controller = new RecordedNode(node -> node.keep(DESIRED));

  private void join() {
    ovs.vsctl(
        "--no-wait",
        "set-manager",
        controller.target(),
        "--",
        "set",
        "Open_vSwitch",
        ".",
        "external_ids:system-id=node-1",
        "external_ids:heddle-encap-ip=192.0.2.7");
  }

  private NodeSnapshot joined() {
    join();
    return controller.awaitSnapshot(s -> s.datapathId().isPresent() && !s.tunnelPorts().isEmpty());
  }

  @Test
  void aNodeThatJoinsGetsItsBridgeControllerAndTunnelPort() throws Exception {
    NodeSnapshot node = joined();

    assertThat(node.name()).isEqualTo("node-1");
    assertThat(node.encapAddress()).contains(InetAddress.getByName("192.0.2.7"));
    assertThat(node.ovsVersion()).matches("\\d+\\.\\d+\\.\\d+");
    assertThat(node.datapathType()).isEqualTo("system");
    assertThat(node.problems()).isEmpty();
    String id = ovs.get("Bridge", "br-int", "datapath_id");
    assertThat(node.datapathId()).hasValue(Long.parseUnsignedLong(id, 16));
    assertThat(ovs.get("Interface", "heddle-geneve", "ofport"))
        .isEqualTo(Integer.toString(node.tunnelPorts().get(Encapsulation.GENEVE)));
    assertThat(ovs.get("Interface", "br-int", "type")).isEqualTo("internal");
    assertThat(ovs.get("Bridge", "br-int", "fail_mode")).isEqualTo("secure");
    assertThat(ovs.get("Bridge", "br-int", "protocols")).isEqualTo("[OpenFlow13]");
    assertThat(ovs.get("Bridge", "br-int", "other_config:disable-in-band")).isEqualTo("true");
    assertThat(ovs.get("Bridge", "br-int", "external_ids:heddle-owner")).isEqualTo("heddle");
    assertThat(ovs.vsctl("get-controller", "br-int").strip()).isEqualTo("tcp:127.0.0.1:6653");
    assertThat(ovs.vsctl("--columns=connection_mode,max_backoff", "-fcsv", "list", "controller"))
        .contains("out-of-band,1000");
    assertThat(ovs.get("Interface", "heddle-geneve", "options"))
        .contains("remote_ip=flow", "key=flow", "local_ip=\"192.0.2.7\"", "csum=\"true\"");
  }

  @Test
  void eachEncapsulationThatANodeSpeaksIsAPortOfItsNumber() {
    joined();
    encapTypes("vxlan");
    controller.awaitSnapshot(s -> s.tunnelPorts().equals(Map.of(VXLAN, 65001)));
    assertThat(ovs.vsctl("list-ports", "br-int").strip()).isEqualTo("heddle-vxlan");
    assertThat(ovs.get("Interface", "heddle-vxlan", "type")).isEqualTo("vxlan");
    assertThat(ovs.get("Interface", "heddle-vxlan", "options"))
        .contains("remote_ip=flow", "key=flow", "local_ip=\"192.0.2.7\"", "csum=\"true\"");
    encapTypes("vxlan, geneve");
    NodeSnapshot both =
        controller.awaitSnapshot(s -> s.tunnelPorts().equals(Map.of(GENEVE, 65000, VXLAN, 65001)));
    assertThat(both.encapsulations()).containsExactlyInAnyOrder(GENEVE, VXLAN);
    assertThat(both.problems()).isEmpty();
    ovs.vsctl("--no-wait", "set", "Interface", "heddle-vxlan", "type=gre", "options:key=7");
    ovs.waitUntil("Interface", "heddle-vxlan", "type=vxlan", "options:key=flow");
  }

  @Test
  void anEncapsulationThatIsNotThereIsATroubleOfTheNodeAndNoTunnel() {
    joined();
    encapTypes("stt");
    NodeSnapshot none =
        controller.awaitSnapshot(s -> !s.problems().isEmpty() && s.tunnelPorts().isEmpty());
    assertThat(none.problems())
        .containsExactly("heddle-encap-type is geneve, vxlan or geneve,vxlan; got stt");
    assertThat(none.encapAddress()).isEmpty();
    encapTypes("geneve");
    controller.awaitSnapshot(s -> s.problems().isEmpty() && !s.tunnelPorts().isEmpty());
  }

  private void encapTypes(String types) {
    ovs.vsctl(
        "--no-wait",
        "set",
        "Open_vSwitch",
        ".",
        "external_ids:heddle-encap-type=\"" + types + "\"");
  }

  @Test
  void whatIsSetUpNeedsNoFurtherOperationAndWhatIsUndoneIsRestored() throws Exception {
    joined();
    assertThat(planNow().operations()).isEmpty();

    ovs.vsctl("set", "Bridge", "br-int", "fail_mode=standalone", "protocols=[]");
    ovs.waitUntil("Bridge", "br-int", "fail_mode=secure", "protocols=OpenFlow13");
    ovs.vsctl("del-controller", "br-int");
    ovs.vsctl("--no-wait", "set", "Interface", "heddle-geneve", "options:key=7", "options:tos=1");
    ovs.waitUntil("Interface", "heddle-geneve", "options:key=flow", "options:tos=1");
    ovs.vsctl("--no-wait", "del-br", "br-int");
    ovs.waitUntil("Bridge", "br-int", "fail_mode=secure");

    assertThat(ovs.vsctl("get-controller", "br-int").strip()).isEqualTo("tcp:127.0.0.1:6653");
    assertThat(planNow().operations()).isEmpty();
  }

  @Test
  void aStaleControllerOfOursGoesAndAForeignOneStays() {
    joined();
    ovs.vsctl(
        "--no-wait",
        "--id=@c",
        "create",
        "Controller",
        "target=\"tcp:127.0.0.1:7777\"",
        "--",
        "add",
        "Bridge",
        "br-int",
        "controller",
        "@c");

    String before = ovs.get("Bridge", "br-int", "controller");
    controller.awaitNode(1).keep(Desired.of("tcp:127.0.0.1:6654"));
    ovs.waitUntil("Bridge", "br-int", "controller!=" + before);

    assertThat(ovs.vsctl("get-controller", "br-int").lines())
        .containsExactlyInAnyOrder("tcp:127.0.0.1:6654", "tcp:127.0.0.1:7777");
  }

  @Test
  void anInterfaceWithAnIfaceIdIsSeenAndAnsweredAndItsOtherIdsAreKept() {
    joined();
    int port = ovs.addPort("br-int", "p1", "web-0");
    ovs.vsctl("set", "Interface", "p1", "external_ids:vm-uuid=4711");

    InterfaceView view =
        controller
            .awaitSnapshot(
                s ->
                    s.interfaces().containsKey("web-0")
                        && !s.interfaces().get("web-0").externalIds().isEmpty()
                        && s.interfaces().get("web-0").externalIds().containsKey("vm-uuid"))
            .interfaces()
            .get("web-0");
    assertThat(view.name()).isEqualTo("p1");
    assertThat(view.ofport()).hasValue(port);
    assertThat(view.mac()).isPresent();
    assertThat(view.externalIds()).isEqualTo(Map.of("iface-id", "web-0", "vm-uuid", "4711"));

    Answer held = new Answer.Held("No LogicalPort is named web-0.");
    controller.awaitNode(1).answer(Map.of("web-0", held));
    ovs.waitUntil("Interface", "p1", "external_ids:heddle-condition!=\"\"");
    assertThat(ids("p1"))
        .contains("vm-uuid=\"4711\"", "heddle-condition=\"No LogicalPort is named web-0.\"");

    Answer installed =
        new Answer.Installed(
            12,
            "0a:00:00:00:00:01",
            List.of("10.0.0.2/24", "fd00::2/64"),
            Optional.of("10.0.0.1"),
            OptionalInt.of(1442));
    controller.awaitNode(1).answer(Map.of("web-0", installed));
    ovs.waitUntil("Interface", "p1", "external_ids:heddle-installed=true");
    assertThat(ids("p1"))
        .doesNotContain("heddle-condition")
        .contains(
            "vm-uuid=\"4711\"",
            "iface-id=web-0",
            "heddle-revision=\"12\"",
            "heddle-mac=\"0a:00:00:00:00:01\"",
            "heddle-ips=\"10.0.0.2/24,fd00::2/64\"",
            "heddle-gateway=\"10.0.0.1\"",
            "heddle-mtu=\"1442\"");
  }

  private String ids(String port) {
    return ovs.get("Interface", port, "external_ids");
  }

  @Test
  void aSecondInterfaceWithTheSameIfaceIdAndABadIfaceIdAreToldSo() {
    joined();
    ovs.addPort("br-int", "p1", "web-0");
    ovs.addPort("br-int", "p0", "web-1");
    ovs.vsctl("set", "Interface", "p0", "external_ids:iface-id=web-0");
    ovs.vsctl(
        "add-port",
        "br-int",
        "bad",
        "--",
        "set",
        "Interface",
        "bad",
        "external_ids:iface-id=\"a b\"");

    NodeSnapshot node =
        controller.awaitSnapshot(s -> !s.duplicates().isEmpty() && !s.refused().isEmpty());
    assertThat(node.interfaces()).containsOnlyKeys("web-0");
    assertThat(node.interfaces().get("web-0").name()).isEqualTo("p0");
    assertThat(node.duplicates().get(0).unused()).containsExactly("p1");
    assertThat(node.refused()).containsOnlyKeys("bad");
    ovs.waitUntil("Interface", "p1", "external_ids:heddle-condition!=\"\"");
    ovs.waitUntil("Interface", "bad", "external_ids:heddle-condition!=\"\"");
    assertThat(ids("p1")).contains("iface-id web-0 is already used by interface p0");
    assertThat(ids("bad")).contains("must be 1 to 253");
  }

  @Test
  void anInterfaceThatDoesNotExistHasAnErrorAndNoPortNumber() {
    joined();
    ovs.vsctl(
        "--no-wait",
        "add-port",
        "br-int",
        "x1",
        "--",
        "set",
        "Interface",
        "x1",
        "type=nonsense",
        "external_ids:iface-id=web-9");

    InterfaceView view =
        controller
            .awaitSnapshot(
                s ->
                    s.interfaces().containsKey("web-9")
                        && s.interfaces().get("web-9").error().isPresent())
            .interfaces()
            .get("web-9");
    assertThat(view.ofport()).isEmpty();
  }

  @Test
  void afterARestartOfItsDatabaseTheNodeComesBackAsItWas() {
    NodeSnapshot before = joined();
    ovs.stopDatabase();
    assertThat(controller.awaitDeparture()).isNotEmpty();
    controller.forget();

    ovs.startDatabase();

    assertThat(controller.awaitSnapshot(before::equals)).isEqualTo(before);
    controller.awaitNode(2);
  }

  @Test
  void aBridgeThatAnotherControllerDrivesIsLeftAloneUntilItIsHandedOver() {
    ovs.vsctl("add-br", "br-int", "--", "set-controller", "br-int", "tcp:127.0.0.1:7777");
    join();

    NodeSnapshot node = controller.awaitSnapshot(s -> !s.problems().isEmpty());
    assertThat(node.problems().get(0)).contains("driven by controller tcp:127.0.0.1:7777");
    assertThat(ovs.get("Bridge", "br-int", "fail_mode")).isEqualTo("[]");

    ovs.vsctl("set", "Bridge", "br-int", "external_ids:heddle-owner=heddle");
    controller.awaitSnapshot(s -> s.problems().isEmpty() && !s.tunnelPorts().isEmpty());
    assertThat(ovs.get("Bridge", "br-int", "fail_mode")).isEqualTo("secure");
  }

  @Test
  void aNodeWithoutAUsableNameIsRefusedUntilItHasOne() {
    ovs.vsctl("--no-wait", "set-manager", controller.target());
    assertThat(controller.awaitRefusal()).isEqualTo(NodeSnapshot.NAMELESS);
    assertThat(ovs.vsctl("list-br")).isEmpty();

    ovs.vsctl("--no-wait", "set", "Open_vSwitch", ".", "external_ids:hostname=n7.example");
    assertThat(controller.awaitSnapshot(s -> true).name()).isEqualTo("n7.example");
  }

  @Test
  void theTunnelPortFollowsTheAddressAndGoesWithIt() {
    joined();
    ovs.vsctl("--no-wait", "set", "Open_vSwitch", ".", "external_ids:heddle-encap-ip=192.0.2.9");
    ovs.waitUntil("Interface", "heddle-geneve", "options:local_ip=192.0.2.9");
    ovs.vsctl("--no-wait", "remove", "Open_vSwitch", ".", "external_ids", "heddle-encap-ip");
    controller.awaitSnapshot(s -> s.tunnelPorts().isEmpty() && s.encapAddress().isEmpty());
    assertThat(ovs.vsctl("list-ports", "br-int")).doesNotContain("heddle-geneve");
  }

  @Test
  void aMappedBridgeIsJoinedFollowedWhenItChangesAndLetGo() {
    joined();
    ovs.vsctl("add-br", "br-ex", "--", "add-br", "br-lab");
    mappings("physnet1:br-ex");
    NodeSnapshot node = controller.awaitSnapshot(s -> s.uplinks().containsKey("physnet1"));
    assertThat(ovs.get("Interface", "heddle-phys-physnet1", "ofport"))
        .isEqualTo(Integer.toString(node.uplinks().get("physnet1")));
    assertThat(ovs.get("Interface", "heddle-int-physnet1", "options"))
        .isEqualTo("{peer=heddle-phys-physnet1}");
    assertThat(ovs.vsctl("list-ports", "br-ex").strip()).isEqualTo("heddle-int-physnet1");

    String before = ovs.get("Bridge", "br-lab", "ports");
    mappings("physnet1:br-lab");
    ovs.waitUntil("Bridge", "br-lab", "ports!=" + before);
    assertThat(ovs.vsctl("list-ports", "br-lab").strip()).isEqualTo("heddle-int-physnet1");
    assertThat(ovs.vsctl("list-ports", "br-ex")).isEmpty();

    mappings("physnet1:br-none,nonsense");
    NodeSnapshot wrong =
        controller.awaitSnapshot(s -> s.uplinks().isEmpty() && s.problems().size() == 2);
    assertThat(wrong.problems())
        .containsExactly(
            "heddle-bridge-mappings is NETWORK:BRIDGE,...; got nonsense",
            "heddle-bridge-mappings: there is no bridge br-none");
    assertThat(ovs.vsctl("list-ports", "br-lab")).isEmpty();
  }

  private void mappings(String value) {
    ovs.vsctl(
        "--no-wait",
        "set",
        "Open_vSwitch",
        ".",
        "external_ids:heddle-bridge-mappings=\"" + value + "\"");
  }

  @Test
  void theDatapathTypeTheOperatorAsksForIsUsedAndAnUnknownOneIsAProblem() {
    ovs.vsctl("set", "Open_vSwitch", ".", "external_ids:heddle-datapath-type=netdev");
    assertThat(joined().datapathType()).isEqualTo("netdev");

    ovs.vsctl("--no-wait", "set", "Open_vSwitch", ".", "external_ids:heddle-datapath-type=warp");
    NodeSnapshot node = controller.awaitSnapshot(s -> !s.problems().isEmpty());
    assertThat(node.problems())
        .containsExactly("heddle-datapath-type is none this switch has: warp");
    assertThat(node.datapathType()).isEqualTo("netdev");
  }

  @Test
  void aRealTunnelPortAcceptsTheOptions() {
    try (RealOvs real = RealOvs.start(Datapath.DUMMY_SYSTEM);
        RecordedNode other = new RecordedNode(node -> node.keep(DESIRED))) {
      real.vsctl(
          "--no-wait",
          "set-manager",
          other.target(),
          "--",
          "set",
          "Open_vSwitch",
          ".",
          "external_ids:system-id=node-2",
          "external_ids:heddle-encap-ip=fd00::7");
      NodeSnapshot node = other.awaitSnapshot(s -> !s.tunnelPorts().isEmpty());
      assertThat(node.problems()).isEmpty();
      assertThat(real.appctl("dpif/show")).contains("geneve").contains("local_ip=fd00::7");
    }
  }

  private NodeSetup.Plan planNow() throws Exception {
    var rows = new CopyOnWriteArrayList<Tables>();
    controller
        .awaitNode(1)
        .connection()
        .monitor(NodeDatabase.WATCHED, rows::add)
        .get(20, java.util.concurrent.TimeUnit.SECONDS);
    return NodeSetup.plan(rows.get(0), DESIRED);
  }
}
