package dev.heddle.pipeline;

import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.Network;
import dev.heddle.model.Node;
import dev.heddle.pipeline.SwapReport.Difference;
import java.util.List;
import java.util.Map;

/**
 * What would be if a transaction were made, worked out on a copy of the model by the features that
 * are here: nothing of it is stored, and no switch hears of it. It takes as much room as the model
 * until it is closed.
 */
public interface Supposition extends AutoCloseable {

  /** The revision of the model that was copied. */
  long revision();

  /** The model with the transaction made. */
  Network network();

  /** All documents of a kind without it, by name. */
  List<Document> before(String kind);

  /** The flows that are wanted without it. */
  WantedFlows flowsBefore();

  /** The flows that would be wanted. */
  WantedFlows flowsAfter();

  /** By node, how its flows would differ; a node of which nothing changes is not there. */
  Map<Id<Node>, Difference> differences();

  /** Units that could not be computed any more and would keep their flows, with the reason. */
  Map<String, String> failures();

  @Override
  void close();
}
