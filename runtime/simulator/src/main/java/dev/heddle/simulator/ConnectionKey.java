package dev.heddle.simulator;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Wire;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What makes packets of one direction one connection. Ports are those of TCP, UDP and SCTP; of ICMP
 * the type and the type of its answer. ICMP identifiers are not told apart.
 */
record ConnectionKey(
    int zone, boolean v6, int protocol, Bits source, Bits destination, int from, int to) {

  /** Unreachable, source quench, redirect, time exceeded, parameter problem (RFC 792). */
  private static final Set<Integer> ERRORS = Set.of(3, 4, 5, 11, 12);

  private static final int ICMPV6_LAST_ERROR = 4;

  /** Requests to answers, for both versions (RFC 792, RFC 4443). */
  private static final Map<Integer, Integer> ANSWERS = Map.of(8, 0, 13, 14, 15, 16);

  private static final Map<Integer, Integer> ANSWERS_V6 = Map.of(128, 129);

  ConnectionKey reversed() {
    return new ConnectionKey(zone, v6, protocol, destination, source, to, from);
  }

  ConnectionKey from(Bits address, int port) {
    return new ConnectionKey(zone, v6, protocol, address, destination, port, to);
  }

  ConnectionKey to(Bits address, int port) {
    return new ConnectionKey(zone, v6, protocol, source, address, from, port);
  }

  boolean hasPorts() {
    return protocol == Match.PROTO_TCP
        || protocol == Match.PROTO_UDP
        || protocol == Match.PROTO_SCTP;
  }

  /** False for an ICMP answer: it begins nothing. */
  boolean mayBegin() {
    return protocol != (v6 ? Match.PROTO_ICMPV6 : Match.PROTO_ICMP)
        || (v6 ? ANSWERS_V6 : ANSWERS).containsKey(from);
  }

  /** Of a packet that is no ICMP error; empty if it can belong to no connection. */
  static Optional<ConnectionKey> of(Packet p, int zone) {
    boolean v6 = p.get(Wire.ETH_TYPE).low() == Match.ETH_IPV6;
    int protocol = (int) p.get(Wire.IP_PROTO).low();
    Bits source = p.get(v6 ? Wire.IPV6_SRC : Wire.IPV4_SRC);
    Bits destination = p.get(v6 ? Wire.IPV6_DST : Wire.IPV4_DST);
    if (protocol == (v6 ? Match.PROTO_ICMPV6 : Match.PROTO_ICMP)) {
      int type = (int) p.get(v6 ? Wire.ICMPV6_TYPE : Wire.ICMPV4_TYPE).low();
      Optional<Integer> answer = counterpart(type, v6 ? ANSWERS_V6 : ANSWERS);
      boolean plain = p.get(v6 ? Wire.ICMPV6_CODE : Wire.ICMPV4_CODE).isZero();
      return answer
          .filter(a -> plain)
          .map(a -> new ConnectionKey(zone, v6, protocol, source, destination, type, a));
    }
    int from = ports(p, protocol, Wire.TCP_SRC, Wire.UDP_SRC, Wire.SCTP_SRC);
    int to = ports(p, protocol, Wire.TCP_DST, Wire.UDP_DST, Wire.SCTP_DST);
    return Optional.of(new ConnectionKey(zone, v6, protocol, source, destination, from, to));
  }

  /**
   * Of the packet that an ICMP error is about, as whoever answers it would have sent it. Empty if
   * that is a later fragment, of IPv6 any, or was not sent by whom the error is for.
   */
  static Optional<ConnectionKey> quoted(Packet error, Packet quoted, int zone) {
    long fragment = quoted.get(Field.IP_FRAG).low();
    boolean v6 = error.get(Wire.ETH_TYPE).low() == Match.ETH_IPV6;
    return fragment > (v6 ? 0 : 1)
        ? Optional.empty()
        : of(quoted, zone)
            .filter(k -> k.v6 == v6)
            .filter(k -> k.source.equals(error.get(v6 ? Wire.IPV6_DST : Wire.IPV4_DST)))
            .map(ConnectionKey::reversed);
  }

  private static Optional<Integer> counterpart(int type, Map<Integer, Integer> answers) {
    return answers.entrySet().stream()
        .filter(e -> e.getKey() == type || e.getValue() == type)
        .map(e -> e.getKey() == type ? e.getValue() : e.getKey())
        .findFirst();
  }

  private static int ports(Packet p, int protocol, Wire tcp, Wire udp, Wire sctp) {
    return switch (protocol) {
      case Match.PROTO_TCP -> (int) p.get(tcp).low();
      case Match.PROTO_UDP -> (int) p.get(udp).low();
      case Match.PROTO_SCTP -> (int) p.get(sctp).low();
      default -> 0;
    };
  }

  /** True for an ICMP message about another packet. */
  static boolean isError(Packet p) {
    int protocol = (int) p.get(Wire.IP_PROTO).low();
    if (p.get(Wire.ETH_TYPE).low() == Match.ETH_IPV6) {
      long type = p.get(Wire.ICMPV6_TYPE).low();
      return protocol == Match.PROTO_ICMPV6 && type >= 1 && type <= ICMPV6_LAST_ERROR;
    }
    return protocol == Match.PROTO_ICMP && ERRORS.contains((int) p.get(Wire.ICMPV4_TYPE).low());
  }

  /** The packet, told that its connection began with these addresses and ports. */
  Packet asFirstOn(Packet p) {
    return p.with(Wire.CT_NW_PROTO, Bits.of(protocol))
        .with(v6 ? Wire.CT_IPV6_SRC : Wire.CT_NW_SRC, source)
        .with(v6 ? Wire.CT_IPV6_DST : Wire.CT_NW_DST, destination)
        .with(Wire.CT_TP_SRC, Bits.of(from))
        .with(Wire.CT_TP_DST, Bits.of(hasPorts() ? to : 0)); // of ICMP the code
  }

  /** The packet with the addresses and ports of this key. */
  Packet on(Packet p) {
    Packet q =
        p.with(v6 ? Wire.IPV6_SRC : Wire.IPV4_SRC, source)
            .with(v6 ? Wire.IPV6_DST : Wire.IPV4_DST, destination);
    return switch (protocol) {
      case Match.PROTO_TCP -> q.with(Wire.TCP_SRC, Bits.of(from)).with(Wire.TCP_DST, Bits.of(to));
      case Match.PROTO_UDP -> q.with(Wire.UDP_SRC, Bits.of(from)).with(Wire.UDP_DST, Bits.of(to));
      case Match.PROTO_SCTP ->
          q.with(Wire.SCTP_SRC, Bits.of(from)).with(Wire.SCTP_DST, Bits.of(to));
      default -> q;
    };
  }
}
