package dev.heddle.pipeline;

/**
 * What an OpenFlow match or action can name on the wire, one constant per OXM/NXM field that Heddle
 * uses. Only the codec and {@link Field} speak of these; everything else uses the role names of
 * {@link Field}. Names and widths are those of ovs-fields(7).
 */
public enum Wire {
  OF_PORT("in_port", 32),
  METADATA("metadata", 64),
  REG0("reg0", 32),
  REG1("reg1", 32),
  REG2("reg2", 32),
  REG3("reg3", 32),
  REG4("reg4", 32),
  REG5("reg5", 32),
  REG6("reg6", 32),
  REG7("reg7", 32),
  REG8("reg8", 32),
  REG9("reg9", 32),
  REG10("reg10", 32),
  REG11("reg11", 32),
  REG12("reg12", 32),
  REG13("reg13", 32),
  REG14("reg14", 32),
  REG15("reg15", 32),
  TUN_ID("tun_id", 64),
  TUN_SRC("tun_src", 32),
  TUN_DST("tun_dst", 32),
  /** The first Geneve option of the switch's TLV map, 8 bytes. */
  TUN_METADATA0("tun_metadata0", 64),
  ETH_DST("dl_dst", 48),
  ETH_SRC("dl_src", 48),
  ETH_TYPE("dl_type", 16),
  VLAN_TCI("vlan_tci", 16),
  IP_PROTO("nw_proto", 8),
  IPV4_SRC("nw_src", 32),
  IPV4_DST("nw_dst", 32),
  IPV6_SRC("ipv6_src", 128),
  IPV6_DST("ipv6_dst", 128),
  TCP_SRC("tcp_src", 16),
  TCP_DST("tcp_dst", 16),
  UDP_SRC("udp_src", 16),
  UDP_DST("udp_dst", 16),
  ARP_OP("arp_op", 16),
  ARP_SPA("arp_spa", 32),
  ARP_TPA("arp_tpa", 32),
  ARP_SHA("arp_sha", 48),
  ARP_THA("arp_tha", 48),
  ICMPV6_TYPE("icmpv6_type", 8),
  ICMPV6_CODE("icmpv6_code", 8),
  ND_TARGET("nd_target", 128),
  ND_SLL("nd_sll", 48),
  ND_TLL("nd_tll", 48),
  /** The flags of an advertisement and what is reserved behind them. */
  ND_RESERVED("nd_reserved", 32),
  /** What the one link-layer option of a message is: 1 the source's, 2 the target's. */
  ND_OPTIONS_TYPE("nd_options_type", 8);

  private final String ovsName;
  private final int width;

  Wire(String ovsName, int width) {
    this.ovsName = ovsName;
    this.width = width;
  }

  /** The name that ovs-ofctl(8) prints. */
  public String ovsName() {
    return ovsName;
  }

  /** Width in bits. */
  public int width() {
    return width;
  }
}
