package dev.heddle.kubernetes.mapping;

import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where the rules of a tier stand: the first rule of a policy of priority P has the place 32 P, the
 * next ones those behind it. A ClusterNetworkPolicy has at most 25 rules, so its rules move for no
 * other policy. An AdminNetworkPolicy may have 100: what comes behind it moves as far as it must,
 * and what stands too far at the end moves forward.
 */
final class Precedence {

  /** Places of a tier, from the one that goes first on. */
  static final int PLACES = 32_767;

  private static final int APART = 32;

  private Precedence() {}

  /**
   * The place of the first rule of each priority.
   *
   * @param widths how many places each priority needs
   * @throws IllegalArgumentException if they need more than there are
   */
  static Map<Integer, Integer> of(SortedMap<Integer, Integer> widths) {
    int[] priorities = widths.keySet().stream().mapToInt(p -> p).toArray();
    int[] first = new int[priorities.length];
    int end = 0;
    for (int i = 0; i < first.length; i++) {
      first[i] = Math.max(APART * priorities[i], end);
      end = first[i] + widths.get(priorities[i]);
    }
    int most = PLACES;
    for (int i = first.length - 1; i >= 0; i--) {
      first[i] = Math.min(first[i], most - widths.get(priorities[i]));
      most = first[i];
    }
    if (Arrays.stream(first).anyMatch(f -> f < 0)) {
      throw new IllegalArgumentException(
          "With the others for these pods its tier has more than " + PLACES + " rules.");
    }
    Map<Integer, Integer> places = new TreeMap<>();
    for (int i = 0; i < first.length; i++) {
      places.put(priorities[i], first[i]);
    }
    return places;
  }
}
