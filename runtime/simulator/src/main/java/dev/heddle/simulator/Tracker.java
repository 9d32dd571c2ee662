package dev.heddle.simulator;

import dev.heddle.pipeline.Track;

/** The connection tracker of one switch. */
public interface Tracker {

  /**
   * The packet with what is known of its connection in CT_STATE, CT_ZONE, CT_MARK and CT_LABEL,
   * translated if that was asked for.
   *
   * @param packet with the CT_STATE and CT_ZONE it had when it came to this table
   * @param zone what {@link Track#zone} stands for
   */
  Packet track(Packet packet, Track track, int zone);
}
