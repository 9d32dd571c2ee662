package dev.heddle.openflow.codec;

import static dev.heddle.openflow.codec.OpenFlow.NICIRA;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Reads actions; empty for what is well-formed but outside the values we use. */
final class ActionReader {

  /** OVS takes no deeper nesting; a hostile switch shall not exhaust the stack. */
  private static final int DEEPEST = 32;

  private ActionReader() {}

  /** All actions up to the end of {@code from}. */
  static Optional<List<Action>> all(ByteReader from) {
    List<Action> actions = new ArrayList<>();
    while (from.remaining() > 0) {
      Optional<Action> action = read(from);
      if (action.isEmpty()) {
        return Optional.empty();
      }
      actions.add(action.get());
    }
    return Optional.of(actions);
  }

  /** What follows a type: a length, which counts both, and the rest of it. */
  static ByteReader body(ByteReader from) {
    int length = from.u16();
    if (length < 8 || length % 8 != 0) {
      throw new MalformedMessage("an action or instruction says it has " + length + " bytes");
    }
    return from.part(length - 4);
  }

  static Optional<Action> read(ByteReader from) {
    int type = from.u16();
    ByteReader body = body(from);
    return switch (type) {
      case ActionCodec.OUTPUT -> readOutput(body);
      case ActionCodec.SET_FIELD -> readSet(body);
      case ActionCodec.PUSH_VLAN ->
          body.u16() == ActionCodec.VLAN_8021Q
              ? Optional.of(new Action.PushVlan())
              : Optional.empty();
      case ActionCodec.POP_VLAN -> Optional.of(new Action.PopVlan());
      case ActionCodec.DEC_TTL -> Optional.of(new Action.DecTtl());
      case ActionCodec.GROUP -> valid(() -> new Action.GroupRef(body.u32()));
      case ActionCodec.EXPERIMENTER -> body.u32() == NICIRA ? readNicira(body) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<Action> readOutput(ByteReader body) {
    int port = body.i32();
    return port == ActionCodec.OFPP_IN_PORT
        ? Optional.of(new Action.ToSender())
        : valid(() -> new Action.Output(port));
  }

  private static Optional<Action> readNicira(ByteReader body) {
    return switch (body.u16()) {
      case ActionCodec.REG_MOVE -> readMove(body);
      case ActionCodec.REG_LOAD -> readLoad(body);
      case ActionCodec.REG_LOAD2 -> readSet(body);
      case ActionCodec.RESUBMIT_TABLE ->
          body.u16() == ActionCodec.NX_IN_PORT
              ? valid(() -> new Action.Resubmit(body.u8()))
              : Optional.empty();
      case ActionCodec.CONJUNCTION -> readConjunction(body);
      case ActionCodec.CLONE -> readClone(body);
      case ActionCodec.LEARN -> LearnCodec.read(body);
      case ActionCodec.CT -> TrackCodec.read(body);
      case ActionCodec.CONTROLLER2 -> PuntCodec.read(body);
      default -> Optional.empty();
    };
  }

  private static Optional<Action> readConjunction(ByteReader body) {
    int clause = body.u8() + 1;
    int of = body.u8();
    long id = body.u32();
    return valid(() -> new Action.Conjunction(id, clause, of));
  }

  private static Optional<Action> readClone(ByteReader body) {
    body.skip(6);
    return all(nested(body)).flatMap(actions -> valid(() -> new Action.Clone(actions)));
  }

  /** A part of its own for actions inside an action. */
  static ByteReader nested(ByteReader body) {
    ByteReader inner = body.deeper();
    if (inner.depth() > DEEPEST) {
      throw new MalformedMessage("actions inside each other, over " + DEEPEST);
    }
    return inner;
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
    if (header == Oxm.VLAN_VID) {
      Bits tagged = content.bits(2);
      return tagged.low() >>> 12 != 1
          ? Optional.empty()
          : valid(() -> Action.Set.of(Field.VLAN_VID, tagged.and(Field.VLAN_VID.mask())));
    }
    Optional<Wire> wire = wire(header);
    if (wire.isEmpty() || octets > Oxm.octets(wire.get()) || masked && length % 2 != 0) {
      return Optional.empty();
    }
    Bits value = content.bits(octets);
    Bits mask = masked ? content.bits(octets) : Bits.ones(wire.get().width());
    return valid(() -> new Action.Set(wire.get(), value, mask));
  }

  /** As {@link Oxm#wire}, for fields whose length is the one we write. */
  static Optional<Wire> wire(int header) {
    int unmasked = Oxm.hasMask(header) ? Oxm.length(header) / 2 : Oxm.length(header);
    return Oxm.wire(header).filter(w -> w == Wire.TUN_METADATA0 || unmasked == Oxm.octets(w));
  }

  /** Empty for what is well-formed but outside the values we use, such as output:CONTROLLER. */
  static <T> Optional<T> valid(Supplier<? extends T> value) {
    try {
      return Optional.of(value.get());
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
  }
}
