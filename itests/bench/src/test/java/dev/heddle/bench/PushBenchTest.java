package dev.heddle.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class PushBenchTest {

  /** That each round's flows arrive is checked by the bench itself. */
  @Test
  void itBringsTheFlowsOfFeaturesIntoRealSwitchesAndSaysWhatThatTook() {
    ObjectNode figures = PushBench.measure(1_000, 2, 2);

    assertThat(figures.path("flows").asInt()).isEqualTo(1_000);
    assertThat(figures.path("flows_shared").asInt()).isBetween(100, 1_000);
    for (String figure :
        new String[] {
          "ratio_to_bundle",
          "flows_per_s",
          "bundle_flows_per_s",
          "cpu_us_per_flow",
          "alloc_bytes_per_flow"
        }) {
      assertThat(figures.path(figure).asDouble()).as(figure).isPositive();
    }
  }
}
