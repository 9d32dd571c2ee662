package dev.heddle.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.l2.L2Switching;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.simulator.Fabric;
import dev.heddle.simulator.Memory;
import dev.heddle.simulator.Net;
import dev.heddle.simulator.Plan;
import dev.heddle.simulator.Witness;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The real switches would notice. */
class RealFabricTest {

  @AfterEach
  void nobodyLooksAnyLonger() {
    Witness.is(Witness.NOBODY);
  }

  @Test
  void aSwitchThatDoesAnythingElseFailsTheScenario() {
    try (RealFabric real = new RealFabric();
        Net net = Net.lawless(new L2Switching(), new Placement())) {
      Witness.is(real);
      net.sw("s").port("a", "10.0.0.1").on("n1").port("b", "10.0.0.2").on("n1");
      net.port("c", "10.0.0.3").on("n2");
      net.from("a").ping("b").arrives();
      net.from("a").ping("c").arrives();

      Witness.is(spoiling(real, "n2", "table=76"));
      net.from("a").ping("b").arrives();
      assertThatThrownBy(() -> net.from("a").ping("c"))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("ofproto/trace");
    }
  }

  /** Takes flows off a real switch behind everybody's back, just before each packet. */
  private static Witness spoiling(RealFabric real, String node, String flows) {
    return new Witness() {
      @Override
      public void begins(Plan plan, Memory memory) {
        real.begins(plan, memory);
        real.forget(node, flows);
      }

      @Override
      public void saw(Fabric.Run run) {
        real.saw(run);
      }
    };
  }

  @Test
  void theVlanOfEachCopyIsReadFromWhatTheDatapathDoes() {
    assertThat(RealFabric.tags("Datapath actions: push_vlan(vid=10,pcp=0),1,pop_vlan,3,2", 0))
        .isEqualTo(List.of(10, 0, 0));
    assertThat(RealFabric.tags("Datapath actions: set(eth(dst=0a:00:00:00:00:01)),4", 7))
        .isEqualTo(List.of(7));
    assertThat(RealFabric.tags("Datapath actions: drop", 0)).isEmpty();
  }
}
