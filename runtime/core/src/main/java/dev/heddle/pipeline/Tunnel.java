package dev.heddle.pipeline;

import dev.heddle.model.Encapsulation;

/** The ports through which a node reaches others, one for each encapsulation that it speaks. */
public final class Tunnel {

  /**
   * The OpenFlow number of the Geneve port, the same on every node, so that flows towards other
   * nodes are the same bytes everywhere. OVS numbers ports from 1 upwards; a node where it is taken
   * is refused with a sentence.
   */
  public static final int OF_PORT = 65000;

  /** The same of the VXLAN port. */
  public static final int VXLAN_OF_PORT = 65001;

  private Tunnel() {}

  /** The OpenFlow number of the port of an encapsulation. */
  public static int port(Encapsulation encapsulation) {
    return encapsulation == Encapsulation.VXLAN ? VXLAN_OF_PORT : OF_PORT;
  }

  /** Whether packets of other nodes come and go by this port. */
  public static boolean isPort(long ofPort) {
    return ofPort == OF_PORT || ofPort == VXLAN_OF_PORT;
  }

  static boolean writesHeader(Action action) {
    return action instanceof Action.Set set && set.wire() == Wire.TUN_METADATA0
        || action instanceof Action.Move move && move.to() == Wire.TUN_METADATA0;
  }
}
