package dev.heddle.openflow.codec;

import dev.heddle.model.Bits;
import dev.heddle.model.IpAddress;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Learn;
import dev.heddle.pipeline.Nat;
import dev.heddle.pipeline.Operand;
import dev.heddle.pipeline.Operand.Slice;
import dev.heddle.pipeline.Punt;
import dev.heddle.pipeline.Track;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Random actions that OVS would take in a flow of any packet, or of any IP packet. */
final class AnyAction {

  private AnyAction() {}

  /** What one flow does, less meter and goto: clauses alone, or anything else. */
  static Arbitrary<List<Action>> lists() {
    return Arbitraries.frequencyOf(
        Tuple.of(1, conjunctions().list().ofMinSize(1).ofMaxSize(4)),
        Tuple.of(7, actions(2).list().ofMaxSize(6)));
  }

  static boolean areClauses(List<Action> actions) {
    return !actions.isEmpty() && actions.get(0) instanceof Action.Conjunction;
  }

  /** True if the flow must match IPv4 or IPv6 for this. */
  static boolean needsIp(Action action) {
    return action instanceof Track
        || action instanceof Action.DecTtl
        || action instanceof Action.Clone c && c.actions().stream().anyMatch(AnyAction::needsIp);
  }

  static Arbitrary<Action> actions(int deeper) {
    List<Arbitrary<? extends Action>> kinds =
        new ArrayList<>(
            List.of(
                sets(),
                moves(),
                Arbitraries.integers().between(1, 0xfeff).map(Action.Output::new),
                Arbitraries.just(new Action.ToSender()),
                Arbitraries.integers().between(0, 253).map(Action.Resubmit::new),
                Arbitraries.just(new Action.PushVlan()),
                Arbitraries.just(new Action.PopVlan()),
                Arbitraries.just(new Action.DecTtl()),
                Arbitraries.of(AnyFlow.GROUPS).map(Action.GroupRef::new),
                learns(),
                tracks(),
                punts()));
    if (deeper > 0) {
      kinds.add(actions(deeper - 1).list().ofMaxSize(3).map(Action.Clone::new));
    }
    return Arbitraries.of(kinds).flatMap(kind -> kind.map(a -> (Action) a));
  }

  private static Arbitrary<Action> conjunctions() {
    return Combinators.combine(
            Arbitraries.of(1L, 7L, 0xffff_ffffL),
            Arbitraries.integers().between(1, 64),
            Arbitraries.integers().between(2, 64))
        .as((id, clause, of) -> new Action.Conjunction(id, Math.min(clause, of), of));
  }

  /** Registers, tunnel and Ethernet addresses, tags: what may be set in any packet. */
  private static Arbitrary<Field> settable() {
    return Arbitraries.of(AnyFlow.ANYWHERE)
        .filter(f -> f.wire().isWritable() && !f.wire().isOfConnection());
  }

  private static Arbitrary<Field> registers() {
    return settable().filter(Field::isRegister);
  }

  static Arbitrary<Action> sets() {
    return Combinators.combine(settable(), AnyFlow.bits())
        .as((f, value) -> Action.Set.of(f, value.and(Bits.ones(f.width()))));
  }

  static Arbitrary<Action> moves() {
    return Combinators.combine(settable(), settable(), Arbitraries.integers().between(1, 32))
        .as(
            (from, to, width) -> {
              int w = Math.min(width, Math.min(from.width(), to.width()));
              return new Action.Move(from.wire(), from.offset(), to.wire(), to.offset(), w);
            });
  }

  private static Arbitrary<Action> learns() {
    Arbitrary<Integer> small = Arbitraries.of(0, 1, 300, 0xffff);
    return Combinators.combine(
            Arbitraries.integers().between(0, 253),
            small,
            small,
            small,
            Arbitraries.longs(),
            Arbitraries.of(true, false),
            specs().list().ofMaxSize(5))
        .as(
            (table, priority, idle, hard, cookie, flag, specs) -> {
              List<Learn.Spec> some = specs.stream().distinct().collect(Collectors.toList());
              try {
                return new Learn(table, priority, idle, hard, cookie, flag, some);
              } catch (IllegalArgumentException contradiction) {
                return new Learn(table, priority, idle, hard, cookie, flag, List.of());
              }
            });
  }

  private static Arbitrary<Learn.Spec> specs() {
    return Combinators.combine(
            registers(), operands(128), Arbitraries.integers().between(0, 2), settable())
        .as(
            (field, value, kind, other) -> {
              Operand fitted = fit(value, other.width());
              return switch (kind) {
                case 0 -> new Learn.Matches(Slice.of(other), fitted);
                case 1 -> new Learn.Loads(fitted, Slice.of(other));
                default -> new Learn.Outputs(Slice.of(field));
              };
            });
  }

  /** A constant, or the lowest bits of some field that has as many. */
  private static Arbitrary<Operand> operands(int width) {
    return Arbitraries.oneOf(
        AnyFlow.bits().map(b -> new Operand.Constant(b.and(Bits.ones(width)), width)),
        settable().map(f -> new Slice(f.wire(), 0, Math.min(width, f.wire().width()))));
  }

  private static Operand fit(Operand value, int width) {
    if (value instanceof Slice s && s.width() >= width) {
      return new Slice(s.wire(), s.width() - width, width);
    }
    Bits bits = value instanceof Operand.Constant c ? c.value() : Bits.of(5);
    return new Operand.Constant(bits.and(Bits.ones(width)), width);
  }

  static Arbitrary<Action> tracks() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 3),
            operands(16),
            Arbitraries.integers().between(0, 253).optional(),
            nats().optional(),
            Arbitraries.of(Field.CT_MARK, Field.CT_LABEL).list().ofMaxSize(2),
            AnyFlow.bits(),
            AnyFlow.bits())
        .as(
            (flags, zone, table, nat, exec, value, mask) -> {
              boolean commit = (flags & 1) != 0;
              List<Action> written = new ArrayList<>();
              for (Field f : commit ? exec : List.<Field>of()) {
                Bits ones = Bits.ones(f.width());
                Bits bits = mask.and(ones).isZero() ? ones : mask.and(ones);
                written.add(new Action.Set(f.wire(), value.and(bits), bits));
              }
              boolean force = commit && (flags & 2) != 0;
              return new Track(
                  commit,
                  force,
                  fit(zone, 16),
                  table,
                  nat.map(n -> commit ? n : Nat.known()),
                  written);
            });
  }

  private static Arbitrary<Nat> nats() {
    return Combinators.combine(
            Arbitraries.of(Nat.End.values()).optional(),
            Arbitraries.of(true, false),
            AnyFlow.bits(),
            Arbitraries.integers().between(0, 5),
            Arbitraries.of(0, 1, 1024, 0xffff),
            Arbitraries.of(0, 1, 0xffff))
        .as(
            (end, v6, bits, span, port, ports) -> {
              Bits first = bits.and(Bits.ones(v6 ? 120 : 24)).or(Bits.of(1 << 8));
              first = first.andNot(Bits.of(0xff));
              IpAddress from = new IpAddress(v6, first);
              IpAddress to = new IpAddress(v6, first.or(Bits.of(span)));
              int last = port == 0 ? 0 : Math.max(port, ports);
              return new Nat(end.map(e -> new Nat.Range(e, from, to, port, last)));
            });
  }

  private static Arbitrary<Action> punts() {
    return Combinators.combine(
            Arbitraries.bytes().array(byte[].class).ofMinSize(1).ofMaxSize(64),
            Arbitraries.of(0, 128, Punt.WHOLE),
            Arbitraries.of(AnyFlow.METERS).optional())
        .as((data, max, meter) -> new Punt(Punt.with(data).userdata(), max, meter.orElse(0L)));
  }
}
