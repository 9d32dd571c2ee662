package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.l2.L2Switching;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.pipeline.Field;
import dev.heddle.simulator.Net;
import dev.heddle.simulator.Sent;
import org.junit.jupiter.api.Test;

/** What was never covered is told, so that the test of it can fail. */
class CoverageTest {

  @Test
  void aStageThatNoPacketMetAndAVerdictThatWasNeverGivenAreMissing() {
    Coverage coverage = new Coverage();
    try (Net net = Net.with(new L2Switching(), new Placement())) {
      net.sw("s").port("a", "10.0.0.1").on("n").port("b", "10.0.0.2").on("n");
      coverage.expect(net.controller().inspection());
      Sent dropped = net.from("a").forging(Field.ETH_SRC, "0a:00:00:00:00:99").ping("b");
      coverage.count(net.controller().inspection(), dropped.run(), false);
      assertThat(coverage.missing())
          .contains("met SWITCH", "flooded", "answered", "crosses nodes", "dropped at CLASSIFY")
          .doesNotContain("met ADMIT", "dropped at ADMIT");
      Sent arrived = net.from("a").ping("b");
      coverage.count(net.controller().inspection(), arrived.run(), false);
      assertThat(coverage.missing()).doesNotContain("met SWITCH", "met OUTPUT", "delivered");
    }
  }
}
