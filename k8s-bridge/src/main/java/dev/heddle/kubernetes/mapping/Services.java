package dev.heddle.kubernetes.mapping;

import dev.heddle.kubernetes.cluster.Policy.Service.Numbers;
import dev.heddle.kubernetes.cluster.Protocol;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Services as expressions of the match language. */
final class Services {

  /** A range of ports takes so many conditions at most (docs/match-language.md). */
  private static final int COST_OF_RANGE = 30;

  private static final int MOST_CONDITIONS = 300;
  private static final int HIGHEST = 65_535;

  private Services() {}

  static Numbers one(Protocol protocol, int number) {
    return new Numbers(protocol, number, number);
  }

  /**
   * Expressions that together hold for connections of these services, each of no more conditions
   * than go well with as many peers. None for no services.
   */
  static List<String> expressions(Collection<Numbers> services) {
    List<String> all = new ArrayList<>();
    List<String> part = new ArrayList<>();
    int cost = 0;
    for (Numbers n : merged(services)) {
      int more = n.first() == n.last() || isAll(n) ? 1 : COST_OF_RANGE;
      if (cost + more > MOST_CONDITIONS) {
        all.add(anyOf(part));
        part.clear();
        cost = 0;
      }
      part.add(text(n));
      cost += more;
    }
    if (!part.isEmpty()) {
      all.add(anyOf(part));
    }
    return all;
  }

  private static String anyOf(List<String> alternatives) {
    String all = String.join(" || ", alternatives);
    return alternatives.size() == 1 ? all : "(" + all + ")";
  }

  private static boolean isAll(Numbers n) {
    return n.first() == 0 && n.last() == HIGHEST;
  }

  private static String text(Numbers n) {
    String word = n.protocol().word();
    if (isAll(n)) {
      return word;
    }
    return n.first() == n.last()
        ? word + ".dst == " + n.first()
        : n.first() + " <= " + word + ".dst <= " + n.last();
  }

  /** By protocol and number, none touching another. */
  private static List<Numbers> merged(Collection<Numbers> services) {
    List<Numbers> sorted = new ArrayList<>(services);
    sorted.sort(Comparator.comparing(Numbers::protocol).thenComparingInt(Numbers::first));
    List<Numbers> merged = new ArrayList<>();
    for (Numbers n : sorted) {
      Numbers last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
      if (last != null && last.protocol() == n.protocol() && n.first() <= last.last() + 1) {
        merged.set(
            merged.size() - 1,
            new Numbers(n.protocol(), last.first(), Math.max(last.last(), n.last())));
      } else {
        merged.add(n);
      }
    }
    return merged;
  }
}
