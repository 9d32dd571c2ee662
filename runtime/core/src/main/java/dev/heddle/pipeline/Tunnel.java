package dev.heddle.pipeline;

/** The Geneve port that every node has. */
public final class Tunnel {

  /**
   * Its OpenFlow number, the same on every node, so that flows towards other nodes are the same
   * bytes everywhere. OVS numbers ports from 1 upwards; a node where it is taken is refused with a
   * sentence.
   */
  public static final int OF_PORT = 65000;

  private Tunnel() {}

  static boolean writesHeader(Action action) {
    return action instanceof Action.Set set && set.wire() == Wire.TUN_METADATA0
        || action instanceof Action.Move move && move.to() == Wire.TUN_METADATA0;
  }
}
