package dev.heddle.openflow.codec;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random flows that OpenFlow can say and OVS would take. */
public final class AnyFlow {

  /** Fields that OVS matches as a whole only (ovs-fields(7), "not maskable"). */
  private static final Set<Field> EXACT_ONLY =
      Set.of(
          Field.OF_PORT,
          Field.ETH_TYPE,
          Field.IP_PROTO,
          Field.ARP_OP,
          Field.ICMPV6_TYPE,
          Field.ICMPV6_CODE,
          Field.ICMPV4_TYPE,
          Field.ICMPV4_CODE,
          Field.IP_TTL,
          Field.IP_DSCP,
          Field.IP_FRAG,
          Field.VLAN_PCP,
          Field.CT_ZONE,
          Field.CONJ_ID,
          Field.ND_RESERVED,
          Field.ND_OPTIONS_TYPE);

  /** What the tests create before they use it. */
  public static final List<Long> GROUPS = List.of(1L, 0x0100_0001L, 0xfffffeffL);

  public static final List<Long> METERS = List.of(1L, 17L);

  /** What may be matched in any packet, with the layers of one kind of packet. */
  private static final List<List<Field>> LAYERS =
      List.of(
          List.of(),
          List.of(Field.ARP_OP, Field.ARP_SPA, Field.ARP_TPA, Field.ARP_SHA, Field.ARP_THA),
          List.of(Field.IPV4_SRC, Field.IPV4_DST),
          List.of(Field.IPV6_SRC, Field.IPV6_DST),
          List.of(Field.IPV4_SRC, Field.TCP_SRC, Field.TCP_DST),
          List.of(Field.IPV4_DST, Field.UDP_SRC, Field.UDP_DST),
          List.of(Field.IPV4_SRC, Field.TCP_FLAGS, Field.IP_TTL, Field.IP_DSCP, Field.IP_FRAG),
          List.of(Field.IPV4_SRC, Field.SCTP_SRC, Field.SCTP_DST),
          List.of(Field.IPV4_SRC, Field.ICMPV4_TYPE, Field.ICMPV4_CODE),
          List.of(Field.IPV6_SRC, Field.ND_TARGET, Field.ND_RESERVED, Field.ND_OPTIONS_TYPE),
          List.of(Field.IPV6_SRC, Field.ICMPV6_TYPE, Field.ICMPV6_CODE));

  static final List<Field> ANYWHERE =
      List.of(
          Field.NETWORK,
          Field.IN_CLASS,
          Field.OUT_CLASS,
          Field.IN_PORT,
          Field.OUT_PORT,
          Field.OUT_IS_GROUP,
          Field.ZONE,
          Field.FROM_TUNNEL,
          Field.THIRD_PARTY,
          Field.VLAN_VID,
          Field.VLAN_PCP,
          Field.CT_NEW,
          Field.CT_RPL,
          Field.CT_DNAT,
          Field.CT_ZONE,
          Field.CT_MARK,
          Field.CT_LABEL,
          Field.CONJ_ID,
          Field.OF_PORT,
          Field.TUNNEL_NETWORK,
          Field.TUNNEL_SRC,
          Field.TUNNEL_DST,
          Field.TUNNEL_IN_PORT,
          Field.TUNNEL_OUT_PORT,
          Field.TUNNEL_RESUME,
          Field.ETH_SRC,
          Field.ETH_DST);

  private AnyFlow() {}

  public static Arbitrary<Flow> flows() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 252),
            Arbitraries.integers().between(0, 0xffff),
            matches(),
            Arbitraries.longs(),
            AnyAction.lists(),
            Arbitraries.integers().between(0, 3))
        .as(
            (table, priority, match, cookie, actions, go) -> {
              FlowKey key = new FlowKey(table, priority, match);
              boolean clauses = AnyAction.areClauses(actions);
              List<Action> all = new ArrayList<>();
              for (Action a : actions) {
                if (isIp(match) || !AnyAction.needsIp(a)) {
                  all.add(a);
                }
              }
              if (go == 0 && !clauses) {
                all.add(new Action.GotoTable(table + 1));
              }
              if (go == 1 && !clauses) {
                all.add(0, new Action.Meter(METERS.get(priority % METERS.size())));
              }
              try {
                return new Flow(key, cookie, all);
              } catch (IllegalArgumentException tagsThatAreNotThere) {
                return new Flow(key, cookie, List.of());
              }
            });
  }

  private static boolean isIp(Match match) {
    return match
        .value(Field.ETH_TYPE)
        .filter(t -> t.low() == Match.ETH_IPV4 || t.low() == Match.ETH_IPV6)
        .isPresent();
  }

  static Arbitrary<Match> matches() {
    return Arbitraries.of(LAYERS)
        .flatMap(
            layer -> {
              List<Field> from = new ArrayList<>(ANYWHERE);
              from.addAll(layer);
              return Arbitraries.of(from)
                  .flatMap(
                      f -> Combinators.combine(Arbitraries.just(f), bits(), bits()).as(One::new))
                  .list()
                  .ofMaxSize(8)
                  .map(ones -> match(layer, ones));
            });
  }

  private record One(Field field, Bits value, Bits mask) {}

  private static Match match(List<Field> layer, List<One> ones) {
    Match.Builder b = Match.builder();
    if (layer.contains(Field.ND_TARGET)) {
      b.match(Field.ICMPV6_TYPE, 136);
    } else if (layer.contains(Field.IPV4_SRC) || layer.contains(Field.IPV4_DST)) {
      b.match(Field.IPV4_SRC, Bits.ZERO, Bits.ZERO);
    }
    for (One one : ones) {
      Bits all = Bits.ones(one.field.width());
      Bits mask = EXACT_ONLY.contains(one.field) ? all : one.mask.and(all);
      Bits value =
          switch (one.field) {
            case OF_PORT -> Bits.of(1 + (one.value.low() & 0x7fff)); // a port that may be
            case ARP_OP -> one.value.and(Bits.of(0xff)); // OVS knows 8 bits of it
            case IP_FRAG -> Bits.of(one.value.low() & 1); // later fragments have no ports
            default -> one.value.and(mask);
          };
      try {
        b.match(one.field, value, mask);
      } catch (IllegalArgumentException contradiction) {
        continue; // two conditions on one field: the first stays
      }
    }
    return b.build();
  }

  /** Any 128 bits, with the ends and sparse values often among them. */
  static Arbitrary<Bits> bits() {
    Arbitrary<Long> half =
        Arbitraries.oneOf(
            Arbitraries.of(0L, -1L, 1L, 0xffL, 0xff00L, 0xfffffffffff00000L), Arbitraries.longs());
    return Combinators.combine(half, half).as(Bits::new);
  }
}
