package dev.heddle.laws.policy;

import dev.heddle.model.Document;

/** Where a story happens: a network "s" with the ports of {@link PolicyTrial}. */
interface World extends AutoCloseable {

  /** Returns when it is enforced. */
  void put(Document document);

  void remove(String kind, String name);

  /** Whether such a packet can be sent here at all. */
  boolean speaks(Datagram datagram);

  /**
   * Whether two rules of the same place and verdict may both be there. Either may decide, which
   * leaves what becomes of a packet as it is; the simulator reports such a choice as a fault.
   */
  boolean takesEquals();

  /**
   * Sends a packet.
   *
   * @param arrives it must come out at its receiver, and then nowhere else; else nowhere
   * @param told whether its sender must hear of a refusal
   * @throws AssertionError if that is not so
   */
  void send(Step.Send packet, boolean arrives, Told told);

  @Override
  void close();
}
