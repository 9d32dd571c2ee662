package dev.heddle.simulator.laws;

import dev.heddle.engine.Controller;
import dev.heddle.pipeline.Feature;
import dev.heddle.store.MemoryStore;
import dev.heddle.store.Store;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Incremental is equal to full: compared to the last bit, numbers and cookies included. */
final class Full {

  private Full() {}

  static Optional<String> broken(Trial trial) {
    MemoryStore store = new MemoryStore();
    try (Run run = Run.on(store, trial.features().get()).all(trial.history())) {
      return broken(run.controller(), store.load(), trial.features().get());
    }
  }

  /** The same of a controller that has its history behind it. */
  static Optional<String> broken(Controller live, Store.Contents kept, List<Feature> features) {
    try (Run full = Run.from(kept, features)) {
      Map<String, String> failures = live.inspection().failures();
      return failures.isEmpty()
          ? Difference.between("full (-) and incremental (+)", full.flows(), new Run(live).flows())
          : Optional.of("Functions failed: " + failures);
    }
  }
}
