package dev.heddle.openflow.codec;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Wire;
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
          Field.ICMPV6_CODE);

  private static final Set<Wire> READ_ONLY = Set.of(Wire.ETH_TYPE, Wire.IP_PROTO, Wire.VLAN_TCI);

  /** What may be matched in any packet, with the layers of one kind of packet. */
  private static final List<List<Field>> LAYERS =
      List.of(
          List.of(),
          List.of(Field.ARP_OP, Field.ARP_SPA, Field.ARP_TPA, Field.ARP_SHA, Field.ARP_THA),
          List.of(Field.IPV4_SRC, Field.IPV4_DST),
          List.of(Field.IPV6_SRC, Field.IPV6_DST),
          List.of(Field.IPV4_SRC, Field.TCP_SRC, Field.TCP_DST),
          List.of(Field.IPV4_DST, Field.UDP_SRC, Field.UDP_DST),
          List.of(Field.IPV6_SRC, Field.ICMPV6_TYPE, Field.ICMPV6_CODE));

  private static final List<Field> ANYWHERE =
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
            actions().list().ofMaxSize(6),
            Arbitraries.integers().between(0, 3))
        .as(
            (table, priority, match, cookie, actions, go) -> {
              List<Action> all = new ArrayList<>(actions);
              if (go == 0) {
                all.add(new Action.GotoTable(table + 1));
              }
              return new Flow(new FlowKey(table, priority, match), cookie, all);
            });
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
    if (layer.contains(Field.TCP_SRC) || layer.contains(Field.UDP_SRC)) {
      b.match(Field.IPV4_SRC, Bits.ZERO, Bits.ZERO);
    }
    for (One one : ones) {
      Bits all = Bits.ones(one.field.width());
      Bits mask = EXACT_ONLY.contains(one.field) ? all : one.mask.and(all);
      Bits value =
          switch (one.field) {
            case OF_PORT -> Bits.of(1 + (one.value.low() & 0x7fff)); // a port that may be
            case ARP_OP -> one.value.and(Bits.of(0xff)); // OVS knows 8 bits of it
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

  static Arbitrary<Action> actions() {
    return Arbitraries.oneOf(
        sets(),
        moves(),
        Arbitraries.integers().between(1, 0xfeff).map(Action.Output::new),
        Arbitraries.just(new Action.ToSender()),
        Arbitraries.integers().between(0, 253).map(Action.Resubmit::new));
  }

  /** Registers, tunnel and Ethernet addresses: what may be set in any packet. */
  private static Arbitrary<Field> settable() {
    return Arbitraries.of(ANYWHERE).filter(f -> !READ_ONLY.contains(f.wire()));
  }

  private static Arbitrary<Action> sets() {
    return Combinators.combine(settable(), bits())
        .as((f, value) -> Action.Set.of(f, value.and(Bits.ones(f.width()))));
  }

  private static Arbitrary<Action> moves() {
    return Combinators.combine(settable(), settable(), Arbitraries.integers().between(1, 32))
        .as(
            (from, to, width) -> {
              int w = Math.min(width, Math.min(from.width(), to.width()));
              return new Action.Move(from.wire(), from.offset(), to.wire(), to.offset(), w);
            });
  }

  /** Any 128 bits, with the ends and sparse values often among them. */
  private static Arbitrary<Bits> bits() {
    Arbitrary<Long> half =
        Arbitraries.oneOf(
            Arbitraries.of(0L, -1L, 1L, 0xffL, 0xff00L, 0xfffffffffff00000L), Arbitraries.longs());
    return Combinators.combine(half, half).as(Bits::new);
  }
}
