package dev.heddle.simulator;

import dev.heddle.pipeline.Punt;
import dev.heddle.pipeline.Track;
import java.util.List;

/**
 * What a switch does once it has been through its tables, in this order: OVS's datapath actions.
 */
sealed interface Effect {

  /** A copy leaves by a port, or by {@code punt} to the controller. */
  record Sent(int port, Packet packet) implements Effect {}

  record Punted(Punt punt, Packet packet) implements Effect {}

  /**
   * @param packet with the connection fields it had when it came into the tables
   */
  record Tracked(Track track, int zone, Packet packet) implements Effect {}

  /** Done to a copy. */
  record Copied(List<Effect> effects) implements Effect {}
}
