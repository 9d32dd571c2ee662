package dev.heddle.laws.policy;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A packet as a rule sees it. Of protocols without ports both ports are zero; an ICMP echo has its
 * type in place of the one and that of its counterpart in place of the other.
 *
 * @param source literal address, v4 or v6, as the destination is
 */
record Datagram(int protocol, String source, int from, String destination, int to) {

  static final int ICMP = 1;
  static final int TCP = 6;
  static final int UDP = 17;
  static final int ICMPV6 = 58;
  static final int SCTP = 132;

  private static final int FRAGMENT_HEADER = 44;
  private static final int UNREACHABLE = 3;
  private static final int UNREACHABLE_V6 = 1;
  private static final int ECHO_REPLY = 0;
  private static final int ECHO_REPLY_V6 = 129;

  /** An echo request. */
  static Datagram echo(String source, String destination) {
    return source.contains(":")
        ? new Datagram(ICMPV6, source, 128, destination, ECHO_REPLY_V6)
        : new Datagram(ICMP, source, 8, destination, ECHO_REPLY);
  }

  /** "Destination unreachable", between two ports of {@link PolicyTrial}. */
  static Datagram error(String from, String to, boolean v6) {
    return new Datagram(
        v6 ? ICMPV6 : ICMP,
        PolicyTrial.address(from, v6),
        v6 ? UNREACHABLE_V6 : UNREACHABLE,
        PolicyTrial.address(to, v6),
        0);
  }

  /** As a later fragment of it shows it: of IPv6 the protocol is that of the fragment header. */
  Datagram withoutPorts() {
    return new Datagram(v6() ? FRAGMENT_HEADER : protocol, source, 0, destination, 0);
  }

  /** Nothing can begin with it. */
  boolean onlyAnswers() {
    return protocol == ICMP && from == ECHO_REPLY || protocol == ICMPV6 && from == ECHO_REPLY_V6;
  }

  boolean v6() {
    return source.contains(":");
  }

  /** What would answer it. */
  Datagram answer() {
    return new Datagram(protocol, destination, to, source, from);
  }

  /** The bytes of a literal address; nothing is looked up. */
  static byte[] bytes(String literal) {
    try {
      return InetAddress.getByName(literal).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(literal, e);
    }
  }
}
