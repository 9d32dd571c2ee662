package dev.heddle.engine;

import static dev.heddle.model.Encapsulation.GENEVE;
import static dev.heddle.model.Encapsulation.VXLAN;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Condition;
import dev.heddle.model.Document;
import dev.heddle.model.Encapsulation;
import dev.heddle.model.IpAddress;
import dev.heddle.model.Node;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a switch and its ports say when its nodes do not speak the same. */
class TunnelGapTest {

  @AutoClose private final Rig rig = new Rig();

  @BeforeEach
  void aSwitchOnFourNodesThatHaveConfirmedEverything() {
    rig.controller.add(new Rig.Said("l2", d -> {}));
    rig.put(Rig.network("s"));
    for (int n = 1; n <= 4; n++) {
      rig.put(node(n, GENEVE), Rig.port("p" + n, "s", n, Map.of()), Rig.binding(n, "p" + n, n));
    }
    rig.controller.confirmedBy(Rig.confirmed(1, 2, 3, 4));
  }

  private static Document node(int n, Encapsulation... spoken) {
    Optional<IpAddress> address = Optional.of(IpAddress.v4(0xc6120000L + n));
    return Node.document("n" + n, n, address, Set.of(spoken), "", Map.of(), Map.of(), Set.of());
  }

  private Condition realized(String kind, String name) {
    List<Condition> all = rig.controller.get(kind, name).orElseThrow().conditions();
    return all.stream().filter(c -> c.type().equals(Condition.REALIZED)).findFirst().orElseThrow();
  }

  @Test
  void allIsWellWhereEachTwoHaveOneInCommon() {
    assertThat(realized("LogicalSwitch", "s")).isEqualTo(Condition.met(Condition.REALIZED, ""));
    rig.put(node(1, GENEVE, VXLAN), node(2, GENEVE, VXLAN));
    assertThat(realized("LogicalSwitch", "s")).isEqualTo(Condition.met(Condition.REALIZED, ""));
    assertThat(realized("LogicalPort", "p1")).isEqualTo(Condition.met(Condition.REALIZED, ""));
  }

  @Test
  void nodesWithNothingInCommonAreNamedOnTheSwitchAndOnPortsThere() {
    rig.put(node(1, GENEVE, VXLAN), node(3, VXLAN), node(4, VXLAN));
    assertThat(realized("LogicalSwitch", "s"))
        .isEqualTo(
            Condition.failed(
                Condition.REALIZED,
                "NoTunnel",
                "Between n2 (geneve) and n3, n4 (vxlan) there is no tunnel: they have no"
                    + " encapsulation in common."));
    assertThat(realized("LogicalPort", "p1").message()).isEmpty();
    assertThat(realized("LogicalPort", "p3"))
        .isEqualTo(
            Condition.met(
                Condition.REALIZED,
                "Between n3 (vxlan) and n2 (geneve) there is no tunnel: they have no encapsulation"
                    + " in common."));
  }

  @Test
  void whoLearnsNothingIsNamedOnThePortWithUnknownAddresses() {
    Document port = Rig.port("p1", "s", 1, Map.of());
    ObjectNode spec = port.spec();
    spec.putArray("addresses").add("unknown");
    Document unknown = new Document(port.kind(), port.name(), port.labels(), spec);
    rig.put(unknown, node(1, GENEVE, VXLAN), node(3, VXLAN));
    assertThat(realized("LogicalPort", "p1"))
        .isEqualTo(
            Condition.met(
                Condition.REALIZED,
                "By VXLAN no addresses are learned: n3 sends what is for unknown ones to every port"
                    + " that takes them."));
  }
}
