package dev.heddle.pipeline;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import java.util.List;
import java.util.Map;

/**
 * What became of an order to swap a feature, or would.
 *
 * @param outcome what was done
 * @param sentence why not, or what stopped it; empty if nothing did
 * @param nodes by node, how its flows differ; a node of which nothing changes is not there
 * @param failing units of the new version that cannot be computed, with the reason; a swap with one
 *     is refused
 * @param waves which nodes got the new flows together, in this order
 */
public record SwapReport(
    Outcome outcome,
    String sentence,
    Map<Id<Node>, Difference> nodes,
    Map<String, String> failing,
    List<List<Id<Node>>> waves) {

  /** What was done. */
  public enum Outcome {
    /** Nothing, as ordered. */
    DRY_RUN,
    /** Nothing: it cannot be done. */
    REFUSED,
    /** All nodes have the new flows; those away get them when they return. */
    DONE,
    /** The flows of the version before are back. */
    ROLLED_BACK
  }

  /** How many flows of a node are new, other than before, and gone. */
  public record Difference(int added, int changed, int removed) {}

  public static SwapReport refused(String sentence) {
    return new SwapReport(Outcome.REFUSED, sentence, Map.of(), Map.of(), List.of());
  }
}
