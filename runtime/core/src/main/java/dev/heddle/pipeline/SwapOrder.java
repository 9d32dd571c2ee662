package dev.heddle.pipeline;

/**
 * How one version of a feature is to take the place of another.
 *
 * @param feature its name
 * @param dryRun nothing is done, the difference is told
 * @param first how many nodes get the new flows first, 1 or more
 * @param each how many get them in each wave after that; 0 for all the rest at once
 * @param seconds how long a wave may take to be confirmed, 1 to 600
 */
public record SwapOrder(String feature, boolean dryRun, int first, int each, int seconds) {

  public SwapOrder {
    require(first >= 1, "the first wave has 1 node or more, not " + first);
    require(each >= 0, "a wave has 1 node or more, or 0 for all the rest, not " + each);
    require(seconds >= 1 && seconds <= 600, "a wave may take 1 to 600 seconds, not " + seconds);
  }

  /** One node, then the rest. */
  public static SwapOrder of(String feature) {
    return new SwapOrder(feature, false, 1, 0, 30);
  }

  private static void require(boolean met, String sentence) {
    if (!met) {
      throw new IllegalArgumentException(sentence);
    }
  }
}
