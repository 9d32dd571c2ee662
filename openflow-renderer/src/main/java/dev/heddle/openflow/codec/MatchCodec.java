package dev.heddle.openflow.codec;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Term;
import dev.heddle.pipeline.Wire;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A {@link Match} as ofp_match of OpenFlow 1.3 and back. The VLAN tag control information has no
 * OXM field; OVS reports it as VLAN_VID and VLAN_PCP, so that is what is written, and "no tag",
 * which OVS reports as VID 0, is {@code vlan_tci=0} with all bits.
 */
final class MatchCodec {

  private static final int VID = 0x1fff; // with the bit that says there is a tag
  private static final int PCP = 0xe000;

  private MatchCodec() {}

  /** Writes ofp_match, padded to 8 bytes. */
  static void write(ByteBuf out, Match match) {
    int start = out.writerIndex();
    out.writeShort(1); // OFPMT_OXM
    out.writeShort(0);
    for (Term t : match.terms()) {
      if (t.wire() == Wire.VLAN_TCI) {
        writeVlan(out, t);
      } else {
        Oxm.write(out, t.wire(), t.value(), t.mask());
      }
    }
    finish(out, start);
  }

  /** Writes ofp_match around OXM fields as a switch reported them. */
  static void writeRaw(ByteBuf out, byte[] fields) {
    int start = out.writerIndex();
    out.writeShort(1);
    out.writeShort(0);
    out.writeBytes(fields);
    finish(out, start);
  }

  private static void finish(ByteBuf out, int start) {
    int length = out.writerIndex() - start;
    out.setShort(start + 2, length);
    out.writeZero(-length & 7);
  }

  private static void writeVlan(ByteBuf out, Term t) {
    int value = (int) t.value().low();
    int mask = (int) t.mask().low();
    boolean noTag = value == 0 && mask == 0xffff;
    int vid = mask & VID;
    int pcp = mask & PCP;
    boolean kept = pcp == 0 ? vid != VID || value != 0 : pcp == PCP && (value & VID) != 0;
    if (!noTag && !kept) {
      // OVS would report such a match as another one, and we would replace it for ever
      throw new IllegalArgumentException(
          t + " cannot be matched: priority bits go together and need a tag; no tag is vlan_tci=0");
    }
    if (vid == VID) {
      out.writeInt(Oxm.VLAN_VID);
      out.writeShort(value & VID);
    } else if (vid != 0) {
      out.writeInt(Oxm.VLAN_VID + 2 | Oxm.HAS_MASK);
      out.writeShort(value & VID);
      out.writeShort(vid);
    }
    if (pcp != 0 && !noTag) {
      out.writeInt(Oxm.VLAN_PCP);
      out.writeByte(value >> 13);
    }
  }

  /** The match that {@code fields} describe, or empty if one of them is not a {@link Wire}. */
  static Optional<Match> read(ByteReader fields) {
    List<Term> terms = new ArrayList<>();
    while (fields.remaining() > 0) {
      int header = fields.i32();
      ByteReader body = fields.part(Oxm.length(header));
      Optional<Term> term = readTerm(header, body);
      if (term.isEmpty()) {
        return Optional.empty();
      }
      terms.add(term.get());
    }
    try {
      return Optional.of(canonical(Match.of(terms)));
    } catch (IllegalArgumentException contradiction) {
      return Optional.empty();
    }
  }

  /** As {@link #read}, leaving out what is not a {@link Wire} or contradicts what came before. */
  static Match readKnown(ByteReader fields) {
    Match known = Match.ALL;
    while (fields.remaining() > 0) {
      int header = fields.i32();
      ByteReader body = fields.part(Oxm.length(header));
      Optional<Term> term = readTerm(header, body);
      if (term.isPresent()) {
        List<Term> more = new ArrayList<>(known.terms());
        more.add(term.get());
        try {
          known = Match.of(more);
        } catch (IllegalArgumentException contradiction) {
          // a switch does not contradict itself
        }
      }
    }
    return canonical(known);
  }

  private static Optional<Term> readTerm(int header, ByteReader body) {
    int plain = header & ~0x1ff;
    if (plain == (Oxm.VLAN_VID & ~0x1ff)) {
      return term(Wire.VLAN_TCI, header, body, 2, VID, 0);
    }
    if (plain == (Oxm.VLAN_PCP & ~0x1ff)) {
      return term(Wire.VLAN_TCI, header, body, 1, 7, 13);
    }
    if (plain == Oxm.ONF_TCP_FLAGS) { // what OVS reports for NXM_NX_TCP_FLAGS
      return body.u32() == Integer.toUnsignedLong(OpenFlow.ONF)
          ? term(Wire.TCP_FLAGS, header, body, 2, 0, 0)
          : Optional.empty();
    }
    return Oxm.wire(header).flatMap(w -> term(w, header, body, Oxm.octets(w), 0, 0));
  }

  /** {@code exact}, unless zero, is the mask of a field narrower than its wire field. */
  private static Optional<Term> term(
      Wire wire, int header, ByteReader body, int octets, int exact, int shift) {
    boolean masked = Oxm.hasMask(header);
    if (body.remaining() != (masked ? 2 * octets : octets)) {
      return Optional.empty();
    }
    Bits all = exact == 0 ? Bits.ones(wire.width()) : Bits.of(exact);
    Bits value = body.bits(octets);
    Bits mask = masked ? body.bits(octets) : all;
    if (mask.isZero() || !mask.andNot(all).isZero() || !value.andNot(mask).isZero()) {
      return Optional.empty(); // such as "has this option at all", or bits nobody can set
    }
    return Optional.of(new Term(wire, value.shiftLeft(shift), mask.shiftLeft(shift)));
  }

  /** "No VLAN tag" as it is written above. */
  private static Match canonical(Match read) {
    Term noTag = new Term(Wire.VLAN_TCI, Bits.ZERO, Bits.of(VID));
    if (!read.terms().contains(noTag)) {
      return read;
    }
    List<Term> terms = new ArrayList<>(read.terms());
    terms.replaceAll(t -> t.equals(noTag) ? new Term(t.wire(), t.value(), Bits.of(0xffff)) : t);
    return Match.of(terms);
  }
}
