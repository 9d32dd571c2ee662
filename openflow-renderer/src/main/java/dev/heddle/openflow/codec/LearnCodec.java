package dev.heddle.openflow.codec;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Learn;
import dev.heddle.pipeline.Operand;
import dev.heddle.pipeline.Operand.Constant;
import dev.heddle.pipeline.Operand.Slice;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * NXAST_LEARN behind its subtype. Each part of what is learned begins with 16 bits: where the value
 * comes from (bit 13: it is here), what it is for (bits 11 and 12), how many bits (0 to 10). A zero
 * ends them.
 */
final class LearnCodec {

  private static final int DELETE_LEARNED = 2;
  private static final int IS_HERE = 1 << 13;
  private static final int MATCHES = 0;
  private static final int LOADS = 1 << 11;
  private static final int OUTPUTS = 2 << 11;
  private static final int PURPOSE = 3 << 11;
  private static final int WIDTH = (1 << 11) - 1;

  private LearnCodec() {}

  static void write(ByteBuf out, Learn learn) {
    out.writeShort(learn.idleTimeout()).writeShort(learn.hardTimeout());
    out.writeShort(learn.priority()).writeLong(learn.cookie());
    out.writeShort(learn.withLearner() ? DELETE_LEARNED : 0);
    out.writeByte(learn.table()).writeByte(0).writeShort(0).writeShort(0); // no fin_timeout
    for (Learn.Spec spec : learn.specs()) {
      if (spec instanceof Learn.Matches m) {
        write(out, MATCHES, m.value());
        write(out, m.field());
      } else if (spec instanceof Learn.Loads l) {
        write(out, LOADS, l.value());
        write(out, l.field());
      } else if (spec instanceof Learn.Outputs o) {
        write(out, OUTPUTS, o.port());
      }
    }
  }

  private static void write(ByteBuf out, int purpose, Operand value) {
    if (value instanceof Constant c) {
      out.writeShort(IS_HERE | purpose | c.width());
      int octets = octets(c.width());
      for (int at = octets - 1; at >= 0; at--) {
        out.writeByte((int) c.value().shiftRight(8 * at).low());
      }
    } else {
      out.writeShort(purpose | value.width());
      write(out, (Slice) value);
    }
  }

  private static void write(ByteBuf out, Slice slice) {
    out.writeInt(Oxm.of(slice.wire())).writeShort(slice.offset());
  }

  /** Values come in pairs of bytes. */
  private static int octets(int width) {
    return (width + 15) / 16 * 2;
  }

  static Optional<Action> read(ByteReader in) {
    int idle = in.u16();
    int hard = in.u16();
    int priority = in.u16();
    long cookie = in.u64();
    int flags = in.u16();
    int table = in.u8();
    boolean padded = in.u8() == 0;
    boolean finTimeouts = in.u32() != 0;
    if ((flags & ~DELETE_LEARNED) != 0 || !padded || finTimeouts) {
      return Optional.empty();
    }
    List<Learn.Spec> specs = new ArrayList<>();
    while (in.remaining() >= 2) {
      int header = in.u16();
      if (header == 0) {
        break;
      }
      Optional<Learn.Spec> spec = spec(header, in);
      if (spec.isEmpty()) {
        return Optional.empty();
      }
      specs.add(spec.get());
    }
    return ActionReader.valid(
        () -> new Learn(table, priority, idle, hard, cookie, flags != 0, specs));
  }

  private static Optional<Learn.Spec> spec(int header, ByteReader in) {
    int width = header & WIDTH;
    int purpose = header & PURPOSE;
    if ((header & ~(WIDTH | PURPOSE | IS_HERE)) != 0 || width < 1 || width > 128) {
      return Optional.empty();
    }
    Optional<? extends Operand> value =
        (header & IS_HERE) == 0 ? slice(in, width) : constant(in, width);
    if (purpose == OUTPUTS) {
      return value.filter(Slice.class::isInstance).map(port -> new Learn.Outputs((Slice) port));
    }
    Optional<Slice> field = slice(in, width);
    return value.flatMap(
        v ->
            field.flatMap(
                f ->
                    ActionReader.<Learn.Spec>valid(
                        () ->
                            switch (purpose) {
                              case MATCHES -> new Learn.Matches(f, v);
                              case LOADS -> new Learn.Loads(v, f);
                              default -> throw new IllegalArgumentException("no such purpose");
                            })));
  }

  private static Optional<Slice> slice(ByteReader in, int width) {
    int header = in.i32();
    int offset = in.u16();
    return ActionReader.wire(header)
        .flatMap(w -> ActionReader.valid(() -> new Slice(w, offset, width)));
  }

  private static Optional<Constant> constant(ByteReader in, int width) {
    Bits value = in.bits(octets(width));
    return ActionReader.valid(() -> new Constant(value, width));
  }
}
