package dev.heddle.openflow.codec;

import static dev.heddle.openflow.codec.OpenFlow.NICIRA;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Learn;
import dev.heddle.pipeline.Punt;
import dev.heddle.pipeline.Track;
import dev.heddle.pipeline.Wire;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * Writes actions. A whole field is set with OFPAT_SET_FIELD. 1.3 has no masked set_field, and
 * NXAST_REG_LOAD takes one run of bits only, so some bits of a field are set with NXAST_REG_LOAD2,
 * which OVS gives back as it got it.
 */
record ActionWriter(ByteBuf out) implements Action.Visitor<Void> {

  static final int TAGGED = 0x1000;

  void all(List<Action> actions) {
    actions.forEach(a -> a.accept(this));
  }

  @Override
  public Void set(Action.Set set) {
    boolean whole = set.mask().equals(Bits.ones(set.wire().width()));
    int start = out.writerIndex();
    if (whole && set.wire() == Wire.OF_PORT) {
      return load(start, set); // OVS 3.1 refuses every value in a set_field of it
    }
    if (isVid(set)) {
      out.writeShort(ActionCodec.SET_FIELD).writeShort(0).writeInt(Oxm.VLAN_VID);
      out.writeShort((int) set.value().low() | TAGGED);
      return pad(start);
    }
    if (whole) {
      out.writeShort(ActionCodec.SET_FIELD).writeShort(0);
    } else {
      experimenter(ActionCodec.REG_LOAD2);
    }
    Oxm.write(out, set.wire(), set.value(), set.mask());
    return pad(start);
  }

  /**
   * The id of a tag that is there. OVS takes a masked write of vlan_tci as well, but forgets then
   * that there is a tag, and refuses to pop it.
   */
  private static boolean isVid(Action.Set set) {
    return set.wire() == Wire.VLAN_TCI && set.mask().equals(Field.VLAN_VID.mask());
  }

  private Void load(int start, Action.Set set) {
    experimenter(ActionCodec.REG_LOAD);
    out.writeShort(set.wire().width() - 1).writeInt(Oxm.of(set.wire()));
    out.writeLong(set.value().low());
    return pad(start);
  }

  @Override
  public Void move(Action.Move move) {
    int start = experimenter(ActionCodec.REG_MOVE);
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
    return output(ActionCodec.OFPP_IN_PORT);
  }

  private Void output(int port) {
    out.writeShort(ActionCodec.OUTPUT).writeShort(16).writeInt(port).writeZero(8);
    return null;
  }

  @Override
  public Void resubmit(Action.Resubmit resubmit) {
    int start = experimenter(ActionCodec.RESUBMIT_TABLE);
    out.writeShort(ActionCodec.NX_IN_PORT).writeByte(resubmit.table()).writeZero(3);
    return pad(start);
  }

  @Override
  public Void gotoTable(Action.GotoTable go) {
    throw new IllegalArgumentException("an instruction, not an action: " + go);
  }

  @Override
  public Void meter(Action.Meter meter) {
    throw new IllegalArgumentException("an instruction, not an action: " + meter);
  }

  @Override
  public Void pushVlan(Action.PushVlan push) {
    out.writeShort(ActionCodec.PUSH_VLAN).writeShort(8);
    out.writeShort(ActionCodec.VLAN_8021Q).writeShort(0);
    return null;
  }

  @Override
  public Void popVlan(Action.PopVlan pop) {
    return bare(ActionCodec.POP_VLAN);
  }

  @Override
  public Void decTtl(Action.DecTtl decTtl) {
    return bare(ActionCodec.DEC_TTL);
  }

  private Void bare(int type) {
    out.writeShort(type).writeShort(8).writeInt(0);
    return null;
  }

  @Override
  public Void group(Action.GroupRef group) {
    out.writeShort(ActionCodec.GROUP).writeShort(8).writeInt((int) group.id());
    return null;
  }

  @Override
  public Void conjunction(Action.Conjunction c) {
    int start = experimenter(ActionCodec.CONJUNCTION);
    out.writeByte(c.clause() - 1).writeByte(c.of()).writeInt((int) c.id()); // counted from 0
    return pad(start);
  }

  @Override
  public Void clone(Action.Clone clone) {
    int start = experimenter(ActionCodec.CLONE);
    out.writeZero(6);
    all(clone.actions());
    return pad(start);
  }

  @Override
  public Void learn(Learn learn) {
    int start = experimenter(ActionCodec.LEARN);
    LearnCodec.write(out, learn);
    return pad(start);
  }

  @Override
  public Void track(Track track) {
    int start = experimenter(ActionCodec.CT);
    TrackCodec.write(this, track);
    return pad(start);
  }

  @Override
  public Void punt(Punt punt) {
    int start = experimenter(ActionCodec.CONTROLLER2);
    PuntCodec.write(out, punt);
    return pad(start);
  }

  /** Begins an action of the Nicira extensions; {@link #pad} ends it. */
  int experimenter(int subtype) {
    int start = out.writerIndex();
    out.writeShort(ActionCodec.EXPERIMENTER).writeShort(0).writeInt(NICIRA).writeShort(subtype);
    return start;
  }

  /** Fills up to 8 bytes and sets the length. */
  Void pad(int start) {
    out.writeZero(start - out.writerIndex() & 7);
    out.setShort(start + 2, out.writerIndex() - start);
    return null;
  }
}
