package dev.heddle.laws.policy;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A packet as a rule sees it. Of protocols without ports both ports are zero.
 *
 * @param source literal address, v4 or v6, as the destination is
 */
record Datagram(int protocol, String source, int from, String destination, int to) {

  static final int ICMP = 1;
  static final int TCP = 6;
  static final int UDP = 17;
  static final int ICMPV6 = 58;
  static final int SCTP = 132;

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
