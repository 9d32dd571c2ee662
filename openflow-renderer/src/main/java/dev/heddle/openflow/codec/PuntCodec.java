package dev.heddle.openflow.codec;

import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Punt;
import io.netty.buffer.ByteBuf;
import java.util.Optional;

/** NXAST_CONTROLLER2 behind its subtype: properties, each filled up to 8 bytes. */
final class PuntCodec {

  private static final int MAX_LENGTH = 0;
  private static final int USERDATA = 3;
  private static final int METER = 5;

  private PuntCodec() {}

  static void write(ByteBuf out, Punt punt) {
    out.writeZero(6);
    if (punt.maxLength() != Punt.WHOLE) {
      out.writeShort(MAX_LENGTH).writeShort(6).writeShort(punt.maxLength()).writeShort(0);
    }
    byte[] userdata = punt.bytes();
    out.writeShort(USERDATA).writeShort(4 + userdata.length).writeBytes(userdata);
    out.writeZero(-(4 + userdata.length) & 7);
    if (punt.meter() != 0) {
      out.writeShort(METER).writeShort(8).writeInt((int) punt.meter());
    }
  }

  static Optional<Action> read(ByteReader in) {
    in.skip(6);
    int maxLength = Punt.WHOLE;
    String userdata = "";
    long meter = 0;
    while (in.remaining() > 0) {
      int type = in.u16();
      int length = in.u16();
      if (length < 4) {
        throw new MalformedMessage("a property says it has " + length + " bytes");
      }
      ByteReader value = in.part(length - 4);
      in.skip(-length & 7);
      switch (type) {
        case MAX_LENGTH -> maxLength = value.u16();
        case USERDATA -> userdata = value.hex();
        case METER -> meter = value.u32();
        default -> {
          return Optional.empty();
        }
      }
    }
    String note = userdata;
    int most = maxLength;
    long by = meter;
    return ActionReader.valid(() -> new Punt(note, most, by));
  }
}
