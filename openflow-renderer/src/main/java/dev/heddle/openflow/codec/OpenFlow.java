package dev.heddle.openflow.codec;

import io.netty.buffer.ByteBuf;

/** Message types and the header of OpenFlow 1.3 (section 7.1). */
public final class OpenFlow {

  public static final int VERSION = 4;
  public static final int HEADER = 8;

  public static final int HELLO = 0;
  public static final int ERROR = 1;
  public static final int ECHO_REQUEST = 2;
  public static final int ECHO_REPLY = 3;
  public static final int EXPERIMENTER = 4;
  public static final int FEATURES_REQUEST = 5;
  public static final int FEATURES_REPLY = 6;
  public static final int SET_CONFIG = 9;
  public static final int PACKET_IN = 10;
  public static final int FLOW_REMOVED = 11;
  public static final int PORT_STATUS = 12;
  public static final int PACKET_OUT = 13;
  public static final int FLOW_MOD = 14;
  public static final int GROUP_MOD = 15;
  public static final int MULTIPART_REQUEST = 18;
  public static final int MULTIPART_REPLY = 19;
  public static final int BARRIER_REQUEST = 20;
  public static final int BARRIER_REPLY = 21;
  public static final int ROLE_REQUEST = 24;
  public static final int ROLE_REPLY = 25;

  public static final int METER_MOD = 29;

  static final int NICIRA = 0x2320;
  static final int ONF = 0x4f4e4600;

  private OpenFlow() {}

  /** Starts a message; {@link #end} sets its length. Returns where it starts. */
  static int begin(ByteBuf out, int type, int xid) {
    int start = out.writerIndex();
    out.writeByte(VERSION).writeByte(type).writeShort(0).writeInt(xid);
    return start;
  }

  /**
   * @throws IllegalArgumentException if the message has become too long; it is taken back
   */
  static void end(ByteBuf out, int start) {
    int length = out.writerIndex() - start;
    if (length > 0xffff) {
      out.writerIndex(start);
      throw new IllegalArgumentException("a message of " + length + " bytes, above 65535");
    }
    out.setShort(start + 2, length);
  }
}
