package dev.heddle.openflow.codec;

import dev.heddle.pipeline.Action;
import java.util.HexFormat;
import java.util.List;

/**
 * A packet for a switch to run actions on.
 *
 * @param inPort where it is to seem to come from; 0 for the controller
 * @param actions as of a flow, without goto and meter: resubmit leads into the pipeline
 * @param packet from the Ethernet header on, in hexadecimal, at least 14 bytes
 */
public record PacketOut(int inPort, List<Action> actions, String packet) {

  private static final int SHORTEST = 14;

  public PacketOut {
    actions = List.copyOf(actions);
    if (inPort != 0) {
      new Action.Output(inPort); // the same ports
    }
    for (Action a : actions) {
      if (a instanceof Action.GotoTable || a instanceof Action.Meter) {
        throw new IllegalArgumentException("an instruction of a flow, not an action: " + a);
      }
    }
    if (HexFormat.of().parseHex(packet).length < SHORTEST) {
      throw new IllegalArgumentException("no Ethernet packet: \"" + packet + "\"");
    }
  }
}
