package dev.heddle.openflow.codec;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** The table of Geneve options of a switch: NXT_TLV_TABLE_* (OVS nicira-ext.h). */
public final class TlvCodec {

  private static final int MOD = 24;
  private static final int REQUEST = 25;
  private static final int REPLY = 26;

  private TlvCodec() {}

  public static void writeRequest(ByteBuf out, int xid) {
    int start = OpenFlow.begin(out, OpenFlow.EXPERIMENTER, xid);
    out.writeInt(OpenFlow.NICIRA).writeInt(REQUEST);
    OpenFlow.end(out, start);
  }

  /** Writes a request to add one mapping; OVS answers it only if it refuses. */
  public static void writeAdd(ByteBuf out, int xid, TlvMapping m) {
    int start = OpenFlow.begin(out, OpenFlow.EXPERIMENTER, xid);
    out.writeInt(OpenFlow.NICIRA).writeInt(MOD);
    out.writeShort(0).writeZero(6);
    out.writeShort(m.optionClass()).writeByte(m.type()).writeByte(m.length());
    out.writeShort(m.index()).writeZero(2);
    OpenFlow.end(out, start);
  }

  /**
   * Reads the answer to {@link #writeRequest}, header included.
   *
   * @throws MalformedMessage if it is something else
   */
  public static List<TlvMapping> readReply(byte[] message) {
    ByteReader in = ByteReader.of(message).skip(1);
    if (in.u8() != OpenFlow.EXPERIMENTER
        || in.skip(6).i32() != OpenFlow.NICIRA
        || in.i32() != REPLY) {
      throw new MalformedMessage("the table of Geneve options was asked for, something else came");
    }
    in.skip(16);
    List<TlvMapping> table = new ArrayList<>();
    while (in.remaining() > 0) {
      int optionClass = in.u16();
      int type = in.u8();
      int length = in.u8();
      int index = in.u16();
      in.skip(2);
      try {
        table.add(new TlvMapping(optionClass, type, length, index));
      } catch (IllegalArgumentException e) {
        throw new MalformedMessage(e.getMessage());
      }
    }
    return table;
  }
}
