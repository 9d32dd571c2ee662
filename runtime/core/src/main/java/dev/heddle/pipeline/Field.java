package dev.heddle.pipeline;

import dev.heddle.model.Bits;

/**
 * A field by the role it plays in the pipeline: a whole OpenFlow field or some bits of one. This is
 * the only place that ties a role to a register, and a tie never changes within a major version: a
 * packet parked in conntrack resumes later with the registers it had.
 */
public enum Field {
  /** Key of the current switch or router. */
  NETWORK(Wire.METADATA, 0, 24),
  /** Number of the sender's label set. */
  IN_CLASS(Wire.METADATA, 24, 20),
  /** Number of the receiver's label set. */
  OUT_CLASS(Wire.METADATA, 44, 20),
  /** Key of the logical port the packet entered by. */
  IN_PORT(Wire.REG14, 0, 24),
  /** Key of the logical port or, with {@link #OUT_IS_GROUP}, of the group the packet goes to. */
  OUT_PORT(Wire.REG15, 0, 24),
  /** Top bit of {@link #OUT_PORT}. */
  OUT_IS_GROUP(Wire.REG15, 23, 1),
  /** Conntrack zone of the current port. */
  ZONE(Wire.REG13, 0, 16),
  /** Set where the packet came through a tunnel: it never goes back into one (split horizon). */
  FROM_TUNNEL(Wire.REG10, 0, 1),
  /** Set where a packet may go back to the port it came from. */
  LOOP_OK(Wire.REG10, 1, 1),
  /** Which part of a list is worked through; dead at the end of a stage. */
  PART(Wire.REG4, 0, 16),
  /** Groups of the port whose rules are asked; dead at the end of a stage, as all to RULE. */
  SUBJECT_1(Wire.REG0, 0, 16),
  SUBJECT_2(Wire.REG0, 16, 16),
  SUBJECT_3(Wire.REG1, 0, 16),
  SUBJECT_4(Wire.REG1, 16, 16),
  /** Groups of the port at the other end. */
  PEER_1(Wire.REG2, 0, 16),
  PEER_2(Wire.REG2, 16, 16),
  PEER_3(Wire.REG3, 0, 16),
  PEER_4(Wire.REG3, 16, 16),
  /** Address sets of the source. */
  SOURCE_1(Wire.REG4, 0, 16),
  SOURCE_2(Wire.REG4, 16, 16),
  SOURCE_3(Wire.REG5, 0, 16),
  SOURCE_4(Wire.REG5, 16, 16),
  /** Address sets of the destination. */
  DESTINATION_1(Wire.REG6, 0, 16),
  DESTINATION_2(Wire.REG6, 16, 16),
  DESTINATION_3(Wire.REG7, 0, 16),
  DESTINATION_4(Wire.REG7, 16, 16),
  /** Key of the last rule that decided. */
  RULE(Wire.REG8, 0, 32),
  /** Key of the port at the other end, until a rule decides. */
  PEER(Wire.REG8, 0, 24),
  /** How far judging has come; the fields after it are its bits. */
  JUDGING(Wire.REG10, 16, 16),
  /** What is judged: 1 a connection, 2 a packet of IP, 3 any other. */
  LENS(Wire.REG10, 16, 2),
  DECIDED(Wire.REG10, 18, 1),
  /** One bit for each tier that has passed it on. */
  PASSED(Wire.REG10, 19, 4),
  /** 0 reject, 1 allow, 2 allow-stateless, 3 drop; of a rule that decided. */
  VERDICT(Wire.REG10, 23, 2),
  /** What no rule decides is dropped. */
  CLOSED(Wire.REG10, 25, 1),
  /** What the deciding rule allows outlives it. */
  DRAINS(Wire.REG10, 26, 1),
  /** Free for third-party features. */
  THIRD_PARTY(Wire.REG11, 0, 32),

  /** What {@link Track} found out; zero before. The fields after it are its bits. */
  CT_STATE(Wire.CT_STATE, 0, 8),
  CT_NEW(Wire.CT_STATE, 0, 1),
  CT_EST(Wire.CT_STATE, 1, 1),
  CT_REL(Wire.CT_STATE, 2, 1),
  CT_RPL(Wire.CT_STATE, 3, 1),
  CT_INV(Wire.CT_STATE, 4, 1),
  CT_TRK(Wire.CT_STATE, 5, 1),
  CT_SNAT(Wire.CT_STATE, 6, 1),
  CT_DNAT(Wire.CT_STATE, 7, 1),
  CT_ZONE(Wire.CT_ZONE, 0, 16),
  CT_MARK(Wire.CT_MARK, 0, 32),
  /** The connection outlives the rule that allowed it. */
  CT_DRAINS(Wire.CT_MARK, 0, 1),
  CT_LABEL(Wire.CT_LABEL, 0, 128),
  /** Key of the port that began the connection, where it is known. */
  CT_PEER(Wire.CT_LABEL, 0, 24),
  CT_PROTO(Wire.CT_NW_PROTO, 0, 8),
  CT_IPV4_SRC(Wire.CT_NW_SRC, 0, 32),
  CT_IPV4_DST(Wire.CT_NW_DST, 0, 32),
  CT_IPV6_SRC(Wire.CT_IPV6_SRC, 0, 128),
  CT_IPV6_DST(Wire.CT_IPV6_DST, 0, 128),
  CT_PORT_SRC(Wire.CT_TP_SRC, 0, 16),
  CT_PORT_DST(Wire.CT_TP_DST, 0, 16),
  /** The conjunction all of whose clauses the packet met. */
  CONJ_ID(Wire.CONJ_ID, 0, 32),

  /** OpenFlow port number; differs by node, so only placement stages may match it. */
  OF_PORT(Wire.OF_PORT, 0, 32),
  TUNNEL_NETWORK(Wire.TUN_ID, 0, 24),
  TUNNEL_SRC(Wire.TUN_SRC, 0, 32),
  TUNNEL_DST(Wire.TUN_DST, 0, 32),
  /** Our Geneve option: the sender's port key. */
  TUNNEL_IN_PORT(Wire.TUN_METADATA0, 40, 24),
  /** Our Geneve option: the receiver's port or group key. */
  TUNNEL_OUT_PORT(Wire.TUN_METADATA0, 16, 24),
  /** Our Geneve option: the stage at which the receiving node resumes. */
  TUNNEL_RESUME(Wire.TUN_METADATA0, 8, 8),
  /** Our Geneve option: flags, zero today. */
  TUNNEL_FLAGS(Wire.TUN_METADATA0, 0, 8),

  ETH_SRC(Wire.ETH_SRC, 0, 48),
  ETH_DST(Wire.ETH_DST, 0, 48),
  ETH_TYPE(Wire.ETH_TYPE, 0, 16),
  /** The whole tag control information; zero where there is no tag. */
  VLAN_TCI(Wire.VLAN_TCI, 0, 16),
  VLAN_VID(Wire.VLAN_TCI, 0, 12),
  /** Set where there is a tag (the CFI bit, which OVS uses so). */
  VLAN_PRESENT(Wire.VLAN_TCI, 12, 1),
  VLAN_PCP(Wire.VLAN_TCI, 13, 3),
  IP_PROTO(Wire.IP_PROTO, 0, 8),
  IP_DSCP(Wire.IP_DSCP, 0, 6),
  IP_TTL(Wire.IP_TTL, 0, 8),
  IP_FRAG(Wire.IP_FRAG, 0, 2),
  IPV4_SRC(Wire.IPV4_SRC, 0, 32),
  IPV4_DST(Wire.IPV4_DST, 0, 32),
  IPV6_SRC(Wire.IPV6_SRC, 0, 128),
  IPV6_DST(Wire.IPV6_DST, 0, 128),
  TCP_SRC(Wire.TCP_SRC, 0, 16),
  TCP_DST(Wire.TCP_DST, 0, 16),
  UDP_SRC(Wire.UDP_SRC, 0, 16),
  UDP_DST(Wire.UDP_DST, 0, 16),
  SCTP_SRC(Wire.SCTP_SRC, 0, 16),
  SCTP_DST(Wire.SCTP_DST, 0, 16),
  TCP_FLAGS(Wire.TCP_FLAGS, 0, 12),
  ICMPV4_TYPE(Wire.ICMPV4_TYPE, 0, 8),
  ICMPV4_CODE(Wire.ICMPV4_CODE, 0, 8),
  ARP_OP(Wire.ARP_OP, 0, 16),
  ARP_SPA(Wire.ARP_SPA, 0, 32),
  ARP_TPA(Wire.ARP_TPA, 0, 32),
  ARP_SHA(Wire.ARP_SHA, 0, 48),
  ARP_THA(Wire.ARP_THA, 0, 48),
  ICMPV6_TYPE(Wire.ICMPV6_TYPE, 0, 8),
  ICMPV6_CODE(Wire.ICMPV6_CODE, 0, 8),
  ND_TARGET(Wire.ND_TARGET, 0, 128),
  ND_SLL(Wire.ND_SLL, 0, 48),
  ND_TLL(Wire.ND_TLL, 0, 48),
  /** Flags of an advertisement: router, solicited, override are its top three bits. */
  ND_RESERVED(Wire.ND_RESERVED, 0, 32),
  /** Type of the first option: 1 source, 2 target link-layer address. */
  ND_OPTIONS_TYPE(Wire.ND_OPTIONS_TYPE, 0, 8);

  private final Wire wire;
  private final int offset;
  private final int width;

  Field(Wire wire, int offset, int width) {
    this.wire = wire;
    this.offset = offset;
    this.width = width;
  }

  public Wire wire() {
    return wire;
  }

  /** The lowest bit of {@link #wire()} that belongs to this field. */
  public int offset() {
    return offset;
  }

  /** Width in bits. */
  public int width() {
    return width;
  }

  /** This field's bits within its wire field. */
  public Bits mask() {
    return Bits.ones(width).shiftLeft(offset);
  }

  /** The {@link #OUT_PORT} that means every port of the network. */
  public static final int FLOOD = 1 << 23;

  /** The {@link #OUT_PORT} that means every port that takes unknown addresses. */
  public static final int UNKNOWN = FLOOD | 1;

  /**
   * True for the pipeline's own state, registers and what tracking left, false for what is in the
   * packet or its tunnel.
   */
  public boolean isRegister() {
    return wire.compareTo(Wire.METADATA) >= 0 && wire.compareTo(Wire.CT_LABEL) <= 0;
  }

  /** The field that a stage's contract names for this one: the whole, for the bits of a state. */
  Field declared() {
    return switch (this) {
      case LENS, DECIDED, PASSED, VERDICT, CLOSED, DRAINS -> JUDGING;
      default -> wire == Wire.CT_STATE ? CT_STATE : wire == Wire.VLAN_TCI ? VLAN_TCI : this;
    };
  }
}
