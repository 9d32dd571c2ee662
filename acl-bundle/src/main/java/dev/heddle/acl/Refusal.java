package dev.heddle.acl;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Policy;
import dev.heddle.pipeline.Punt;
import dev.heddle.pipeline.PuntMeters;
import dev.heddle.pipeline.Punted;
import dev.heddle.pipeline.Response;
import dev.heddle.pipeline.Spine;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Tells the sender of a rejected packet so: TCP by a reset (RFC 9293 section 3.10.7.1), all else by
 * ICMP, communication administratively prohibited (RFC 1812 section 5.2.7.1, RFC 4443 section 3.1).
 * Nothing is said of what is itself such a message, nor to or of groups. It seems to come from
 * whoever the packet was for.
 */
final class Refusal {

  private static final int TTL = 64;
  private static final int TCP_HEADER = 20;
  private static final int ICMP_HEADER = 8;
  private static final int FIN = 1;
  private static final int SYN = 2;
  private static final int RST = 4;
  private static final int ACK = 16;

  /** So long an ICMP error may be with its IP header (RFC 1812 4.3.2.3; RFC 4443 2.4). */
  private static final int LONGEST_V4 = 576;

  private static final int LONGEST_V6 = 1280;

  /** As much of a packet as an answer needs. */
  private static final int NEEDED = 14 + LONGEST_V6;

  private Refusal() {}

  /** What a flow does that rejects. */
  static Punt punt() {
    return new Punt(Policy.REJECTS, NEEDED, PuntMeters.REJECT);
  }

  static boolean isAskedBy(Punted punted) {
    return punted.note().equals(Policy.REJECTS);
  }

  /** Empty where nothing is to be said. */
  static Optional<Response.Reply> of(Punted punted) {
    return Headers.of(punted.packet())
        .filter(Headers::isBetweenTwo)
        .flatMap(Refusal::packet)
        .flatMap(
            answer ->
                way(punted)
                    .map(actions -> new Response.Reply(actions, HexFormat.of().formatHex(answer))));
  }

  /**
   * What a port sends is judged where it is, and the answer goes straight to it. To the sender of
   * what a port was to get it goes by its MAC, as that port's own packets do, and belongs to its
   * connection.
   */
  private static Optional<List<Action>> way(Punted punted) {
    Action.Set network = Action.Set.of(Field.NETWORK, Bits.of(punted.value(Field.NETWORK)));
    if (punted.table() != Policy.VERDICT_FROM.table()) {
      return Optional.of(
          List.of(
              network,
              Action.Set.of(Field.IN_PORT, Bits.of(punted.value(Field.OUT_PORT))),
              new Action.Resubmit(Spine.SWITCH.table())));
    }
    long sender = punted.value(Field.IN_PORT);
    return sender == 0
        ? Optional.empty()
        : Optional.of(
            List.of(
                network,
                Action.Set.of(Field.OUT_PORT, Bits.of(sender)),
                new Action.Resubmit(Spine.OUTPUT.table())));
  }

  private static Optional<byte[]> packet(Headers of) {
    if (of.protocol() == Match.PROTO_TCP) {
      return of.shows(TCP_HEADER) && (of.u8(13) & RST) == 0
          ? Optional.of(reset(of))
          : Optional.empty();
    }
    boolean icmp = of.protocol() == (of.v6() ? Match.PROTO_ICMPV6 : Match.PROTO_ICMP);
    if (of.later() || icmp && (!of.shows(ICMP_HEADER) || isError(of))) {
      return Optional.empty();
    }
    return Optional.of(unreachable(of));
  }

  /** Of ICMPv6 the errors are those below 128; of ICMP everything that is no question. */
  private static boolean isError(Headers of) {
    int type = of.u8(0);
    return of.v6() ? type < 128 : !List.of(0, 8, 13, 14).contains(type);
  }

  private static byte[] reset(Headers of) {
    int flags = of.u8(13);
    int offset = (of.u8(12) >> 4) * 4;
    long sent =
        (long) Math.max(0, of.length() - offset)
            + ((flags & SYN) != 0 ? 1 : 0)
            + ((flags & FIN) != 0 ? 1 : 0);
    boolean acks = (flags & ACK) != 0;
    ByteBuffer tcp = ByteBuffer.allocate(TCP_HEADER);
    tcp.putShort((short) of.u16(2)).putShort((short) of.u16(0));
    tcp.putInt(acks ? (int) of.u32(8) : 0);
    tcp.putInt(acks ? 0 : (int) (of.u32(4) + sent));
    tcp.put((byte) 0x50).put((byte) (acks ? RST : RST | ACK));
    return answer(of, Match.PROTO_TCP, tcp.array(), 16, true);
  }

  private static byte[] unreachable(Headers of) {
    int room = of.v6() ? LONGEST_V6 - 40 - ICMP_HEADER : LONGEST_V4 - 20 - ICMP_HEADER;
    byte[] quoted =
        Arrays.copyOfRange(of.frame(), of.network(), Math.min(of.end(), of.network() + room));
    ByteBuffer icmp = ByteBuffer.allocate(ICMP_HEADER + quoted.length);
    icmp.put((byte) (of.v6() ? 1 : 3)).put((byte) (of.v6() ? 1 : 13));
    icmp.position(ICMP_HEADER);
    icmp.put(quoted);
    int protocol = of.v6() ? Match.PROTO_ICMPV6 : Match.PROTO_ICMP;
    return answer(of, protocol, icmp.array(), 2, of.v6());
  }

  /**
   * Back to the sender, with checksums.
   *
   * @param sum where the checksum of what is carried stands
   * @param pseudo it covers the addresses, too (RFC 9293 3.1, RFC 8200 8.1)
   */
  private static byte[] answer(Headers of, int protocol, byte[] carried, int sum, boolean pseudo) {
    byte[] source = of.address(true);
    byte[] destination = of.address(false);
    ByteBuffer all = ByteBuffer.wrap(carried);
    int begin = pseudo ? add(add(protocol + carried.length, source), destination) : 0;
    all.putShort(sum, (short) ~fold(add(begin, carried)));
    ByteBuffer out = ByteBuffer.allocate(14 + (of.v6() ? 40 : 20) + carried.length);
    out.put(of.frame(), 6, 6).put(of.frame(), 0, 6).put(of.frame(), 12, 2);
    if (of.v6()) {
      out.putInt(0x6000_0000).putShort((short) carried.length);
      out.put((byte) protocol).put((byte) TTL);
    } else {
      out.putShort((short) 0x4500).putShort((short) (20 + carried.length));
      out.putInt(0x4000).put((byte) TTL).put((byte) protocol); // no identification, not in pieces
      out.putShort((short) 0);
    }
    out.put(source).put(destination);
    if (!of.v6()) {
      byte[] header = Arrays.copyOfRange(out.array(), 14, 34);
      out.putShort(24, (short) ~fold(add(0, header)));
    }
    return out.put(carried).array();
  }

  /** Sum of 16-bit words (RFC 1071). */
  private static int add(int sum, byte[] bytes) {
    int all = sum;
    for (int i = 0; i < bytes.length; i += 2) {
      all += (bytes[i] & 0xff) << 8 | (i + 1 < bytes.length ? bytes[i + 1] & 0xff : 0);
    }
    return all;
  }

  private static int fold(int sum) {
    int folded = (sum & 0xffff) + (sum >>> 16);
    return (folded & 0xffff) + (folded >>> 16);
  }
}
