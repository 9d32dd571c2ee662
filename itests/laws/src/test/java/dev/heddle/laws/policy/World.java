package dev.heddle.laws.policy;

import dev.heddle.model.Document;
import java.util.Set;

/** Where a story happens: a network "s" with the ports of {@link PolicyTrial}. */
interface World extends AutoCloseable {

  /** Returns when it is enforced. */
  void put(Document document);

  void remove(String kind, String name);

  /** Whether such a packet can be sent here now. */
  boolean speaks(Step.Packet packet);

  /**
   * Whether two rules of the same place and verdict may both be there. Either may decide, which
   * leaves what becomes of a packet as it is; the simulator reports such a choice as a fault.
   */
  boolean takesEquals();

  /**
   * Sends a packet.
   *
   * @param arrive which of its pieces must come out at its receiver, and then nowhere else; of what
   *     is not among them nothing may come out anywhere
   * @param told whether its sender must hear of a refusal
   * @throws AssertionError if that is not so
   */
  void send(Step.Packet packet, Set<Integer> arrive, Told told);

  @Override
  void close();
}
