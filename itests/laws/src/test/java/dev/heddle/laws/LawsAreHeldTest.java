package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.simulator.laws.Laws;
import org.junit.jupiter.api.Test;

class LawsAreHeldTest {

  @Test
  void theExtensionRegistersItselfInThisBuild() {
    assertThat(Laws.areHeld()).isTrue();
  }
}
