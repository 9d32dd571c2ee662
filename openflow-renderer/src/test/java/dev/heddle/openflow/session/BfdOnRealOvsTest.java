package dev.heddle.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.RealOvs.Datapath;
import dev.heddle.pipeline.Confirmations.Bfd;
import dev.heddle.store.MemoryStore;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The ports by which two nodes watch each other. No wire joins them here, so nobody answers; that
 * BFD comes up and goes down with a wire is a system test.
 */
class BfdOnRealOvsTest {

  @AutoClose private final RealOvs one = RealOvs.start(Datapath.DUMMY);
  @AutoClose private final RealOvs two = RealOvs.start(Datapath.DUMMY);
  private final MemoryStore store = new MemoryStore();
  private Rig rig = new Rig(store);

  @BeforeEach
  void twoNodes() {
    rig.join(one, "n1", "192.0.2.1");
    rig.join(two, "n2", "192.0.2.2");
    connected();
  }

  private void connected() {
    rig.await("n1 connected", () -> rig.node("n1").connected());
    rig.await("n2 connected", () -> rig.node("n2").connected());
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private static void ask(RealOvs ovs, String peers) {
    String key = "external_ids:heddle-bfd=\"" + peers + "\"";
    ovs.vsctl("--no-wait", "set", "Open_vSwitch", ".", key);
  }

  private void awaitStates(String node, String... peersAndStates) {
    rig.await(
        node + " says " + List.of(peersAndStates),
        () ->
            rig.node(node).bfd().stream()
                .map(b -> b.peer() + " " + b.state())
                .toList()
                .equals(List.of(peersAndStates)));
  }

  @Test
  void oneThatAsksIsEnoughAndBothHaveAPortUntilNobodyAsks() {
    ask(one, "n2");
    awaitStates("n1", "n2 down");
    awaitStates("n2", "n1 down");
    assertThat(rig.node("n1").bfd())
        .containsExactly(new Bfd("n2", "down", "n2 at 192.0.2.2 does not answer."));
    assertThat(one.get("Interface", "heddle-bfd-n2", "options"))
        .contains("remote_ip=\"192.0.2.2\"", "local_ip=\"192.0.2.1\"")
        .contains("in_key=\"0\"", "out_key=flow");
    assertThat(two.get("Interface", "heddle-bfd-n1", "bfd")).isEqualTo("{enable=\"true\"}");

    one.vsctl(
        "--no-wait",
        "set",
        "Interface",
        "heddle-bfd-n2",
        "bfd:enable=false",
        "options:remote_ip=192.0.2.9");
    one.waitUntil("Interface", "heddle-bfd-n2", "bfd:enable=true", "options:remote_ip=192.0.2.2");

    two.vsctl("--no-wait", "set", "Open_vSwitch", ".", "external_ids:heddle-encap-ip=192.0.2.3");
    one.waitUntil("Interface", "heddle-bfd-n2", "options:remote_ip=192.0.2.3");

    ask(one, "");
    awaitStates("n1");
    awaitStates("n2");
    rig.await("no port", () -> !one.vsctl("list-ports", "br-int").contains("heddle-bfd"));
    rig.await("no port", () -> !two.vsctl("list-ports", "br-int").contains("heddle-bfd"));
  }

  @Test
  void aControllerThatRestartsTouchesNoPort() {
    ask(one, "n2");
    awaitStates("n1", "n2 down");
    String row = one.get("Interface", "heddle-bfd-n2", "_uuid");
    int ovsdb = rig.renderer.ovsdbPort();
    rig.close();
    rig = new Rig(store, ovsdb, 0);
    connected();
    awaitStates("n1", "n2 down");
    assertThat(one.get("Interface", "heddle-bfd-n2", "_uuid")).isEqualTo(row);
  }

  @Test
  void whoCannotBeWatchedIsSaid() {
    ask(one, "n2,n9,n1");
    two.vsctl("--no-wait", "set", "Open_vSwitch", ".", "external_ids:heddle-encap-type=vxlan");
    awaitStates("n1", "n2 none", "n9 none");
    assertThat(rig.node("n1").bfd().get(1).message())
        .isEqualTo("n9 is not watched: no Geneve tunnel between the two is known.");
    assertThat(rig.node("n1").trouble()).isEqualTo("heddle-bfd is a list of other nodes; got n1");
  }
}
