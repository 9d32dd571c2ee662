package dev.heddle.pipeline;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The flows that must exist, by node: what the renderer makes every switch equal to. Safe for use
 * by many threads.
 */
public interface DesiredFlows extends WantedFlows {

  /** What {@link #read} sees: one revision, whole. Valid within that call only. */
  interface Snapshot {
    long revision();

    /** All flows wanted on a node. */
    Set<FlowKey> keys(Id<Node> node);

    /** The flow wanted on a node for a key, if any. */
    Optional<Flow> flow(Id<Node> node, FlowKey key);

    /** The object for whose sake the flow for a key is wanted on a node, if any is. */
    Optional<Id<?>> object(Id<Node> node, FlowKey key);

    /** The name of the feature, here or away, that has this owner number. */
    Optional<String> feature(int number);

    /** Whether flows with this owner number may be removed when nobody wants them. */
    Ownership owner(int number);
  }

  /** The state of an owner number found in a cookie. */
  enum Ownership {
    /** Its feature is here: what it does not want is to go. */
    LIVE,
    /** Its feature is away, not retired: its flows stay as they are. */
    HELD,
    /** No feature ever had it: foreign. */
    UNKNOWN
  }

  /**
   * What changed with a revision.
   *
   * @param changed by node, the keys whose flow may differ from the revision before
   * @param objects the objects that were created, changed or removed
   * @param arrived owner numbers that became {@link Ownership#LIVE}
   */
  record Revision(
      long number, Map<Id<Node>, Set<FlowKey>> changed, Set<Id<?>> objects, Set<Integer> arrived) {}

  /**
   * Told of each revision, in order, on the model's thread: must be quick and must not block. No
   * other thread can read the revision before all listeners were told of it.
   */
  @FunctionalInterface
  interface Listener {
    void published(Revision revision);
  }

  /**
   * Whoever drives the switches says so here, and is asked what they confirmed until the handle is
   * closed. There is at most one.
   */
  AutoCloseable confirmedBy(Confirmations source);

  /**
   * What the feature with this owner number makes of a packet; nothing if it is not here.
   *
   * @param owner as {@link Cookie#owner} of the flow that has sent it
   */
  default Response respond(int owner, Punted punted) {
    return Response.NONE;
  }

  /** Listens from the next revision on; the handle ends it. */
  AutoCloseable listen(Listener listener);
}
