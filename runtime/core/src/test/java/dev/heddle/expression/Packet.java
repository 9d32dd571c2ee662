package dev.heddle.expression;

import dev.heddle.expression.Expression.Direction;
import dev.heddle.model.Bits;
import dev.heddle.pipeline.Field;
import java.util.Map;
import java.util.Set;

/**
 * A packet as a switch sees it: the fields that it has, and no others.
 *
 * @param in where it entered
 * @param out where it goes out
 */
record Packet(Map<Field, Bits> fields, String in, String out) {

  /** Who belongs to what: ports to groups, addresses to sets. */
  record Members(Map<String, Set<String>> groups, Map<String, Set<Masked>> sets) {

    boolean holds(String set, Field field, Bits address) {
      return sets.getOrDefault(set, Set.of()).stream()
          .anyMatch(m -> isV6(m) == (field.width() == 128) && m.contains(address));
    }

    /** The test's sets hold IPv6 prefixes of 32 bits or more only, so their masks tell. */
    private static boolean isV6(Masked m) {
      return m.mask().high() != 0;
    }
  }

  String port(Direction d) {
    return d == Direction.IN ? in : out;
  }

  long type() {
    return fields.get(Field.ETH_TYPE).low();
  }

  boolean isIp4() {
    return type() == 0x800;
  }

  boolean isIp6() {
    return type() == 0x86dd;
  }

  boolean isIp() {
    return isIp4() || isIp6();
  }

  boolean is(long protocol) {
    return isIp() && fields.get(Field.IP_PROTO).low() == protocol;
  }

  boolean isIcmp4() {
    return isIp4() && is(1);
  }

  boolean isIcmp6() {
    return isIp6() && is(58);
  }

  /** Of neighbour discovery, by RFC 4861: code 0 and the largest hop limit. */
  boolean isDiscovery(int type) {
    return isIcmp6()
        && fields.get(Field.ICMPV6_TYPE).low() == type
        && fields.get(Field.ICMPV6_CODE).low() == 0
        && fields.get(Field.IP_TTL).low() == 255;
  }
}
