package dev.heddle.simulator.laws;

import dev.heddle.model.Network.Change;
import dev.heddle.store.MemoryStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Done and undone is as before: the history is taken back transaction by transaction, and after
 * each the flows are those that were there, but for numbers. What was removed and comes back is
 * younger than it was: states in which objects of its kind compete for something are passed over.
 */
final class Undo {

  /** How it was before a transaction, and what leads back there. */
  private record Before(Picture picture, List<Change> done, List<Change> back) {}

  private Undo() {}

  static Optional<String> broken(Trial trial) {
    try (Run run = Run.on(new MemoryStore(), trial.features().get())) {
      Deque<Before> way = new ArrayDeque<>();
      Changes changes = new Changes();
      for (List<Change> transaction : trial.history().transactions()) {
        way.push(new Before(run.picture(), transaction, changes.apply(transaction)));
        run.apply(transaction);
      }
      Set<String> reborn = new HashSet<>();
      while (!way.isEmpty()) {
        Before before = way.pop();
        run.apply(before.back());
        reborn.addAll(Changes.removedKinds(new History(List.of(before.done()))));
        Optional<String> difference =
            Changes.intersect(reborn, before.picture().contested())
                ? Optional.empty()
                : before
                    .picture()
                    .differs(
                        "before (-) and after it was undone (+)\n"
                            + new History(List.of(before.done())).text(),
                        run.picture());
        if (difference.isPresent()) {
          return difference;
        }
      }
      return Optional.empty();
    }
  }
}
