package dev.heddle.laws.policy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** What a guest puts on the wire, in hexadecimal. */
final class Encoded {

  /**
   * Bytes that each fragment but the last carries: the userspace tracker takes no smaller packet
   * than 1,200 bytes of IPv4 or 1,280 of IPv6 as one.
   */
  private static final int PIECE = 1240;

  private static final int TTL = 64;
  private static final int FRAGMENT = 44;
  private static final int MORE_V4 = 0x2000;
  private static final int ACK_OF_20_BYTES = 0x5010;
  private static final int WINDOW = 0xffff;

  private Encoded() {}

  /**
   * The frames of a packet, as many as it has pieces.
   *
   * @param id by which fragments of one datagram are told from others
   */
  static List<String> frames(Step.Packet packet, int id) {
    Datagram d = packet.datagram();
    String frame = mac(packet.to()) + mac(packet.from()) + (d.v6() ? "86dd" : "0800");
    if (packet instanceof Step.Unreachable e) {
      Datagram q = e.quoted();
      byte[] about = ip(q, q.protocol(), 0, id, carried(q, new byte[0]));
      return List.of(frame + hex(ip(d, d.protocol(), 0, id, icmp(d, 0, about))));
    }
    if (!(packet instanceof Step.Fragments f)) {
      return List.of(frame + hex(ip(d, d.protocol(), 0, id, carried(d, new byte[16]))));
    }
    byte[] all = carried(d, new byte[PIECE * (f.parts() - 1)]);
    List<String> frames = new ArrayList<>();
    for (int piece : f.pieces()) {
      boolean last = piece == f.parts() - 1;
      byte[] part = Arrays.copyOfRange(all, PIECE * piece, last ? all.length : PIECE * (piece + 1));
      int eighths = PIECE * piece / 8;
      frames.add(
          frame
              + hex(
                  d.v6()
                      ? ip(d, FRAGMENT, 0, id, fragment(d, eighths, last, id, part))
                      : ip(d, d.protocol(), eighths | (last ? 0 : MORE_V4), id, part)));
    }
    return frames;
  }

  /** RFC 8200 section 4.5. */
  private static byte[] fragment(Datagram d, int eighths, boolean last, int id, byte[] part) {
    return ByteBuffer.allocate(8 + part.length)
        .put((byte) d.protocol())
        .put((byte) 0)
        .putShort((short) (eighths << 3 | (last ? 0 : 1)))
        .putInt(id)
        .put(part)
        .array();
  }

  private static byte[] ip(Datagram d, int protocol, int fragment, int id, byte[] carried) {
    ByteBuffer ip = ByteBuffer.allocate((d.v6() ? 40 : 20) + carried.length);
    if (d.v6()) {
      ip.putInt(0x60000000).putShort((short) carried.length);
      ip.put((byte) protocol).put((byte) TTL);
      ip.put(Datagram.bytes(d.source())).put(Datagram.bytes(d.destination()));
    } else {
      ip.putShort((short) 0x4500).putShort((short) ip.capacity());
      ip.putShort((short) id).putShort((short) fragment);
      ip.put((byte) TTL).put((byte) protocol).putShort((short) 0);
      ip.put(Datagram.bytes(d.source())).put(Datagram.bytes(d.destination()));
      ip.putShort(10, sum(ip.array()));
    }
    return ip.put(carried).array();
  }

  private static byte[] carried(Datagram d, byte[] payload) {
    return switch (d.protocol()) {
      case Datagram.TCP -> {
        ByteBuffer tcp = ByteBuffer.allocate(20);
        tcp.putShort((short) d.from()).putShort((short) d.to()).putLong(0);
        tcp.putShort((short) ACK_OF_20_BYTES).putShort((short) WINDOW);
        yield summed(d, tcp.array(), 16);
      }
      case Datagram.UDP -> {
        ByteBuffer udp = ByteBuffer.allocate(8 + payload.length);
        udp.putShort((short) d.from()).putShort((short) d.to()).putShort((short) udp.capacity());
        yield summed(d, udp.array(), 6);
      }
      case Datagram.ICMP, Datagram.ICMPV6 -> icmp(d, 0x00070001, payload);
      default -> throw new IllegalArgumentException(d.toString());
    };
  }

  private static byte[] icmp(Datagram d, int second, byte[] body) {
    ByteBuffer icmp = ByteBuffer.allocate(8 + body.length);
    icmp.put((byte) d.from()).put((byte) 0).putShort((short) 0).putInt(second).put(body);
    return summed(d, icmp.array(), 2);
  }

  /** With its checksum there: of the pseudo header, too, but for ICMP over IPv4. */
  private static byte[] summed(Datagram d, byte[] bytes, int at) {
    ByteBuffer pseudo = ByteBuffer.allocate(40 + bytes.length + 1 & ~1);
    if (d.protocol() != Datagram.ICMP) {
      pseudo.put(Datagram.bytes(d.source())).put(Datagram.bytes(d.destination()));
      pseudo.putInt(bytes.length).putInt(d.protocol());
    }
    pseudo.put(bytes);
    ByteBuffer.wrap(bytes).putShort(at, sum(pseudo.array()));
    return bytes;
  }

  /** RFC 1071. */
  private static short sum(byte[] bytes) {
    int sum = 0;
    for (int at = 0; at + 1 < bytes.length; at += 2) {
      sum += (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    return (short) ~(sum + (sum >>> 16));
  }

  static String mac(String port) {
    return "0a000000000" + PolicyTrial.number(port);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
