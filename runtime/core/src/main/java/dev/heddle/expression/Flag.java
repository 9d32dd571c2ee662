package dev.heddle.expression;

/**
 * What is so of a packet or not, by the names of ovn-sb(5): short for an expression. Unlike that of
 * a comparison, its negation holds for all other packets.
 */
public enum Flag {
  ETH_BCAST("eth.bcast", "eth.dst == ff:ff:ff:ff:ff:ff"),
  ETH_MCAST("eth.mcast", "eth.dst[40] == 1"),
  ETH_MCASTV6("eth.mcastv6", "eth.dst[32..47] == 0x3333"),
  VLAN_PRESENT("vlan.present", "vlan.tci[12] == 1"),
  IP4("ip4", "eth.type == 0x800"),
  IP6("ip6", "eth.type == 0x86dd"),
  IP("ip", "ip4 || ip6"),
  ARP("arp", "eth.type == 0x806"),
  RARP("rarp", "eth.type == 0x8035"),
  TCP("tcp", "ip.proto == 6"),
  UDP("udp", "ip.proto == 17"),
  SCTP("sctp", "ip.proto == 132"),
  ICMP4("icmp4", "ip4 && ip.proto == 1"),
  ICMP6("icmp6", "ip6 && ip.proto == 58"),
  ICMP("icmp", "icmp4 || icmp6"),
  IP4_SRC_MCAST("ip4.src_mcast", "ip4.src == 224.0.0.0/4"),
  IP4_MCAST("ip4.mcast", "eth.mcast && ip4.dst == 224.0.0.0/4"),
  IP6_MCAST("ip6.mcast", "eth.mcastv6 && ip6.dst == ff00::/8"),
  IGMP("igmp", "ip4.mcast && ip.proto == 2"),
  MLDV1("mldv1", "eth.mcastv6 && ip6.src == fe80::/10 && icmp6.type == {130, 131, 132}"),
  MLDV2("mldv2", "eth.mcastv6 && ip6.dst == ff02::16 && icmp6.type == 143"),
  IP_IS_FRAG("ip.is_frag", "ip.frag[0] == 1"),
  IP_LATER_FRAG("ip.later_frag", "ip.frag[1] == 1"),
  IP_FIRST_FRAG("ip.first_frag", "ip.is_frag && !ip.later_frag"),
  ND("nd", "icmp6.type == {135, 136} && icmp6.code == 0 && ip.ttl == 255"),
  ND_NS("nd_ns", "icmp6.type == 135 && icmp6.code == 0 && ip.ttl == 255"),
  ND_NA("nd_na", "icmp6.type == 136 && icmp6.code == 0 && ip.ttl == 255"),
  ND_RS("nd_rs", "icmp6.type == 133 && icmp6.code == 0 && ip.ttl == 255"),
  ND_RA("nd_ra", "icmp6.type == 134 && icmp6.code == 0 && ip.ttl == 255"),
  ND_NS_MCAST("nd_ns_mcast", "ip6.mcast && nd_ns");

  private final String text;
  private final String meaning;

  Flag(String text, String meaning) {
    this.text = text;
    this.meaning = meaning;
  }

  /** The expression it is short for. */
  public String meaning() {
    return meaning;
  }

  /** As expressions write it. */
  @Override
  public String toString() {
    return text;
  }
}
