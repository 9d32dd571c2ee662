package dev.heddle.acl;

import dev.heddle.model.Bits;
import dev.heddle.model.IpAddress;
import dev.heddle.pipeline.Match;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * An IP packet in an Ethernet frame without a tag, as a guest has written it: nothing is believed
 * but what is there.
 *
 * @param frame from the Ethernet header on
 * @param network where the IP header begins
 * @param transport where what it carries begins, behind the extension headers of IPv6
 * @param end where the packet ends or, if it was cut, the frame
 * @param length bytes that it carries, as its header says
 * @param protocol of what it carries
 * @param later it is a fragment but the first, and shows no ports
 */
record Headers(
    byte[] frame,
    boolean v6,
    int network,
    int transport,
    int end,
    int length,
    int protocol,
    boolean later) {

  private static final int ETHERNET = 14;
  private static final int V4 = 20;
  private static final int V6 = 40;

  /** More extension headers than any honest packet has. */
  private static final int MOST_EXTENSIONS = 8;

  private static final int HOP_BY_HOP = 0;
  private static final int ROUTING = 43;
  private static final int FRAGMENT = 44;
  private static final int DESTINATION = 60;

  /** Empty for what is no IP, is tagged, or ends before its headers do. */
  static Optional<Headers> of(String hex) {
    byte[] frame = HexFormat.of().parseHex(hex);
    if (frame.length < ETHERNET) {
      return Optional.empty();
    }
    return switch (u16(frame, 12)) {
      case Match.ETH_IPV4 -> v4(frame);
      case Match.ETH_IPV6 -> v6(frame);
      default -> Optional.empty();
    };
  }

  private static Optional<Headers> v4(byte[] frame) {
    if (frame.length < ETHERNET + V4) {
      return Optional.empty();
    }
    int header = (frame[ETHERNET] & 0xf) * 4;
    int total = u16(frame, ETHERNET + 2);
    if ((frame[ETHERNET] & 0xf0) != 0x40
        || header < V4
        || total < header
        || frame.length < ETHERNET + header) {
      return Optional.empty();
    }
    return Optional.of(
        new Headers(
            frame,
            false,
            ETHERNET,
            ETHERNET + header,
            Math.min(frame.length, ETHERNET + total),
            total - header,
            frame[ETHERNET + 9] & 0xff,
            (u16(frame, ETHERNET + 6) & 0x1fff) != 0));
  }

  private static Optional<Headers> v6(byte[] frame) {
    int at = ETHERNET + V6;
    if (frame.length < at || (frame[ETHERNET] & 0xf0) != 0x60) {
      return Optional.empty();
    }
    int total = u16(frame, ETHERNET + 4);
    int next = frame[ETHERNET + 6] & 0xff;
    boolean later = false;
    for (int i = 0; i < MOST_EXTENSIONS; i++) {
      boolean extension =
          next == HOP_BY_HOP || next == ROUTING || next == DESTINATION || next == FRAGMENT;
      if (!extension) {
        int before = at - ETHERNET - V6;
        return total < before
            ? Optional.empty()
            : Optional.of(
                new Headers(
                    frame,
                    true,
                    ETHERNET,
                    at,
                    Math.min(frame.length, ETHERNET + V6 + total),
                    total - before,
                    next,
                    later));
      }
      if (frame.length < at + 8) {
        return Optional.empty();
      }
      later |= next == FRAGMENT && (u16(frame, at + 2) & 0xfff8) != 0;
      int size = next == FRAGMENT ? 8 : 8 * (1 + (frame[at + 1] & 0xff));
      next = frame[at] & 0xff;
      at += size;
      if (frame.length < at) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** What it carries shows at least this many bytes. */
  boolean shows(int bytes) {
    return !later && end - transport >= bytes;
  }

  /** Two bytes of what it carries. */
  int u16(int offset) {
    return u16(frame, transport + offset);
  }

  /** A byte of what it carries. */
  int u8(int offset) {
    return frame[transport + offset] & 0xff;
  }

  /** Four bytes of what it carries. */
  long u32(int offset) {
    return (long) u16(offset) << 16 | u16(offset + 2);
  }

  IpAddress source() {
    return address(v6 ? network + 8 : network + 12);
  }

  IpAddress destination() {
    return address(v6 ? network + 24 : network + 16);
  }

  private IpAddress address(int at) {
    if (!v6) {
      return IpAddress.v4(u32(frame, at));
    }
    return new IpAddress(
        true,
        new Bits(
            u32(frame, at) << 32 | u32(frame, at + 4),
            u32(frame, at + 8) << 32 | u32(frame, at + 12)));
  }

  /** The address as it stands there. */
  byte[] address(boolean destination) {
    int at = network + (v6 ? 8 : 12) + (destination ? v6 ? 16 : 4 : 0);
    return Arrays.copyOfRange(frame, at, at + (v6 ? 16 : 4));
  }

  /** One sender, one receiver: neither is a group, everybody or nobody (RFC 1122, RFC 4443 2.4). */
  boolean isBetweenTwo() {
    return (frame[0] & 1) == 0 && isOne(address(false)) && isOne(address(true));
  }

  private static boolean isOne(byte[] address) {
    int first = address[0] & 0xff;
    boolean nobody = new Bits(0, 0).equals(bits(address));
    return !nobody && (address.length == 4 ? first < 224 && first != 0 : first != 0xff);
  }

  private static Bits bits(byte[] address) {
    return address.length == 4
        ? Bits.of(u32(address, 0))
        : new Bits(
            u32(address, 0) << 32 | u32(address, 4), u32(address, 8) << 32 | u32(address, 12));
  }

  private static int u16(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
  }

  private static long u32(byte[] bytes, int at) {
    return (long) u16(bytes, at) << 16 | u16(bytes, at + 2);
  }
}
