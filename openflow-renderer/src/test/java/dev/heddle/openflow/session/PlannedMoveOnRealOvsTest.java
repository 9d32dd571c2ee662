package dev.heddle.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Condition;
import dev.heddle.model.Document;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.RealOvs.Datapath;
import dev.heddle.store.MemoryStore;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One port's interface on two nodes: by mistake, and as planned. */
class PlannedMoveOnRealOvsTest {

  @AutoClose private final RealOvs one = RealOvs.start(Datapath.DUMMY);
  @AutoClose private final RealOvs two = RealOvs.start(Datapath.DUMMY);
  private final Rig rig = new Rig(new MemoryStore());

  @BeforeEach
  void twoNodes() {
    rig.join(one, "n1", "192.0.2.1");
    rig.join(two, "n2", "192.0.2.2");
    rig.await("both connected", () -> rig.node("n1").connected() && rig.node("n2").connected());
    rig.apply(Rig.network("red"), Rig.port("red-b", "red", 2));
    two.addPort("br-int", "red-b", "red-b");
    rig.awaitRealized("LogicalPort", "red-b");
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private void mayBeOn(String... nodes) {
    Document port = Rig.port("red-a", "red", 1);
    ObjectNode spec = port.spec().deepCopy();
    for (String node : nodes) {
      spec.withArray("nodes").add(node);
    }
    rig.apply(new Document(port.kind(), port.name(), Map.of(), spec));
  }

  private static void awaitHeld(RealOvs node, String why) {
    node.waitUntil("Interface", "red-a", "external_ids:heddle-condition=\"" + why + "\"");
    assertThat(node.get("Interface", "red-a", "external_ids:heddle-installed")).isEmpty();
  }

  private static void awaitInstalled(RealOvs node) {
    node.waitUntil("Interface", "red-a", "external_ids:heddle-installed=true");
    assertThat(node.get("Interface", "red-a", "external_ids:heddle-condition")).isEmpty();
  }

  private Condition realized() {
    return rig.state("LogicalPort", "red-a").conditions().stream()
        .filter(c -> c.type().equals(Condition.REALIZED))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void withoutAPlanThePortIsOnNeitherAndBothAreNamedUntilOneIsUnplugged() {
    String both =
        "Several nodes have an interface with iface-id=red-a: n1, n2. Unplug all but one, or say in"
            + " nodes where the port is.";
    mayBeOn();
    one.addPort("br-int", "red-a", "red-a");
    awaitInstalled(one);
    two.addPort("br-int", "red-a", "red-a");
    awaitHeld(one, both);
    awaitHeld(two, both);
    assertThat(realized().message()).isEqualTo(both);

    one.vsctl("del-port", "br-int", "red-a");
    awaitInstalled(two);
    rig.awaitRealized("LogicalPort", "red-a");
  }

  @Test
  void aPlannedMoveIsNoFaultAndEndsWhenTheFirstNodeLetsGo() {
    mayBeOn("n1", "n2");
    one.addPort("br-int", "red-a", "red-a");
    awaitInstalled(one);
    rig.awaitRealized("LogicalPort", "red-a");
    long sent = rig.node("n1").sent() + rig.node("n2").sent();

    two.addPort("br-int", "red-a", "red-a");
    awaitHeld(
        two,
        "Port red-a is still on n1; it moves here when it is unplugged there, or when nodes names"
            + " this node only.");
    assertThat(realized().status()).isTrue();
    assertThat(rig.node("n1").sent() + rig.node("n2").sent()).isEqualTo(sent);

    one.vsctl("del-port", "br-int", "red-a");
    awaitInstalled(two);
    rig.awaitRealized("LogicalPort", "red-a");
  }

  @Test
  void theDocumentMovesThePortWhileBothArePlugged() {
    mayBeOn("n1", "n2");
    one.addPort("br-int", "red-a", "red-a");
    two.addPort("br-int", "red-a", "red-a");
    awaitInstalled(one);

    mayBeOn("n2");
    awaitInstalled(two);
    awaitHeld(one, "Port red-a may be on n2 only.");
    rig.awaitRealized("LogicalPort", "red-a");
    mayBeOn("n3");
    awaitHeld(two, "Port red-a may be on n3 only.");
    assertThat(realized().message())
        .isEqualTo("No interface with iface-id=red-a is on n3, but on n1, n2.");
  }

  @Test
  void aNodeThatDiedHoldsNothingUpOnceTheDocumentSaysWhereThePortIs() {
    mayBeOn();
    one.addPort("br-int", "red-a", "red-a");
    awaitInstalled(one);
    one.killSwitch();
    one.stopDatabase();
    two.addPort("br-int", "red-a", "red-a");
    rig.await("both are named", () -> realized().message().contains("n1, n2"));

    mayBeOn("n2");
    awaitInstalled(two);
    rig.awaitRealized("LogicalPort", "red-a");
  }
}
