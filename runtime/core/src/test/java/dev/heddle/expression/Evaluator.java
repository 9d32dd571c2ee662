package dev.heddle.expression;

import dev.heddle.expression.Expression.And;
import dev.heddle.expression.Expression.Between;
import dev.heddle.expression.Expression.Constant;
import dev.heddle.expression.Expression.In;
import dev.heddle.expression.Expression.Is;
import dev.heddle.expression.Expression.Not;
import dev.heddle.expression.Expression.Or;
import dev.heddle.expression.Expression.PortIn;
import dev.heddle.model.Bits;
import dev.heddle.pipeline.Field;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Whether an expression, or one of some clauses, holds for a packet: once from the words of
 * ovn-sb(5), knowing nothing of boxes and cubes, once from what {@link Clause} promises.
 */
record Evaluator(Packet packet, Packet.Members members) {

  boolean holds(Expression e, boolean negated) {
    if (e instanceof Constant c) {
      return c.value() != negated;
    }
    if (e instanceof Not not) {
      return holds(not.part(), !negated);
    }
    if (e instanceof And and) {
      Predicate<Expression> part = p -> holds(p, negated);
      return negated ? and.parts().stream().anyMatch(part) : and.parts().stream().allMatch(part);
    }
    if (e instanceof Or or) {
      Predicate<Expression> part = p -> holds(p, negated);
      return negated ? or.parts().stream().allMatch(part) : or.parts().stream().anyMatch(part);
    }
    if (e instanceof Is is) {
      return holds(is.flag()) != negated;
    }
    if (e instanceof In in) {
      Optional<Bits> v = value(in.slice());
      return v.isPresent() && holds(in, v.get()) != negated;
    }
    if (e instanceof Between b) {
      Optional<Bits> v = value(b.slice());
      return v.isPresent()
          && (v.get().compareTo(b.low()) >= 0 && v.get().compareTo(b.high()) <= 0) != negated;
    }
    PortIn in = (PortIn) e;
    String port = packet.port(in.direction());
    return in.names().contains(port)
        || in.groups().stream().anyMatch(g -> members.groups().get(g).contains(port));
  }

  private boolean holds(In in, Bits v) {
    return in.values().stream().anyMatch(m -> v.and(m.mask()).equals(m.value()))
        || in.sets().stream().anyMatch(s -> members.holds(s, field(in.slice().symbol()), v));
  }

  private Bits get(Field f) {
    return packet.fields().get(f);
  }

  private boolean starts(Field f, int bits, long value) {
    return get(f).shiftRight(f.width() - bits).equals(Bits.of(value));
  }

  private boolean holds(Flag flag) {
    Packet p = packet;
    boolean mcast6 = starts(Field.ETH_DST, 16, 0x3333);
    return switch (flag) {
      case ETH_BCAST -> get(Field.ETH_DST).low() == 0xffff_ffff_ffffL;
      case ETH_MCAST -> (get(Field.ETH_DST).low() >> 40 & 1) == 1;
      case ETH_MCASTV6 -> mcast6;
      case VLAN_PRESENT -> (get(Field.VLAN_TCI).low() & 0x1000) != 0;
      case IP4 -> p.isIp4();
      case IP6 -> p.isIp6();
      case IP -> p.isIp();
      case ARP -> p.type() == 0x806;
      case RARP -> p.type() == 0x8035;
      case TCP -> p.is(6);
      case UDP -> p.is(17);
      case SCTP -> p.is(132);
      case ICMP4 -> p.isIcmp4();
      case ICMP6 -> p.isIcmp6();
      case ICMP -> p.isIcmp4() || p.isIcmp6();
      case IP4_SRC_MCAST -> p.isIp4() && starts(Field.IPV4_SRC, 4, 14);
      case IP4_MCAST -> ip4Mcast();
      case IP6_MCAST -> mcast6 && p.isIp6() && starts(Field.IPV6_DST, 8, 0xff);
      case IGMP -> ip4Mcast() && p.is(2);
      case MLDV1 ->
          mcast6
              && p.isIcmp6()
              && starts(Field.IPV6_SRC, 10, 0x3fa)
              && List.of(130L, 131L, 132L).contains(get(Field.ICMPV6_TYPE).low());
      case MLDV2 ->
          mcast6
              && p.isIcmp6()
              && get(Field.IPV6_DST).equals(new Bits(0xff02L << 48, 0x16))
              && get(Field.ICMPV6_TYPE).low() == 143;
      case IP_IS_FRAG -> p.isIp() && get(Field.IP_FRAG).low() % 2 == 1;
      case IP_LATER_FRAG -> p.isIp() && get(Field.IP_FRAG).low() >= 2;
      case IP_FIRST_FRAG -> p.isIp() && get(Field.IP_FRAG).low() == 1;
      case ND -> p.isDiscovery(135) || p.isDiscovery(136);
      case ND_NS -> p.isDiscovery(135);
      case ND_NA -> p.isDiscovery(136);
      case ND_RS -> p.isDiscovery(133);
      case ND_RA -> p.isDiscovery(134);
      case ND_NS_MCAST -> mcast6 && p.isDiscovery(135) && starts(Field.IPV6_DST, 8, 0xff);
    };
  }

  private boolean ip4Mcast() {
    return (get(Field.ETH_DST).low() >> 40 & 1) == 1
        && packet.isIp4()
        && starts(Field.IPV4_DST, 4, 14);
  }

  /** The bits of the packet that this names, if it has them. */
  private Optional<Bits> value(Slice slice) {
    Symbol s = slice.symbol();
    boolean tagged = (get(Field.VLAN_TCI).low() & 0x1000) != 0;
    if ((s == Symbol.VLAN_VID || s == Symbol.VLAN_PCP) && !tagged) {
      return Optional.empty();
    }
    int below = s == Symbol.VLAN_PCP ? 13 : 0;
    return Optional.ofNullable(get(field(s)))
        .map(v -> v.shiftRight(below + slice.low()).and(Bits.ones(slice.width())));
  }

  static Field field(Symbol s) {
    return switch (s) {
      case VLAN_TCI, VLAN_VID, VLAN_PCP -> Field.VLAN_TCI;
      case ICMP4_TYPE -> Field.ICMPV4_TYPE;
      case ICMP4_CODE -> Field.ICMPV4_CODE;
      case ICMP6_TYPE -> Field.ICMPV6_TYPE;
      case ICMP6_CODE -> Field.ICMPV6_CODE;
      case IP4_SRC -> Field.IPV4_SRC;
      case IP4_DST -> Field.IPV4_DST;
      case IP6_SRC -> Field.IPV6_SRC;
      case IP6_DST -> Field.IPV6_DST;
      default -> Field.valueOf(s.name());
    };
  }

  boolean meets(Clause c) {
    return (c.etherType().isEmpty() || c.etherType().getAsInt() == packet.type())
        && c.inports().stream().allMatch(p -> meets(p, packet.in()))
        && c.outports().stream().allMatch(p -> meets(p, packet.out()))
        && c.sources().stream().allMatch(a -> meets(a, Field.IPV4_SRC, Field.IPV6_SRC))
        && c.destinations().stream().allMatch(a -> meets(a, Field.IPV4_DST, Field.IPV6_DST))
        && (c.services().isEmpty() || c.services().stream().anyMatch(this::meets))
        && c.fields().entrySet().stream().allMatch(this::meets);
  }

  private boolean meets(Clause.Ports ports, String port) {
    return ports.ports().contains(port)
        || ports.groups().stream().anyMatch(g -> members.groups().get(g).contains(port));
  }

  private boolean meets(Clause.Addresses a, Field v4, Field v6) {
    Field field = packet.isIp4() ? v4 : v6;
    Bits v = get(field);
    return v != null
        && (a.literals().stream().anyMatch(m -> m.contains(v))
            || a.sets().stream().anyMatch(s -> members.holds(s, field, v)));
  }

  private boolean meets(Clause.Service s) {
    if (!packet.is(s.protocol())) {
      return false;
    }
    Field[] ports =
        switch (s.protocol()) {
          case 6 -> new Field[] {Field.TCP_SRC, Field.TCP_DST};
          case 17 -> new Field[] {Field.UDP_SRC, Field.UDP_DST};
          case 132 -> new Field[] {Field.SCTP_SRC, Field.SCTP_DST};
          case 1 -> new Field[] {Field.ICMPV4_TYPE, Field.ICMPV4_CODE};
          default -> new Field[] {Field.ICMPV6_TYPE, Field.ICMPV6_CODE};
        };
    return meets(s.source(), ports[0]) && meets(s.destination(), ports[1]);
  }

  private boolean meets(Masked port, Field field) {
    return port.isAny() || get(field) != null && port.contains(get(field));
  }

  private boolean meets(Map.Entry<Field, List<Masked>> e) {
    Bits v = get(e.getKey());
    return v != null && e.getValue().stream().anyMatch(m -> m.contains(v));
  }
}
