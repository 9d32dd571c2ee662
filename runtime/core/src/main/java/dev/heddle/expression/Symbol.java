package dev.heddle.expression;

import static dev.heddle.expression.Symbol.Type.IP4;
import static dev.heddle.expression.Symbol.Type.IP6;
import static dev.heddle.expression.Symbol.Type.MAC;
import static dev.heddle.expression.Symbol.Type.NUMBER;

import java.util.Optional;

/**
 * The header fields that an expression may compare, by the names of ovn-sb(5). A comparison holds
 * only for packets that have the field: {@link #requires()} is always part of it, also where it is
 * negated.
 */
public enum Symbol {
  ETH_SRC("eth.src", Axis.ETH_SRC, MAC, null),
  ETH_DST("eth.dst", Axis.ETH_DST, MAC, null),
  ETH_TYPE("eth.type", Axis.ETH_TYPE, NUMBER, null),
  VLAN_TCI("vlan.tci", Axis.VLAN_TCI, NUMBER, null),
  VLAN_VID("vlan.vid", Axis.VLAN_TCI, 0, 12, Flag.VLAN_PRESENT),
  VLAN_PCP("vlan.pcp", Axis.VLAN_TCI, 13, 3, Flag.VLAN_PRESENT),
  IP_PROTO("ip.proto", Axis.SERVICE, 32, 8, Flag.IP),
  IP_DSCP("ip.dscp", Axis.IP_DSCP, NUMBER, Flag.IP),
  IP_TTL("ip.ttl", Axis.IP_TTL, NUMBER, Flag.IP),
  IP_FRAG("ip.frag", Axis.IP_FRAG, NUMBER, Flag.IP),
  IP4_SRC("ip4.src", Axis.IP4_SRC, IP4, Flag.IP4),
  IP4_DST("ip4.dst", Axis.IP4_DST, IP4, Flag.IP4),
  IP6_SRC("ip6.src", Axis.IP6_SRC, IP6, Flag.IP6),
  IP6_DST("ip6.dst", Axis.IP6_DST, IP6, Flag.IP6),
  TCP_SRC("tcp.src", Axis.SERVICE, 16, 16, Flag.TCP),
  TCP_DST("tcp.dst", Axis.SERVICE, 0, 16, Flag.TCP),
  TCP_FLAGS("tcp.flags", Axis.TCP_FLAGS, NUMBER, Flag.TCP),
  UDP_SRC("udp.src", Axis.SERVICE, 16, 16, Flag.UDP),
  UDP_DST("udp.dst", Axis.SERVICE, 0, 16, Flag.UDP),
  SCTP_SRC("sctp.src", Axis.SERVICE, 16, 16, Flag.SCTP),
  SCTP_DST("sctp.dst", Axis.SERVICE, 0, 16, Flag.SCTP),
  ICMP4_TYPE("icmp4.type", Axis.SERVICE, 16, 8, Flag.ICMP4),
  ICMP4_CODE("icmp4.code", Axis.SERVICE, 0, 8, Flag.ICMP4),
  ICMP6_TYPE("icmp6.type", Axis.SERVICE, 16, 8, Flag.ICMP6),
  ICMP6_CODE("icmp6.code", Axis.SERVICE, 0, 8, Flag.ICMP6),
  ARP_OP("arp.op", Axis.ARP_OP, NUMBER, Flag.ARP),
  ARP_SPA("arp.spa", Axis.ARP_SPA, IP4, Flag.ARP),
  ARP_TPA("arp.tpa", Axis.ARP_TPA, IP4, Flag.ARP),
  ARP_SHA("arp.sha", Axis.ARP_SHA, MAC, Flag.ARP),
  ARP_THA("arp.tha", Axis.ARP_THA, MAC, Flag.ARP),
  ND_TARGET("nd.target", Axis.ND_TARGET, IP6, Flag.ND),
  ND_SLL("nd.sll", Axis.ND_SLL, MAC, Flag.ND_NS),
  ND_TLL("nd.tll", Axis.ND_TLL, MAC, Flag.ND_NA);

  /** What constants a field is compared with. */
  public enum Type {
    NUMBER("a number"),
    MAC("a MAC address such as 0a:00:00:00:00:11"),
    IP4("an IPv4 address such as 10.0.0.1 or 10.0.0.0/24"),
    IP6("an IPv6 address such as fd00::1 or fd00::/64");

    private final String words;

    Type(String words) {
      this.words = words;
    }

    /** With its article, and an example. */
    public String words() {
      return words;
    }
  }

  private final String text;
  final Axis axis;

  /** Its lowest bit within the axis. */
  final int offset;

  private final int width;
  private final Type type;
  private final Flag requires;

  Symbol(String text, Axis axis, Type type, Flag requires) {
    this(text, axis, 0, axis.width, type, requires);
  }

  Symbol(String text, Axis axis, int offset, int width, Flag requires) {
    this(text, axis, offset, width, NUMBER, requires);
  }

  Symbol(String text, Axis axis, int offset, int width, Type type, Flag requires) {
    this.text = text;
    this.axis = axis;
    this.offset = offset;
    this.width = width;
    this.type = type;
    this.requires = requires;
  }

  /** Width in bits. */
  public int width() {
    return width;
  }

  public Type type() {
    return type;
  }

  /** What is so of every packet that has this field. */
  public Optional<Flag> requires() {
    return Optional.ofNullable(requires);
  }

  /** True if it may be compared with a named set of addresses. */
  public boolean takesSets() {
    return switch (this) {
      case IP4_SRC, IP4_DST, IP6_SRC, IP6_DST -> true;
      default -> false;
    };
  }

  /** True if a flow may match some of its bits only. */
  public boolean isMaskable() {
    return switch (this) {
      case IP_PROTO, ICMP4_TYPE, ICMP4_CODE, ICMP6_TYPE, ICMP6_CODE -> false;
      default -> axis.maskable;
    };
  }

  /** As expressions write it. */
  @Override
  public String toString() {
    return text;
  }
}
