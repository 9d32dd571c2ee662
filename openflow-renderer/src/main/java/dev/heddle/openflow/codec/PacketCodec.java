package dev.heddle.openflow.codec;

import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Match;
import io.netty.buffer.ByteBuf;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Packets between switch and controller: NXT_PACKET_IN2, which alone carries userdata
 * (ovs-actions(7), controller; nicira-ext.h), and OFPT_PACKET_OUT (OpenFlow 1.3.5, 7.3.7).
 */
public final class PacketCodec {

  private static final int SET_FORMAT = 16;
  private static final int PACKET_IN2 = 30;
  private static final int FORMAT_PACKET_IN2 = 2;
  private static final int NO_BUFFER = 0xffffffff;
  private static final int OFPP_CONTROLLER = 0xfffffffd;

  private static final int PACKET = 0;
  private static final int FULL_LENGTH = 1;
  private static final int TABLE = 3;
  private static final int COOKIE = 4;
  private static final int METADATA = 6;
  private static final int USERDATA = 7;

  private PacketCodec() {}

  /** Asks the switch to send packets of this connection as NXT_PACKET_IN2. */
  public static void writeFormat(ByteBuf out, int xid) {
    int start = OpenFlow.begin(out, OpenFlow.EXPERIMENTER, xid);
    out.writeInt(OpenFlow.NICIRA).writeInt(SET_FORMAT).writeInt(FORMAT_PACKET_IN2);
    OpenFlow.end(out, start);
  }

  /** True if {@code message}, header included, is an NXT_PACKET_IN2. */
  public static boolean isPacketIn(byte[] message) {
    ByteReader in = ByteReader.of(message);
    return in.remaining() >= OpenFlow.HEADER + 8
        && in.skip(1).u8() == OpenFlow.EXPERIMENTER
        && in.skip(6).i32() == OpenFlow.NICIRA
        && in.i32() == PACKET_IN2;
  }

  /**
   * Reads an NXT_PACKET_IN2, header included. What it says twice counts as said last.
   *
   * @throws MalformedMessage if it is none, or without a packet
   */
  public static PacketIn read(byte[] message) {
    if (!isPacketIn(message)) {
      throw new MalformedMessage("this is no packet-in");
    }
    ByteReader in = ByteReader.of(message).skip(OpenFlow.HEADER + 8);
    int table = 0;
    long cookie = 0;
    long length = -1;
    String userdata = "";
    String packet = "";
    Match metadata = Match.ALL;
    while (in.remaining() > 0) {
      int type = in.u16();
      int said = in.u16();
      if (said < 4) {
        throw new MalformedMessage("a property says it has " + said + " bytes");
      }
      ByteReader value = in.part(said - 4);
      in.skip(Math.min(-said & 7, in.remaining()));
      switch (type) {
        case PACKET -> packet = value.hex();
        case FULL_LENGTH -> length = value.u32();
        case TABLE -> table = value.u8();
        case COOKIE -> cookie = value.skip(4).u64();
        case METADATA -> metadata = MatchCodec.readKnown(value);
        case USERDATA -> userdata = value.hex();
        default -> {
          // buffer, reason, and what resumes a packet that was paused, which ours are not
        }
      }
    }
    int bytes = packet.length() / 2;
    if (bytes == 0) {
      throw new MalformedMessage("a packet-in without a packet");
    }
    return new PacketIn(
        table,
        cookie,
        userdata,
        metadata,
        packet,
        length < bytes ? bytes : (int) Math.min(length, 0xffff));
  }

  /**
   * Writes the packet-out.
   *
   * @throws IllegalArgumentException if it is too long for a message; nothing is written then
   */
  public static void write(ByteBuf out, int xid, PacketOut packet) {
    int start = OpenFlow.begin(out, OpenFlow.PACKET_OUT, xid);
    out.writeInt(NO_BUFFER).writeInt(packet.inPort() == 0 ? OFPP_CONTROLLER : packet.inPort());
    int length = out.writerIndex();
    out.writeShort(0).writeZero(6);
    int actions = out.writerIndex();
    new ActionWriter(out).all(packet.actions());
    int size = out.writerIndex() - actions;
    out.setShort(length, size);
    out.writeBytes(HexFormat.of().parseHex(packet.packet()));
    OpenFlow.end(out, start); // longer actions than their length can say make the message too long
  }

  /**
   * Reads a packet-out, header included; empty if it holds what we would not send.
   *
   * @throws MalformedMessage if it is none
   */
  public static Optional<PacketOut> readOut(byte[] message) {
    ByteReader in = ByteReader.of(message).skip(1);
    if (in.u8() != OpenFlow.PACKET_OUT) {
      throw new MalformedMessage("this is no packet-out");
    }
    boolean whole = in.skip(6).i32() == NO_BUFFER;
    int port = in.i32();
    int size = in.u16();
    in.skip(6);
    Optional<List<Action>> actions = ActionReader.all(in.part(size));
    String packet = in.hex();
    return actions
        .filter(a -> whole)
        .flatMap(
            a ->
                ActionReader.valid(
                    () -> new PacketOut(port == OFPP_CONTROLLER ? 0 : port, a, packet)));
  }
}
