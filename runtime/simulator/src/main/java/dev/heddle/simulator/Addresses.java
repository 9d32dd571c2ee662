package dev.heddle.simulator;

import dev.heddle.model.Bits;
import dev.heddle.model.IpAddress;
import dev.heddle.model.MacAddress;
import dev.heddle.pipeline.Wire;

/** Values in the form that ovs-fields(7) gives their field: addresses as addresses. */
final class Addresses {

  private Addresses() {}

  static String text(Wire wire, Bits value) {
    return switch (wire) {
      case ETH_SRC, ETH_DST, ARP_SHA, ARP_THA, ND_SLL, ND_TLL ->
          new MacAddress(value.low()).toString();
      case IPV4_SRC, IPV4_DST, CT_NW_SRC, CT_NW_DST, ARP_SPA, ARP_TPA, TUN_SRC, TUN_DST ->
          new IpAddress(false, value).toString();
      case IPV6_SRC, IPV6_DST, CT_IPV6_SRC, CT_IPV6_DST, ND_TARGET ->
          new IpAddress(true, value).toString();
      case IP_FRAG -> value.low() == 1 ? "first" : "later";
      case ETH_TYPE,
          VLAN_TCI,
          CT_STATE,
          CT_MARK,
          CT_LABEL,
          ND_RESERVED,
          METADATA,
          TUN_ID,
          TUN_METADATA0 ->
          value.toString();
      default -> wire.name().startsWith("REG") ? value.toString() : Long.toString(value.low());
    };
  }
}
