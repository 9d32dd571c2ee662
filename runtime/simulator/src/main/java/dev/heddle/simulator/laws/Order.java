package dev.heddle.simulator.laws;

import dev.heddle.model.Id;
import dev.heddle.model.Network.Change;
import dev.heddle.pipeline.Feature;
import dev.heddle.store.MemoryStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/**
 * The order of independent transactions makes no difference, but for numbers. Two depend on each
 * other if they touch a common object; so do two that create objects of a kind which compete for
 * something in the end, since then the older one has it. Tried are the order nearest to the
 * reverse, with the features in reverse too, and a random one.
 */
final class Order {

  private Order() {}

  static Optional<String> broken(Trial trial) {
    try (Run run = Run.on(new MemoryStore(), trial.features().get()).all(trial.history())) {
      Picture wanted = run.picture();
      Set<String> contested = wanted.contested();
      List<Feature> backwards = new ArrayList<>(trial.features().get());
      Collections.reverse(backwards);
      Random random = new Random(trial.seed());
      return differs(wanted, backwards, reordered(trial.history(), contested, n -> n - 1))
          .or(
              () ->
                  differs(
                      wanted,
                      trial.features().get(),
                      reordered(trial.history(), contested, random::nextInt)));
    }
  }

  private static Optional<String> differs(Picture wanted, List<Feature> features, History other) {
    try (Run run = Run.on(new MemoryStore(), features).all(other)) {
      return wanted.differs(
          "as it came (-) and in another order (+), the other being " + other, run.picture());
    }
  }

  /**
   * @param chosen which of n transactions that may come next, 0 to n - 1
   */
  private static History reordered(
      History history, Set<String> contested, IntUnaryOperator chosen) {
    List<List<Change>> all = history.transactions();
    List<Set<Integer>> after = dependencies(all, contested);
    List<Integer> done = new ArrayList<>();
    while (done.size() < all.size()) {
      List<Integer> next = new ArrayList<>();
      for (int i = 0; i < all.size(); i++) {
        if (!done.contains(i) && done.containsAll(after.get(i))) {
          next.add(i);
        }
      }
      done.add(next.get(chosen.applyAsInt(next.size())));
    }
    return new History(done.stream().map(all::get).toList());
  }

  /** By transaction, those that must come before it. */
  private static List<Set<Integer>> dependencies(List<List<Change>> all, Set<String> contested) {
    Changes changes = new Changes();
    List<Set<Object>> tokens = new ArrayList<>();
    List<Set<Integer>> after = new ArrayList<>();
    for (List<Change> transaction : all) {
      Set<Object> mine = new HashSet<>(Changes.touched(transaction));
      for (Change change : transaction) { // one may remove an object and make it anew
        Id<?> id = History.id(change);
        if (change instanceof Change.Put && contested.contains(id.kind()) && !changes.isThere(id)) {
          mine.add(id.kind());
        }
        changes.apply(List.of(change));
      }
      Set<Integer> before = new HashSet<>();
      for (int i = 0; i < tokens.size(); i++) {
        if (Changes.intersect(tokens.get(i), mine)) {
          before.add(i);
        }
      }
      tokens.add(mine);
      after.add(before);
    }
    return after;
  }
}
