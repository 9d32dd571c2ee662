package dev.heddle.openflow.codec;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Wire;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Actions as instructions of OpenFlow 1.3 and back: apply-actions, then goto-table. A whole field
 * is set with OFPAT_SET_FIELD. 1.3 has no masked set_field, and NXAST_REG_LOAD takes one run of
 * bits only, so some bits of a field are set with NXAST_REG_LOAD2, which OVS gives back as it got
 * it.
 */
final class ActionCodec {

  private static final int NICIRA = 0x2320;
  private static final int OUTPUT = 0;
  private static final int SET_FIELD = 25;
  private static final int EXPERIMENTER = 0xffff;
  private static final int REG_MOVE = 6;
  private static final int REG_LOAD = 7;
  private static final int RESUBMIT_TABLE = 14;
  private static final int REG_LOAD2 = 33;
  private static final int OFPP_IN_PORT = 0xfffffff8;
  private static final int NX_IN_PORT = 0xfff8;
  private static final int GOTO_TABLE = 1;
  private static final int APPLY_ACTIONS = 4;

  private ActionCodec() {}

  /** Writes the instructions; none for a flow that drops. */
  static void writeInstructions(ByteBuf out, List<Action> actions) {
    int last = actions.size() - 1;
    int inApply = last >= 0 && actions.get(last) instanceof Action.GotoTable ? last : last + 1;
    Writer writer = new Writer(out);
    if (inApply > 0) {
      int start = out.writerIndex();
      out.writeShort(APPLY_ACTIONS).writeShort(0).writeInt(0);
      for (int i = 0; i < inApply; i++) {
        actions.get(i).accept(writer);
      }
      out.setShort(start + 2, out.writerIndex() - start);
    }
    if (inApply <= last) {
      actions.get(last).accept(writer);
    }
  }

  private record Writer(ByteBuf out) implements Action.Visitor<Void> {

    @Override
    public Void set(Action.Set set) {
      boolean whole = set.mask().equals(Bits.ones(set.wire().width()));
      int start = out.writerIndex();
      if (whole && set.wire() == Wire.OF_PORT) {
        return load(start, set); // OVS 3.1 refuses every value in a set_field of it
      }
      if (whole) {
        out.writeShort(SET_FIELD).writeShort(0);
      } else {
        experimenter(REG_LOAD2);
      }
      Oxm.write(out, set.wire(), set.value(), set.mask());
      return pad(start);
    }

    private Void load(int start, Action.Set set) {
      experimenter(REG_LOAD);
      out.writeShort(set.wire().width() - 1).writeInt(Oxm.of(set.wire()));
      out.writeLong(set.value().low());
      return pad(start);
    }

    @Override
    public Void move(Action.Move move) {
      int start = out.writerIndex();
      experimenter(REG_MOVE);
      out.writeShort(move.width()).writeShort(move.fromOffset()).writeShort(move.toOffset());
      out.writeInt(Oxm.of(move.from())).writeInt(Oxm.of(move.to()));
      return pad(start);
    }

    @Override
    public Void output(Action.Output output) {
      return output(output.port());
    }

    @Override
    public Void toSender(Action.ToSender toSender) {
      return output(OFPP_IN_PORT);
    }

    private Void output(int port) {
      out.writeShort(OUTPUT).writeShort(16).writeInt(port).writeZero(8);
      return null;
    }

    @Override
    public Void resubmit(Action.Resubmit resubmit) {
      int start = out.writerIndex();
      experimenter(RESUBMIT_TABLE);
      out.writeShort(NX_IN_PORT).writeByte(resubmit.table()).writeZero(3);
      return pad(start);
    }

    @Override
    public Void gotoTable(Action.GotoTable go) {
      out.writeShort(GOTO_TABLE).writeShort(8).writeByte(go.table()).writeZero(3);
      return null;
    }

    @Override
    public Void pushVlan(Action.PushVlan a) {
      throw new IllegalArgumentException("not yet: " + a);
    }

    @Override
    public Void popVlan(Action.PopVlan a) {
      throw new IllegalArgumentException("not yet: " + a);
    }

    @Override
    public Void decTtl(Action.DecTtl a) {
      throw new IllegalArgumentException("not yet: " + a);
    }

    @Override
    public Void conjunction(Action.Conjunction a) {
      throw new IllegalArgumentException("not yet: " + a);
    }

    @Override
    public Void group(Action.GroupRef a) {
      throw new IllegalArgumentException("not yet: " + a);
    }

    @Override
    public Void meter(Action.Meter a) {
      throw new IllegalArgumentException("not yet: " + a);
    }

    @Override
    public Void clone(Action.Clone a) {
      throw new IllegalArgumentException("not yet: " + a);
    }

    @Override
    public Void learn(dev.heddle.pipeline.Learn a) {
      throw new IllegalArgumentException("not yet: " + a);
    }

    @Override
    public Void track(dev.heddle.pipeline.Track a) {
      throw new IllegalArgumentException("not yet: " + a);
    }

    @Override
    public Void punt(dev.heddle.pipeline.Punt a) {
      throw new IllegalArgumentException("not yet: " + a);
    }

    private void experimenter(int subtype) {
      out.writeShort(EXPERIMENTER).writeShort(0).writeInt(NICIRA).writeShort(subtype);
    }

    /** Fills up to 8 bytes and sets the length. */
    private Void pad(int start) {
      out.writeZero(start - out.writerIndex() & 7);
      out.setShort(start + 2, out.writerIndex() - start);
      return null;
    }
  }

  /** The actions that {@code instructions} stand for, or empty if they hold one we do not use. */
  static Optional<List<Action>> readInstructions(ByteReader instructions) {
    List<Action> actions = new ArrayList<>();
    boolean applied = false;
    while (instructions.remaining() > 0) {
      int type = instructions.u16();
      ByteReader body = body(instructions);
      if (type == APPLY_ACTIONS && !applied && actions.isEmpty()) {
        applied = true;
        body.skip(4);
        while (body.remaining() > 0) {
          Optional<Action> action = readAction(body);
          if (action.isEmpty()) {
            return Optional.empty();
          }
          actions.add(action.get());
        }
      } else if (type == GOTO_TABLE && instructions.remaining() == 0) {
        Optional<Action> go = valid(() -> new Action.GotoTable(body.u8()));
        if (go.isEmpty()) {
          return Optional.empty();
        }
        actions.add(go.get());
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(actions);
  }

  /** What follows a type: a length, which counts both, and the rest of it. */
  private static ByteReader body(ByteReader from) {
    int length = from.u16();
    if (length < 8 || length % 8 != 0) {
      throw new MalformedMessage("an action or instruction says it has " + length + " bytes");
    }
    return from.part(length - 4);
  }

  private static Optional<Action> readAction(ByteReader from) {
    int type = from.u16();
    ByteReader body = body(from);
    return switch (type) {
      case OUTPUT -> readOutput(body);
      case SET_FIELD -> readSet(body);
      case EXPERIMENTER -> body.u32() == NICIRA ? readNicira(body) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<Action> readOutput(ByteReader body) {
    int port = body.i32();
    return port == OFPP_IN_PORT
        ? Optional.of(new Action.ToSender())
        : valid(() -> new Action.Output(port));
  }

  private static Optional<Action> readNicira(ByteReader body) {
    return switch (body.u16()) {
      case REG_MOVE -> readMove(body);
      case REG_LOAD -> readLoad(body);
      case REG_LOAD2 -> readSet(body);
      case RESUBMIT_TABLE ->
          body.u16() == NX_IN_PORT ? valid(() -> new Action.Resubmit(body.u8())) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<Action> readMove(ByteReader body) {
    int width = body.u16();
    int fromOffset = body.u16();
    int toOffset = body.u16();
    Optional<Wire> from = wire(body.i32());
    Optional<Wire> to = wire(body.i32());
    return from.isEmpty() || to.isEmpty()
        ? Optional.empty()
        : valid(() -> new Action.Move(from.get(), fromOffset, to.get(), toOffset, width));
  }

  private static Optional<Action> readLoad(ByteReader body) {
    int range = body.u16();
    int offset = range >>> 6;
    int width = (range & 63) + 1;
    Optional<Wire> wire = wire(body.i32());
    Bits value = body.bits(8);
    return wire.isEmpty() || offset + width > wire.get().width()
        ? Optional.empty()
        : valid(
            () ->
                new Action.Set(
                    wire.get(), value.shiftLeft(offset), Bits.ones(width).shiftLeft(offset)));
  }

  /** A field, its value and perhaps a mask; OVS leaves out leading zero bytes of tun_metadata. */
  private static Optional<Action> readSet(ByteReader body) {
    int header = body.i32();
    int length = Oxm.length(header);
    boolean masked = Oxm.hasMask(header);
    int octets = masked ? length / 2 : length;
    ByteReader content = body.part(length);
    Optional<Wire> wire = wire(header);
    if (wire.isEmpty() || octets > Oxm.octets(wire.get()) || masked && length % 2 != 0) {
      return Optional.empty();
    }
    Bits value = content.bits(octets);
    Bits mask = masked ? content.bits(octets) : Bits.ones(wire.get().width());
    return valid(() -> new Action.Set(wire.get(), value, mask));
  }

  /** As {@link Oxm#wire}, for fields whose length is the one we write. */
  private static Optional<Wire> wire(int header) {
    int unmasked = Oxm.hasMask(header) ? Oxm.length(header) / 2 : Oxm.length(header);
    return Oxm.wire(header).filter(w -> w == Wire.TUN_METADATA0 || unmasked == Oxm.octets(w));
  }

  /** Empty for what is well-formed but outside the values we use, such as output:CONTROLLER. */
  private static Optional<Action> valid(Supplier<Action> action) {
    try {
      return Optional.of(action.get());
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
  }
}
