package dev.heddle.openflow.codec;

import dev.heddle.pipeline.Action;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Actions as instructions of OpenFlow 1.3 and back: meter, apply-actions, then goto-table (section
 * 5.9). The numbers of actions are those of OpenFlow 1.3.5, 7.2.5, and of the Nicira extensions
 * (ovs-actions(7), ofp-actions.c).
 */
final class ActionCodec {

  static final int OUTPUT = 0;
  static final int PUSH_VLAN = 17;
  static final int POP_VLAN = 18;
  static final int GROUP = 22;
  static final int DEC_TTL = 24;
  static final int SET_FIELD = 25;
  static final int EXPERIMENTER = 0xffff;

  static final int REG_MOVE = 6;
  static final int REG_LOAD = 7;
  static final int RESUBMIT_TABLE = 14;
  static final int LEARN = 16;
  static final int REG_LOAD2 = 33;
  static final int CONJUNCTION = 34;
  static final int CT = 35;
  static final int NAT = 36;
  static final int CONTROLLER2 = 37;
  static final int CLONE = 42;

  static final int OFPP_IN_PORT = 0xfffffff8;
  static final int NX_IN_PORT = 0xfff8;
  static final int VLAN_8021Q = 0x8100;

  private static final int GOTO_TABLE = 1;
  private static final int APPLY_ACTIONS = 4;
  private static final int METER = 6;

  private ActionCodec() {}

  /** Writes the instructions; none for a flow that drops. */
  static void writeInstructions(ByteBuf out, List<Action> actions) {
    int from = 0;
    int to = actions.size();
    if (from < to && actions.get(0) instanceof Action.Meter meter) {
      out.writeShort(METER).writeShort(8).writeInt((int) meter.id());
      from++;
    }
    Optional<Action.GotoTable> last = Optional.empty();
    if (from < to && actions.get(to - 1) instanceof Action.GotoTable go) {
      last = Optional.of(go);
      to--;
    }
    if (from < to) {
      int start = out.writerIndex();
      out.writeShort(APPLY_ACTIONS).writeShort(0).writeInt(0);
      new ActionWriter(out).all(actions.subList(from, to));
      out.setShort(start + 2, out.writerIndex() - start);
    }
    last.ifPresent(
        go -> out.writeShort(GOTO_TABLE).writeShort(8).writeByte(go.table()).writeZero(3));
  }

  /** The actions that {@code instructions} stand for, or empty if they hold one we do not use. */
  static Optional<List<Action>> readInstructions(ByteReader instructions) {
    List<Action> actions = new ArrayList<>();
    int previous = 0; // rank of the instruction before: each at most once, in their order
    while (instructions.remaining() > 0) {
      int type = instructions.u16();
      ByteReader body = ActionReader.body(instructions);
      int rank = List.of(METER, APPLY_ACTIONS, GOTO_TABLE).indexOf(type) + 1;
      if (rank <= previous) {
        return Optional.empty();
      }
      previous = rank;
      Optional<List<Action>> read =
          switch (type) {
            case METER -> ActionReader.valid(() -> List.of(new Action.Meter(body.u32())));
            case APPLY_ACTIONS -> ActionReader.all(body.skip(4));
            default -> ActionReader.valid(() -> List.of(new Action.GotoTable(body.u8())));
          };
      if (read.isEmpty()) {
        return Optional.empty();
      }
      actions.addAll(read.get());
    }
    return Optional.of(actions);
  }
}
