package dev.heddle.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class EngineBenchTest {

  @Test
  void aPortsChangeCostsTheSameHoweverManyPortsThereAre() {
    ObjectNode few = EngineBench.measure(500, 10, 200, 1, true);
    ObjectNode many = EngineBench.measure(4_000, 10, 200, 1, true);
    assertThat(few.path("runs_per_change").asInt()).isBetween(1, 15);
    assertThat(many.path("runs_per_change")).isEqualTo(few.path("runs_per_change"));
  }

  @Test
  void itMeasuresANetworkThatIsComputedWhole() {
    ObjectNode figures = EngineBench.measure(1_000, 10, 100, 1, true);
    assertThat(figures.path("failures").asInt()).isZero();
    assertThat(figures.path("switches").asInt()).isEqualTo(10);
    assertThat(figures.path("flows").asInt()).isGreaterThan(10_000);
    assertThat(figures.path("change_us_p99").asDouble())
        .isGreaterThanOrEqualTo(figures.path("change_us_p50").asDouble());
  }

  @Test
  void portsWithoutAddressesHaveSixFlowsAndAreComputedWhole() {
    ObjectNode figures = EngineBench.measure(1_000, 10, 100, 1, false);
    assertThat(figures.path("failures").asInt()).isZero();
    assertThat(figures.path("flows").asInt()).isBetween(6_000, 6_500);
  }
}
