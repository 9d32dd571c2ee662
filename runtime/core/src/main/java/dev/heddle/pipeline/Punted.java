package dev.heddle.pipeline;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * A packet that a flow has sent to the controller by {@link Punt}. Guests write packets: nothing of
 * it may be believed but what the pipeline has written.
 *
 * @param node whose switch it came from
 * @param table where the flow stands
 * @param note what the flow said, as {@link Punt#userdata}
 * @param metadata registers and what tracking left, as they were there
 * @param packet from the Ethernet header on, in hexadecimal, perhaps cut
 * @param length bytes that the packet had before it was cut
 * @param ports names of ports of the node, by key; a port elsewhere has none
 */
public record Punted(
    Id<Node> node,
    int table,
    String note,
    Match metadata,
    String packet,
    int length,
    IntFunction<Optional<String>> ports) {

  /** Bits of the pipeline's state, 0 if it said nothing of them. */
  public long value(Field field) {
    return metadata.value(field).map(b -> b.low()).orElse(0L);
  }
}
