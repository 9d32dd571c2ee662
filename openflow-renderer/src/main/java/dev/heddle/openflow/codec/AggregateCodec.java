package dev.heddle.openflow.codec;

import dev.heddle.pipeline.Confirmations.Counted;
import dev.heddle.pipeline.Match;
import io.netty.buffer.ByteBuf;

/** What all flows with one cookie have counted together (OpenFlow 1.3.5, 7.3.5.3). */
public final class AggregateCodec {

  private static final int AGGREGATE = 2;
  private static final int ALL_TABLES = 0xff;
  private static final int ANY = 0xffffffff;
  private static final int BODY = 24;

  private AggregateCodec() {}

  /** Writes the request for the flows whose cookie is exactly this. */
  public static void writeRequest(ByteBuf out, int xid, long cookie) {
    int start = OpenFlow.begin(out, OpenFlow.MULTIPART_REQUEST, xid);
    out.writeShort(AGGREGATE).writeShort(0).writeInt(0);
    out.writeByte(ALL_TABLES).writeZero(3).writeInt(ANY).writeInt(ANY).writeInt(0);
    out.writeLong(cookie).writeLong(-1L);
    MatchCodec.write(out, Match.ALL);
    OpenFlow.end(out, start);
  }

  /**
   * Reads the multipart reply, header included.
   *
   * @throws MalformedMessage if it is another
   */
  public static Counted read(byte[] message) {
    ByteReader in = ByteReader.of(message).skip(OpenFlow.HEADER);
    int kind = in.u16();
    in.skip(6);
    if (kind != AGGREGATE || in.remaining() < BODY) {
      throw new MalformedMessage("aggregate statistics were asked for, part " + kind + " came");
    }
    return new Counted(in.u64(), in.u64(), in.u32());
  }
}
