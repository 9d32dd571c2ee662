package dev.heddle.simulator.laws;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Flows that ought to be the same, and how they are not. */
final class Difference {

  private static final int SHOWN = 20;

  private Difference() {}

  /**
   * Nothing if they are the same, else the first lines that are in one of them only.
   *
   * @param when what was done before they were compared
   */
  static <T> Optional<String> between(
      String when, Map<String, Set<T>> wanted, Map<String, Set<T>> found) {
    if (wanted.equals(found)) {
      return Optional.empty();
    }
    Set<String> nodes = new TreeSet<>(wanted.keySet());
    nodes.addAll(found.keySet());
    return Optional.of(
        nodes.stream()
            .flatMap(n -> Stream.concat(only("- ", n, wanted, found), only("+ ", n, found, wanted)))
            .limit(SHOWN)
            .collect(Collectors.joining("\n", when + ":\n", "")));
  }

  private static <T> Stream<String> only(
      String sign, String node, Map<String, Set<T>> in, Map<String, Set<T>> notIn) {
    Set<T> others = notIn.getOrDefault(node, Set.of());
    return in.getOrDefault(node, Set.of()).stream()
        .filter(f -> !others.contains(f))
        .map(f -> sign + node + " " + f)
        .sorted(Comparator.naturalOrder());
  }
}
