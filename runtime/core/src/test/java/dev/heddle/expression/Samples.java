package dev.heddle.expression;

import dev.heddle.expression.Expression.And;
import dev.heddle.expression.Expression.Between;
import dev.heddle.expression.Expression.Constant;
import dev.heddle.expression.Expression.Direction;
import dev.heddle.expression.Expression.In;
import dev.heddle.expression.Expression.Is;
import dev.heddle.expression.Expression.Not;
import dev.heddle.expression.Expression.Or;
import dev.heddle.expression.Expression.PortIn;
import dev.heddle.model.Bits;
import dev.heddle.model.IpPrefix;
import dev.heddle.pipeline.Field;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Random expressions, and random packets that they are likely to tell apart: values are few, at the
 * edges of ranges and prefixes and next to them.
 */
record Samples(Random random) {

  static final List<String> PORTS = List.of("p1", "p2", "web-3", "x.y_z");

  static final Packet.Members MEMBERS =
      new Packet.Members(
          Map.of("g1", Set.of("p1", "p2"), "g2", Set.of("p2", "web-3"), "none", Set.of()),
          Map.of(
              "s1", prefixes("10.0.0.0/9", "fd00::/64", "192.0.2.1/32"),
              "s2", prefixes("10.0.0.1/32", "fe80::/10", "224.0.0.0/3"),
              "empty", Set.of()));

  private static Set<Masked> prefixes(String... texts) {
    return Stream.of(texts)
        .map(IpPrefix::parse)
        .map(p -> new Masked(p.address().bits(), Bits.prefix(p.length(), p.address().width())))
        .collect(Collectors.toSet());
  }

  private int below(int n) {
    return random.nextInt(n);
  }

  private <T> T of(List<T> some) {
    return some.get(below(some.size()));
  }

  private List<String> some(List<String> names, int most) {
    return IntStream.range(0, below(most + 1)).mapToObj(i -> of(names)).toList();
  }

  /** A value of a field; of {@code around} bits as an axis, so that prefixes meet. */
  private Bits value(Field f) {
    long v =
        switch (f) {
          case ETH_TYPE -> of(List.of(0x800L, 0x86ddL, 0x806L, 0x8035L, 0x88ccL));
          case IP_PROTO -> of(List.of(1L, 2L, 6L, 17L, 58L, 132L, 89L));
          case VLAN_TCI -> of(List.of(0L, 0L, 0x1005L, 0xf005L, 0x1fffL, 0x3000L));
          case IP_TTL -> of(List.of(255L, 255L, 64L, 1L, 0L));
          case IP_FRAG -> of(List.of(0L, 0L, 1L, 3L));
          case ICMPV4_TYPE -> of(List.of(0L, 3L, 8L, 255L));
          case ICMPV6_TYPE -> of(List.of(128L, 133L, 134L, 135L, 136L, 130L, 143L));
          case ICMPV4_CODE, ICMPV6_CODE -> of(List.of(0L, 0L, 4L));
          case TCP_SRC, TCP_DST, UDP_SRC, UDP_DST, SCTP_SRC, SCTP_DST ->
              of(List.of(0L, 53L, 79L, 80L, 81L, 443L, 1023L, 1024L, 2048L, 2049L, 65535L));
          case TCP_FLAGS -> of(List.of(0L, 2L, 16L, 18L, 0xfffL));
          case IPV4_SRC, IPV4_DST, ARP_SPA, ARP_TPA ->
              of(List.of(0x0a000001L, 0x0a000002L, 0x0a800000L, 0xe0000001L, 0xc0000201L, 0L));
          case ETH_SRC, ETH_DST, ARP_SHA, ARP_THA, ND_SLL, ND_TLL ->
              of(
                  List.of(
                      0xffff_ffff_ffffL, 0x3333_0000_0001L, 0x0a00_0000_0001L, 0x0100_5e00_0001L));
          case ARP_OP -> of(List.of(1L, 2L, 3L));
          case IP_DSCP -> of(List.of(0L, 46L, 63L));
          default -> of(List.of(1L, 0x16L, 2L));
        };
    if (f.width() < 128) {
      return Bits.of(v);
    }
    long high = of(List.of(0xfd00_0000_0000_0000L, 0xfe80_0000_0000_0000L, 0xff02_0000_0000_0000L));
    return new Bits(high, v);
  }

  Packet packet() {
    Map<Field, Bits> fields = new EnumMap<>(Field.class);
    put(fields, Field.ETH_TYPE, Field.ETH_SRC, Field.ETH_DST, Field.VLAN_TCI);
    long type = fields.get(Field.ETH_TYPE).low();
    if (type == 0x806) {
      put(fields, Field.ARP_OP, Field.ARP_SPA, Field.ARP_TPA, Field.ARP_SHA, Field.ARP_THA);
    }
    if (type == 0x800) {
      put(fields, Field.IPV4_SRC, Field.IPV4_DST);
      ip(fields);
    }
    if (type == 0x86dd) {
      put(fields, Field.IPV6_SRC, Field.IPV6_DST);
      ip(fields);
    }
    return new Packet(fields, of(PORTS), of(PORTS));
  }

  private void ip(Map<Field, Bits> fields) {
    put(fields, Field.IP_PROTO, Field.IP_DSCP, Field.IP_TTL, Field.IP_FRAG);
    boolean v6 = fields.containsKey(Field.IPV6_SRC);
    switch ((int) fields.get(Field.IP_PROTO).low()) {
      case 6 -> put(fields, Field.TCP_SRC, Field.TCP_DST, Field.TCP_FLAGS);
      case 17 -> put(fields, Field.UDP_SRC, Field.UDP_DST);
      case 132 -> put(fields, Field.SCTP_SRC, Field.SCTP_DST);
      case 1 -> {
        if (!v6) {
          put(fields, Field.ICMPV4_TYPE, Field.ICMPV4_CODE);
        }
      }
      case 58 -> {
        if (v6) {
          put(fields, Field.ICMPV6_TYPE, Field.ICMPV6_CODE);
          neighbour(fields);
        }
      }
      default -> {
        // no more is looked at
      }
    }
  }

  private void neighbour(Map<Field, Bits> fields) {
    Packet p = new Packet(fields, "", "");
    if (p.isDiscovery(135)) {
      put(fields, Field.ND_TARGET, Field.ND_SLL);
    } else if (p.isDiscovery(136)) {
      put(fields, Field.ND_TARGET, Field.ND_TLL);
    }
  }

  private void put(Map<Field, Bits> fields, Field... these) {
    for (Field f : these) {
      fields.put(f, value(f));
    }
  }

  Expression expression(int depth) {
    return expression(depth, false);
  }

  private Expression expression(int depth, boolean negated) {
    int what = below(depth == 0 ? 12 : 24);
    if (what >= 16) {
      List<Expression> parts = new ArrayList<>();
      for (int i = 0; i < 2 + below(3); i++) {
        parts.add(expression(depth - 1, negated));
      }
      return what % 2 == 0 ? new And(parts) : new Or(parts);
    }
    if (what >= 12) {
      return new Not(expression(depth - 1, !negated));
    }
    if (what == 0) {
      return new Constant(random.nextBoolean());
    }
    if (what <= 3) {
      Flag flag = of(List.of(Flag.values()));
      return new Is(flag);
    }
    if (what == 4 && !negated) {
      List<String> ports = some(PORTS, 2);
      List<String> groups = some(List.of("g1", "g2", "none"), 2);
      Direction d = of(List.of(Direction.values()));
      return new PortIn(d, ports.isEmpty() && groups.isEmpty() ? List.of("p1") : ports, groups);
    }
    if (what == 5 && !negated) {
      return intersection();
    }
    Symbol symbol = of(List.of(Symbol.values()));
    Slice slice = below(4) > 0 ? Slice.of(symbol) : slice(symbol);
    return below(4) == 0 ? between(slice) : in(slice, negated);
  }

  /** Of a named set with another one, or with literals. */
  private Expression intersection() {
    Slice slice =
        Slice.of(of(List.of(Symbol.IP4_SRC, Symbol.IP4_DST, Symbol.IP6_SRC, Symbol.IP6_DST)));
    Expression other =
        random.nextBoolean() ? in(slice, true) : new In(slice, List.of(), List.of("s2"));
    return new And(List.of(new In(slice, List.of(), List.of("s1")), other));
  }

  private Slice slice(Symbol symbol) {
    int low = below(symbol.width());
    return new Slice(symbol, low, 1 + below(symbol.width() - low));
  }

  private Bits value(Slice slice) {
    int offset = slice.low() + (slice.symbol() == Symbol.VLAN_PCP ? 13 : 0);
    return value(Evaluator.field(slice.symbol())).shiftRight(offset).and(Bits.ones(slice.width()));
  }

  private Expression between(Slice slice) {
    Bits a = value(slice);
    Bits b = value(slice);
    return a.compareTo(b) <= 0 ? new Between(slice, a, b) : new Between(slice, b, a);
  }

  private Expression in(Slice slice, boolean negated) {
    List<Masked> values = new ArrayList<>();
    for (int i = 0; i < 1 + below(3); i++) {
      Bits mask =
          switch (below(6)) {
            case 0 -> Bits.prefix(below(slice.width() + 1), slice.width());
            case 1 -> new Bits(random.nextLong(), random.nextLong()).and(Bits.ones(slice.width()));
            default -> Bits.ones(slice.width());
          };
      values.add(new Masked(value(slice).and(mask), mask));
    }
    boolean named = !negated && slice.isWhole() && slice.symbol().takesSets() && below(2) == 0;
    return new In(slice, values, named ? some(List.of("s1", "s2", "empty"), 2) : List.of());
  }
}
