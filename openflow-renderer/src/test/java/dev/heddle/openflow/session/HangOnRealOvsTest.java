package dev.heddle.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.RealOvs.Datapath;
import dev.heddle.store.MemoryStore;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of two nodes with one network the second one's ovs-vswitchd hangs, or dies. */
class HangOnRealOvsTest {

  @AutoClose private final RealOvs well = RealOvs.start(Datapath.DUMMY);
  @AutoClose private final RealOvs ill = RealOvs.start(Datapath.DUMMY);
  private final Rig rig = new Rig(new MemoryStore());

  @BeforeEach
  void twoNodes() {
    rig.join(well, "n1", "127.0.0.1");
    rig.join(ill, "n2", "127.0.0.2");
    rig.await("both connected", () -> rig.node("n1").connected() && rig.node("n2").connected());
    rig.apply(Rig.network("red"), Rig.port("a", "red", 1), Rig.port("b", "red", 2));
    well.addPort("br-int", "a", "a");
    ill.addPort("br-int", "b", "b");
    rig.awaitRealized("LogicalPort", "a");
    rig.awaitRealized("LogicalPort", "b");
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  /** Plugs a port in on the first node and returns how many flow-mods that took there. */
  private long plugIn(int number) {
    long sent = rig.node("n1").sent();
    String name = "p" + number;
    rig.apply(Rig.port(name, "red", number));
    well.addPort("br-int", name, name);
    well.waitUntil("Interface", name, "external_ids:heddle-installed=true");
    return rig.node("n1").sent() - sent;
  }

  @Test
  void aNodeThatHangsDelaysNobodyAndConvergesWithOneDifference() {
    long usually = plugIn(10);
    rig.awaitRealized("LogicalPort", "p10");
    Set<String> before = flows(ill);
    ill.freezeSwitch();
    long installed;
    try {
      assertThat(plugIn(11)).as("flow-mods for a port").isEqualTo(usually);
      // The document of p11 asked nothing of n2, its place did: nothing is confirmed from then on.
      installed = rig.node("n2").installed();
      for (int i = 12; i < 20; i++) {
        assertThat(plugIn(i)).as("flow-mods for a port").isEqualTo(usually);
        assertThat(rig.node("n2").installed()).isEqualTo(installed);
        assertThat(rig.node("n2").waiting()).as("what waits for n2").isLessThan(40);
      }
      for (int i = 11; i < 19; i++) {
        rig.delete("LogicalPort", "p" + i);
      }
      rig.await("n2 missed", () -> !rig.node("n2").connected());
      rig.awaitRealized("LogicalPort", "p19");
      assertThat(rig.state("LogicalPort", "p19").conditions().toString())
          .contains("n2 is not connected");
      assertThat(rig.node("n2").trouble()).contains("did not answer within");
    } finally {
      ill.thawSwitch();
    }
    long sent = rig.node("n2").sent();
    rig.await(
        "n2 up to date",
        () -> rig.node("n2").connected() && rig.node("n2").installed() > installed);
    Set<String> after = flows(ill);
    long added = after.stream().filter(f -> !before.contains(f)).count();
    long gone = before.stream().filter(f -> !after.contains(f)).count();
    assertThat(added).isPositive();
    assertThat(rig.node("n2").sent() - sent).isBetween(added, added + gone);
    assertThat(rig.node("n2").drift().healed()).isZero();
  }

  @Test
  void aSwitchThatIsKilledGetsAllItsFlowsAndItsMapOfOptionsBack() {
    plugIn(10);
    rig.awaitRealized("LogicalPort", "p10");
    Set<String> before = flows(ill);
    assertThat(options()).contains("0xff48");
    ill.killSwitch();
    rig.await("n2 missed", () -> !rig.node("n2").connected());
    ill.startSwitch();
    rig.await("n2 back", () -> rig.node("n2").connected() && flows(ill).equals(before));
    rig.await("n2 confirmed", () -> rig.node("n2").trouble().isEmpty());
    assertThat(options()).contains("0xff48");
    rig.awaitRealized("LogicalPort", "b");
  }

  @Test
  void aControllerThatStartedEarlierIsRefusedAndSaysSo() {
    try (Rig later = new Rig(new MemoryStore())) {
      later.join(ill, "n2", "127.0.0.2");
      later.await("n2 taken over", () -> later.node("n2").connected());
      rig.join(ill, "n2", "127.0.0.2");
      rig.await(
          "refused",
          () -> rig.node("n2").trouble().contains("a controller that started later has claimed"));
      assertThat(rig.node("n2").connected()).isFalse();
    }
  }

  private String options() {
    return ill.ofctl("dump-tlv-map", "br-int");
  }

  private static Set<String> flows(RealOvs ovs) {
    return ovs.ofctl("--no-stats", "dump-flows", "br-int")
        .lines()
        .map(String::strip)
        .filter(l -> l.contains("actions="))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
