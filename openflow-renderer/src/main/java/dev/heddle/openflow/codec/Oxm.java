package dev.heddle.openflow.codec;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Wire;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The OXM and NXM headers of each {@link Wire} (OpenFlow 1.3.5 section 7.2.3.2, ovs-fields(7)).
 * Written with one header, read with any of the two that OVS may answer with: it answers moves and
 * loads with the NXM one where there is one.
 */
final class Oxm {

  static final int VLAN_VID = header(0x8000, 6, 2);
  static final int VLAN_PCP = header(0x8000, 7, 1);

  /** Class "experimenter"; the number of the experimenter, the ONF, follows as part of the body. */
  static final int ONF_TCP_FLAGS = header(0xffff, 42, 0);

  /** The bit of a header that says a mask follows the value. */
  static final int HAS_MASK = 0x100;

  private static final int[] WRITTEN = new int[Wire.values().length];
  private static final Map<Integer, Wire> READ = new HashMap<>();

  static {
    basic(Wire.OF_PORT, 0);
    basic(Wire.METADATA, 2);
    basic(Wire.ETH_DST, 3, 0x0000, 1);
    basic(Wire.ETH_SRC, 4, 0x0000, 2);
    basic(Wire.ETH_TYPE, 5, 0x0000, 3);
    basic(Wire.IP_PROTO, 10, 0x0000, 6);
    basic(Wire.IPV4_SRC, 11, 0x0000, 7);
    basic(Wire.IPV4_DST, 12, 0x0000, 8);
    basic(Wire.TCP_SRC, 13, 0x0000, 9);
    basic(Wire.TCP_DST, 14, 0x0000, 10);
    basic(Wire.UDP_SRC, 15, 0x0000, 11);
    basic(Wire.UDP_DST, 16, 0x0000, 12);
    basic(Wire.ARP_OP, 21, 0x0000, 15);
    basic(Wire.ARP_SPA, 22, 0x0000, 16);
    basic(Wire.ARP_TPA, 23, 0x0000, 17);
    basic(Wire.ARP_SHA, 24, 0x0001, 17);
    basic(Wire.ARP_THA, 25, 0x0001, 18);
    basic(Wire.IPV6_SRC, 26, 0x0001, 19);
    basic(Wire.IPV6_DST, 27, 0x0001, 20);
    basic(Wire.ICMPV6_TYPE, 29, 0x0001, 21);
    basic(Wire.ICMPV6_CODE, 30, 0x0001, 22);
    basic(Wire.ND_TARGET, 31, 0x0001, 23);
    basic(Wire.ND_SLL, 32, 0x0001, 24);
    basic(Wire.ND_TLL, 33, 0x0001, 25);
    written(Wire.ND_RESERVED, header(0x1000, 1, 4));
    written(Wire.ND_OPTIONS_TYPE, header(0x1000, 2, 1));
    basic(Wire.TUN_ID, 38, 0x0001, 16);
    basic(Wire.IP_DSCP, 8);
    basic(Wire.SCTP_SRC, 17);
    basic(Wire.SCTP_DST, 18);
    basic(Wire.ICMPV4_TYPE, 19, 0x0000, 13);
    basic(Wire.ICMPV4_CODE, 20, 0x0000, 14);
    nicira(Wire.IP_FRAG, 26);
    nicira(Wire.IP_TTL, 29);
    nicira(Wire.TCP_FLAGS, 34);
    nicira(Wire.CONJ_ID, 37);
    nicira(Wire.CT_STATE, 105);
    nicira(Wire.CT_ZONE, 106);
    nicira(Wire.CT_MARK, 107);
    nicira(Wire.CT_LABEL, 108);
    nicira(Wire.CT_NW_PROTO, 119);
    nicira(Wire.CT_NW_SRC, 120);
    nicira(Wire.CT_NW_DST, 121);
    nicira(Wire.CT_IPV6_SRC, 122);
    nicira(Wire.CT_IPV6_DST, 123);
    nicira(Wire.CT_TP_SRC, 124);
    nicira(Wire.CT_TP_DST, 125);
    written(Wire.ND_RESERVED, header(0x1000, 1, 4));
    written(Wire.ND_OPTIONS_TYPE, header(0x1000, 2, 1));
    nicira(Wire.TUN_SRC, 31);
    nicira(Wire.TUN_DST, 32);
    nicira(Wire.TUN_METADATA0, 40);
    written(Wire.VLAN_TCI, header(0x0000, 4, 2)); // in actions; a match uses VLAN_VID and VLAN_PCP
    for (int i = 0; i < 16; i++) {
      nicira(Wire.values()[Wire.REG0.ordinal() + i], i);
    }
  }

  private Oxm() {}

  private static int header(int oxmClass, int field, int octets) {
    return oxmClass << 16 | field << 9 | octets;
  }

  private static void basic(Wire wire, int field) {
    written(wire, header(0x8000, field, octets(wire)));
  }

  private static void basic(Wire wire, int field, int nxmClass, int nxmField) {
    basic(wire, field);
    READ.put(header(nxmClass, nxmField, 0), wire);
  }

  private static void nicira(Wire wire, int field) {
    written(wire, header(0x0001, field, octets(wire)));
  }

  private static void written(Wire wire, int header) {
    WRITTEN[wire.ordinal()] = header;
    READ.put(withoutLength(header), wire);
  }

  private static int withoutLength(int header) {
    return header & ~0x1ff;
  }

  static int octets(Wire wire) {
    return wire == Wire.CT_STATE ? 4 : (wire.width() + 7) / 8;
  }

  /** The header of the whole field, without a mask. */
  static int of(Wire wire) {
    return WRITTEN[wire.ordinal()];
  }

  /** The field a header names, whatever its length and mask bit say. */
  static Optional<Wire> wire(int header) {
    return Optional.ofNullable(READ.get(withoutLength(header)));
  }

  static boolean hasMask(int header) {
    return (header & HAS_MASK) != 0;
  }

  /** The number of bytes that follow a header, mask included. */
  static int length(int header) {
    return header & 0xff;
  }

  /** Writes header, value and, unless it is exact, mask; returns the bytes written. */
  static int write(ByteBuf out, Wire wire, Bits value, Bits mask) {
    int header = of(wire);
    int octets = octets(wire);
    if (mask.equals(Bits.ones(wire.width()))) {
      out.writeInt(header);
      writeBits(out, value, octets);
      return 4 + octets;
    }
    out.writeInt(header + octets | HAS_MASK);
    writeBits(out, value, octets);
    writeBits(out, mask, octets);
    return 4 + 2 * octets;
  }

  static void writeBits(ByteBuf out, Bits v, int octets) {
    switch (octets) {
      case 1 -> out.writeByte((int) v.low());
      case 2 -> out.writeShort((int) v.low());
      case 4 -> out.writeInt((int) v.low());
      case 6 -> {
        out.writeShort((int) (v.low() >>> 32));
        out.writeInt((int) v.low());
      }
      case 8 -> out.writeLong(v.low());
      case 16 -> {
        out.writeLong(v.high());
        out.writeLong(v.low());
      }
      default -> throw new AssertionError("no field has " + octets + " bytes");
    }
  }
}
