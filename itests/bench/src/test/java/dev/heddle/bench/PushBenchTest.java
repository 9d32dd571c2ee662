package dev.heddle.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class PushBenchTest {

  /** That each round's flows arrive is checked by the bench itself. */
  @Test
  void itBringsTheFlowsOfFeaturesIntoRealSwitchesAndSaysWhatThatTook() throws Exception {
    ObjectNode figures = PushBench.measure(1_000, 2, 2);

    assertThat(figures.path("flows").asInt()).isEqualTo(1_000);
    assertThat(figures.path("encodings_per_flow").asDouble()).isBetween(1.0, 1.2);
    for (String figure :
        new String[] {
          "ratio_to_bundle",
          "flows_per_s",
          "bundle_flows_per_s",
          "cpu_us_per_flow",
          "encode_cpu_ratio_2_to_1",
          "alloc_bytes_per_flow"
        }) {
      assertThat(figures.path(figure).asDouble()).as(figure).isPositive();
    }
  }
}
