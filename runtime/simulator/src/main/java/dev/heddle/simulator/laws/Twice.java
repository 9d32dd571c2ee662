package dev.heddle.simulator.laws;

import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Effect;
import dev.heddle.model.Network.Result;
import dev.heddle.pipeline.DesiredFlows.Revision;
import dev.heddle.store.MemoryStore;
import dev.heddle.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Twice is once: a transaction that comes again at once is stored nowhere and told to nobody, so
 * nothing is sent; a history that comes again as a whole ends where it ended.
 */
final class Twice {

  private Twice() {}

  static Optional<String> broken(Trial trial) {
    MemoryStore store = new MemoryStore();
    try (Run run = Run.on(store, trial.features().get())) {
      for (List<Change> transaction : trial.history().transactions()) {
        run.apply(transaction);
        // One that removes an object and makes it anew does so each time.
        if (Changes.touched(transaction).size() == transaction.size()) {
          Optional<String> stir = again(run, store, transaction);
          if (stir.isPresent()) {
            return stir;
          }
        }
      }
      Picture once = run.picture();
      // What was removed and comes again is younger: it may lose an address to another.
      if (Changes.intersect(once.contested(), Changes.removedKinds(trial.history()))) {
        return Optional.empty();
      }
      return once.differs("once (-) and twice (+)", run.all(trial.history()).picture());
    }
  }

  /** What a transaction stirs that has just been made; nothing if all is well. */
  static Optional<String> again(Run run, Store store, List<Change> transaction) {
    long revision = store.load().revision();
    List<Revision> told = new ArrayList<>();
    Result result;
    try (AutoCloseable listening = run.controller().listen(told::add)) {
      result = run.apply(transaction);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    boolean quiet =
        result.effects().stream().allMatch(e -> e == Effect.UNCHANGED)
            && store.load().revision() == revision
            && told.stream().allMatch(r -> r.changed().isEmpty() && r.objects().isEmpty());
    return quiet
        ? Optional.empty()
        : Optional.of(
            "The same transaction again had the effects "
                + result.effects()
                + " and told "
                + told
                + ":\n"
                + new History(List.of(transaction)).text());
  }
}
