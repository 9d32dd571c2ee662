package dev.heddle.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Binding;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.RealOvs.Datapath;
import dev.heddle.store.MemoryStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connection tracking zones: given, kept over every kind of restart, emptied before reuse. */
class ZonesOnRealOvsTest {

  @AutoClose private final RealOvs ovs = RealOvs.start(Datapath.DUMMY);
  private final MemoryStore store = new MemoryStore();
  private Rig rig = new Rig(store);

  @BeforeEach
  void threePorts() {
    rig.join(ovs, "n1", "127.0.0.1");
    rig.await("n1 connected", () -> rig.node("n1").connected());
    rig.apply(
        Rig.network("red"),
        Rig.port("red-a", "red", 1),
        Rig.port("red-b", "red", 2),
        Rig.port("red-c", "red", 3));
    plug("red-a", 1);
    plug("red-b", 2);
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private void plug(String port, int zone) {
    ovs.addPort("br-int", port, port);
    awaitZone(port, zone);
  }

  /** Waits until database and model agree that the port has this zone. */
  private void awaitZone(String port, int zone) {
    ovs.waitUntil("Bridge", "br-int", "external_ids:zone-" + port + "=" + zone);
    rig.await(port + " has zone " + zone, () -> zoneInModel(port) == zone);
  }

  private int zoneInModel(String port) {
    return rig.controller.list(Binding.KIND.name()).stream()
        .filter(s -> s.document().name().equals("n1--" + port))
        .mapToInt(s -> s.document().spec().path("zone").asInt())
        .findFirst()
        .orElse(0);
  }

  @Test
  void theyAreTheSameAfterEveryRestartAndInEveryOrder() {
    int ovsdb = rig.renderer.ovsdbPort();
    rig.close();
    ovs.addPort("br-int", "red-c", "red-c"); // nobody gives it a zone yet
    rig = new Rig(store, ovsdb, 0);
    awaitZone("red-c", 3);

    ovs.killSwitch();
    ovs.startSwitch();
    rig.await("n1 is back", () -> rig.node("n1").connected());
    ovs.stopDatabase();
    ovs.startDatabase();
    plugOut("red-b");
    awaitNoZone("red-b");
    awaitZone("red-a", 1);
    awaitZone("red-c", 3);
  }

  @Test
  void aZoneThatIsTakenAwayByHandIsPutBack() {
    ovs.vsctl("set", "Bridge", "br-int", "external_ids:zone-red-a=9");
    awaitZone("red-a", 1);
    ovs.vsctl("remove", "Bridge", "br-int", "external_ids", "zone-red-b");
    awaitZone("red-b", 2);
  }

  @Test
  void zonesAreEmptyOnceTheyAreNobodys() {
    plug("red-c", 3);
    track(1);
    track(2);
    track(3);
    plugOut("red-a");
    plugOut("red-b");
    awaitNoZone("red-a");
    awaitNoZone("red-b");
    assertThat(connections()).doesNotContain("zone=1", "zone=2").contains("zone=3");
  }

  @Test
  void aZoneIsEmptiedBeforeAnotherOwnerGetsIt() {
    track(1);
    track(2);
    assertThat(connections()).contains("zone=1", "zone=2");

    plugOut("red-a");
    awaitNoZone("red-a");
    plug("red-c", 1);

    assertThat(connections()).doesNotContain("zone=1").contains("zone=2");
    assertThat(zoneInModel("red-a")).isZero();
  }

  private void plugOut(String port) {
    ovs.vsctl("del-port", "br-int", port);
  }

  private void awaitNoZone(String port) {
    rig.await(
        port + " has no zone",
        () -> ovs.get("Bridge", "br-int", "external_ids:zone-" + port).isEmpty());
  }

  /** A connection in a zone, made on a bridge beside ours: they share the tracker. */
  private void track(int zone) {
    String bridge = "br-beside" + zone;
    String port = "beside" + zone;
    ovs.vsctl("add-br", bridge, "--", "add-port", bridge, port);
    ovs.ofctl("add-flow", bridge, "priority=9,udp,actions=ct(commit,zone=" + zone + ")");
    ovs.appctl(
        "netdev-dummy/receive",
        port,
        "in_port(1),eth(src=0a:00:00:00:00:01,dst=0a:00:00:00:00:02),eth_type(0x0800),"
            + "ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,tos=0,ttl=64,frag=no),udp(src=1,dst=2)");
    rig.await("a connection in zone " + zone, () -> connections().contains("zone=" + zone));
  }

  private String connections() {
    return ovs.appctl("dpctl/dump-conntrack");
  }
}
