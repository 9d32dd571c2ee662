package dev.heddle.simulator.laws;

import dev.heddle.pipeline.Feature;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A history that is held to the laws.
 *
 * @param features made anew for each controller, so that what a feature remembers outside the model
 *     does not survive; in the order in which they arrive
 * @param shelf where the law of restart keeps it
 * @param seed of the orders and restarts that are tried
 */
public record Trial(
    History history, Supplier<List<Feature>> features, Supplier<Shelf> shelf, long seed) {

  public static Trial of(History history, Supplier<List<Feature>> features) {
    return new Trial(history, features, Shelf::ofFiles, 1);
  }

  public Trial seed(long other) {
    return new Trial(history, features, shelf, other);
  }

  public Trial on(Supplier<Shelf> other) {
    return new Trial(history, features, other, seed);
  }

  /** What is broken, a paragraph for each law; of all laws, if none is named. */
  public List<String> breaches(Law... named) {
    return Stream.of(named.length == 0 ? Law.values() : named)
        .flatMap(law -> law.broken(this).stream())
        .toList();
  }

  /**
   * @throws AssertionError with every law that does not hold, and the history to paste
   */
  public void require(Law... named) {
    require(breaches(named));
  }

  void require(List<String> breaches) {
    if (!breaches.isEmpty()) {
      throw new AssertionError(
          breaches.stream().collect(Collectors.joining("\n\n", "", "\n\nAfter "))
              + history
              + "\nwith seed "
              + seed);
    }
  }
}
