package dev.heddle.laws;

import dev.heddle.pipeline.Feature;
import dev.heddle.relaid.Relaid;

/** The other build of l2, which the tests of hot swap use, does what l2 does by other flows. */
class RelaidScenariosTest extends SwitchingScenariosTest {

  @Override
  Feature l2() {
    return new Relaid();
  }
}
