package dev.heddle.openflow.codec;

import dev.heddle.model.Bits;
import dev.heddle.model.IpAddress;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Nat;
import dev.heddle.pipeline.Operand;
import dev.heddle.pipeline.Operand.Constant;
import dev.heddle.pipeline.Operand.Slice;
import dev.heddle.pipeline.Track;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** NXAST_CT and, nested in it, NXAST_NAT, each behind its subtype. */
final class TrackCodec {

  private static final int COMMIT = 1;
  private static final int FORCE = 2;
  private static final int NO_TABLE = 255;

  private static final int SOURCE = 1;
  private static final int DESTINATION = 2;

  private static final int V4_FIRST = 1;
  private static final int V4_LAST = 2;
  private static final int V6_FIRST = 4;
  private static final int V6_LAST = 8;
  private static final int PORT_FIRST = 16;
  private static final int PORT_LAST = 32;

  private TrackCodec() {}

  static void write(ActionWriter writer, Track track) {
    ByteBuf out = writer.out();
    out.writeShort((track.commit() ? COMMIT : 0) | (track.force() ? FORCE : 0));
    if (track.zone() instanceof Slice zone) {
      out.writeInt(Oxm.of(zone.wire())).writeShort(zone.offset() << 6 | zone.width() - 1);
    } else {
      out.writeInt(0).writeShort((int) ((Constant) track.zone()).value().low());
    }
    out.writeByte(track.table().orElse(NO_TABLE)).writeZero(3).writeShort(0); // no helper
    track.nat().ifPresent(nat -> write(writer, nat));
    writer.all(track.exec());
  }

  private static void write(ActionWriter writer, Nat nat) {
    ByteBuf out = writer.out();
    int start = writer.experimenter(ActionCodec.NAT);
    out.writeShort(0);
    if (nat.range().isEmpty()) {
      out.writeShort(0).writeShort(0);
    } else {
      Nat.Range r = nat.range().get();
      boolean one = r.last().equals(r.first());
      int first = r.first().isV6() ? V6_FIRST : V4_FIRST;
      int last = one ? 0 : r.first().isV6() ? V6_LAST : V4_LAST;
      int octets = r.first().isV6() ? 16 : 4;
      boolean onePort = r.lastPort() == r.firstPort();
      int ports = (r.firstPort() == 0 ? 0 : PORT_FIRST) | (onePort ? 0 : PORT_LAST);
      out.writeShort(r.end() == Nat.End.SOURCE ? SOURCE : DESTINATION);
      out.writeShort(first | last | ports);
      Oxm.writeBits(out, r.first().bits(), octets);
      if (!one) {
        Oxm.writeBits(out, r.last().bits(), octets);
      }
      if (r.firstPort() != 0) {
        out.writeShort(r.firstPort());
      }
      if (!onePort) {
        out.writeShort(r.lastPort());
      }
    }
    writer.pad(start);
  }

  static Optional<Action> read(ByteReader in) {
    int flags = in.u16();
    int zoneField = in.i32();
    int zoneBits = in.u16();
    int table = in.u8();
    in.skip(3);
    int helper = in.u16();
    Optional<Operand> zone = zone(zoneField, zoneBits);
    if ((flags & ~(COMMIT | FORCE)) != 0 || helper != 0 || zone.isEmpty()) {
      return Optional.empty();
    }
    Optional<Nat> nat = Optional.empty();
    List<Action> exec = new ArrayList<>();
    ByteReader inner = ActionReader.nested(in);
    while (inner.remaining() > 0) {
      Optional<ByteReader> translation = nat.isEmpty() ? translation(inner) : Optional.empty();
      if (translation.isPresent()) {
        nat = nat(translation.get());
        if (nat.isEmpty()) {
          return Optional.empty();
        }
      } else {
        Optional<Action> action = ActionReader.read(inner);
        if (action.isEmpty()) {
          return Optional.empty();
        }
        exec.add(action.get());
      }
    }
    Optional<Nat> translated = nat;
    return ActionReader.valid(
        () ->
            new Track(
                (flags & COMMIT) != 0,
                (flags & FORCE) != 0,
                zone.get(),
                table == NO_TABLE ? Optional.empty() : Optional.of(table),
                translated,
                exec));
  }

  private static Optional<Operand> zone(int field, int bits) {
    if (field == 0) {
      return Optional.of(new Constant(Bits.of(bits), 16));
    }
    return ActionReader.wire(field)
        .flatMap(w -> ActionReader.valid(() -> new Slice(w, bits >>> 6, (bits & 63) + 1)));
  }

  /** The body of the next action behind its subtype, if it is a translation. */
  private static Optional<ByteReader> translation(ByteReader in) {
    ByteReader ahead = in.copy();
    if (ahead.u16() != ActionCodec.EXPERIMENTER) {
      return Optional.empty();
    }
    ByteReader body = ActionReader.body(ahead);
    if (body.u32() != OpenFlow.NICIRA || body.u16() != ActionCodec.NAT) {
      return Optional.empty();
    }
    in.skip(in.remaining() - ahead.remaining());
    return Optional.of(body);
  }

  private static Optional<Nat> nat(ByteReader in) {
    in.skip(2);
    int flags = in.u16();
    int present = in.u16();
    if (flags == 0 && present == 0) {
      return Optional.of(Nat.known());
    }
    boolean v6 = (present & V6_FIRST) != 0;
    boolean known =
        (present & ~(V4_FIRST | V4_LAST | V6_FIRST | V6_LAST | PORT_FIRST | PORT_LAST)) == 0;
    if (!known || flags != SOURCE && flags != DESTINATION || v6 == ((present & V4_FIRST) != 0)) {
      return Optional.empty();
    }
    int octets = v6 ? 16 : 4;
    boolean hasLast = (present & (v6 ? V6_LAST : V4_LAST)) != 0;
    Bits first = in.bits(octets);
    Bits last = hasLast ? in.bits(octets) : first;
    int firstPort = (present & PORT_FIRST) != 0 ? in.u16() : 0;
    int lastPort = (present & PORT_LAST) != 0 ? in.u16() : firstPort;
    return ActionReader.valid(
        () ->
            new Nat(
                Optional.of(
                    new Nat.Range(
                        flags == SOURCE ? Nat.End.SOURCE : Nat.End.DESTINATION,
                        new IpAddress(v6, first),
                        new IpAddress(v6, last),
                        firstPort,
                        lastPort))));
  }
}
