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
  /** Of its 32 bits OVS uses eight; the low one is {@code new}. */
  CT_STATE("ct_state", 8),
  CT_ZONE("ct_zone", 16),
  CT_MARK("ct_mark", 32),
  CT_LABEL("ct_label", 128),
  /** What follows is of the connection's first packet, for each packet of it (ovs-fields(7)). */
  CT_NW_PROTO("ct_nw_proto", 8),
  CT_NW_SRC("ct_nw_src", 32),
  CT_NW_DST("ct_nw_dst", 32),
  CT_IPV6_SRC("ct_ipv6_src", 128),
  CT_IPV6_DST("ct_ipv6_dst", 128),
  CT_TP_SRC("ct_tp_src", 16),
  CT_TP_DST("ct_tp_dst", 16),
  /** Only while the flow of a conjunction that was met is looked up. */
  CONJ_ID("conj_id", 32),
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
  IP_DSCP("ip_dscp", 6),
  IP_TTL("nw_ttl", 8),
  /** Bit 0: a fragment; bit 1: not the first one. */
  IP_FRAG("nw_frag", 2),
  IPV4_SRC("nw_src", 32),
  IPV4_DST("nw_dst", 32),
  IPV6_SRC("ipv6_src", 128),
  IPV6_DST("ipv6_dst", 128),
  TCP_SRC("tcp_src", 16),
  TCP_DST("tcp_dst", 16),
  UDP_SRC("udp_src", 16),
  UDP_DST("udp_dst", 16),
  SCTP_SRC("sctp_src", 16),
  SCTP_DST("sctp_dst", 16),
  TCP_FLAGS("tcp_flags", 12),
  ICMPV4_TYPE("icmp_type", 8),
  ICMPV4_CODE("icmp_code", 8),
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
  ND_RESERVED("nd_reserved", 32),
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

  /** False for what no action may write (ovs-fields(7), "Access: read-only"). */
  public boolean isWritable() {
    return switch (this) {
      case ETH_TYPE, IP_PROTO, IP_FRAG, TCP_FLAGS, CT_STATE, CT_ZONE, CONJ_ID -> false;
      case CT_NW_PROTO, CT_NW_SRC, CT_NW_DST, CT_IPV6_SRC, CT_IPV6_DST -> false;
      case CT_TP_SRC, CT_TP_DST -> false;
      default -> true;
    };
  }

  /** What is kept with a connection: written only by {@link Track#exec()}. */
  public boolean isOfConnection() {
    return this == CT_MARK || this == CT_LABEL;
  }
}
