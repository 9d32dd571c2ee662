package dev.heddle.engine;

import dev.heddle.model.Fact;
import dev.heddle.model.Index;

/**
 * The order of work within one revision: entities (0), indexes over entities (1), facts of stratum
 * s (2s), indexes over them (2s + 1), units last.
 */
final class Levels {

  static final int UNIT = Integer.MAX_VALUE;

  private Levels() {}

  static int fact(Fact<?, ?> fact) {
    return 2 * fact.stratum();
  }

  static int index(Index<?, ?, ?, ?> index) {
    return 2 * index.stratum() + 1;
  }
}
