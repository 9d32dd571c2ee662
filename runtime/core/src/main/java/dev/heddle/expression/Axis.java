package dev.heddle.expression;

import dev.heddle.pipeline.Field;

/**
 * What expressions are about, cut so that no two overlap: a header field, a port, or the service.
 * The order is that in which a conjunction is negated: what others depend on comes first.
 */
enum Axis {
  ETH_TYPE(Field.ETH_TYPE, false),
  /** Protocol 8 bits, source port or ICMP type 16, destination port or ICMP code 16. */
  SERVICE(null, 40, true),
  IN_PORT(null, 0, true),
  OUT_PORT(null, 0, true),
  ETH_SRC(Field.ETH_SRC, true),
  ETH_DST(Field.ETH_DST, true),
  VLAN_TCI(Field.VLAN_TCI, true),
  IP4_SRC(Field.IPV4_SRC, true),
  IP4_DST(Field.IPV4_DST, true),
  IP6_SRC(Field.IPV6_SRC, true),
  IP6_DST(Field.IPV6_DST, true),
  IP_DSCP(Field.IP_DSCP, false),
  IP_TTL(Field.IP_TTL, false),
  IP_FRAG(Field.IP_FRAG, true),
  TCP_FLAGS(Field.TCP_FLAGS, true),
  ARP_OP(Field.ARP_OP, false),
  ARP_SPA(Field.ARP_SPA, true),
  ARP_TPA(Field.ARP_TPA, true),
  ARP_SHA(Field.ARP_SHA, true),
  ARP_THA(Field.ARP_THA, true),
  ND_TARGET(Field.ND_TARGET, true),
  ND_SLL(Field.ND_SLL, true),
  ND_TLL(Field.ND_TLL, true);

  /** Null for what is not one field. */
  final Field field;

  final int width;

  /** True if a flow may match some of its bits (ovs-fields(7), "Masking"). */
  final boolean maskable;

  Axis(Field field, boolean maskable) {
    this(field, field.width(), maskable);
  }

  Axis(Field field, int width, boolean maskable) {
    this.field = field;
    this.width = width;
    this.maskable = maskable;
  }
}
