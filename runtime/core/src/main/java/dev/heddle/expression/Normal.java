package dev.heddle.expression;

import dev.heddle.expression.Clause.Service;
import dev.heddle.expression.Expression.And;
import dev.heddle.expression.Expression.Between;
import dev.heddle.expression.Expression.Constant;
import dev.heddle.expression.Expression.Direction;
import dev.heddle.expression.Expression.In;
import dev.heddle.expression.Expression.Is;
import dev.heddle.expression.Expression.Not;
import dev.heddle.expression.Expression.Or;
import dev.heddle.expression.Expression.PortIn;
import dev.heddle.pipeline.Match;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * From an expression to what flows can match: negations down to the values, values to value and
 * mask, alternatives of one dimension side by side instead of multiplied out.
 */
public final class Normal {

  private static final Map<Flag, Expression> MEANINGS = new EnumMap<>(Flag.class);

  static {
    for (Flag f : Flag.values()) {
      MEANINGS.put(f, Expressions.parse(f.meaning()));
    }
  }

  private final Budget budget;
  private final Map<Flag, List<Box>> flags = new EnumMap<>(Flag.class);

  private Normal(long limit) {
    this.budget = new Budget(limit);
  }

  /**
   * Clauses of which a packet meets one if and only if the expression holds for it; it may meet
   * several. None if the expression never holds.
   *
   * @param limit how many members all dimensions of all clauses may have together ({@link
   *     Clause#size})
   * @throws ExplosionException if they would have more, with their number
   * @throws IllegalArgumentException if a named set is negated, which no text can say
   */
  public static List<Clause> clauses(Expression expression, int limit) {
    Normal n = new Normal(limit);
    return n.clauses(n.boxes(expression, false));
  }

  private List<Box> boxes(Expression e, boolean negated) {
    if (e instanceof Constant c) {
      return c.value() == negated ? List.of() : List.of(Box.ALL);
    }
    if (e instanceof Not not) {
      return boxes(not.part(), !negated);
    }
    if (e instanceof And and) {
      return joined(and.parts(), negated, !negated);
    }
    if (e instanceof Or or) {
      return joined(or.parts(), negated, negated);
    }
    if (e instanceof Is is) {
      List<Box> so = flag(is.flag());
      return negated ? complement(so) : so;
    }
    if (e instanceof In in) {
      return compared(in.slice(), in.values(), in.sets(), negated);
    }
    if (e instanceof Between b) {
      List<Masked> range = Cubes.range(b.low(), b.high(), b.slice().width());
      return compared(b.slice(), range, List.of(), negated);
    }
    return ports((PortIn) e, negated);
  }

  private List<Box> joined(List<Expression> parts, boolean negated, boolean conjunction) {
    List<List<Box>> all = parts.stream().map(p -> boxes(p, negated)).toList();
    return conjunction ? and(all) : Box.or(all.stream().flatMap(List::stream).toList(), budget);
  }

  /** Every box of one side with every one of the other, one side after the other. */
  private List<Box> and(List<List<Box>> sides) {
    List<Box> all = List.of(Box.ALL);
    for (int i = 0; i < sides.size(); i++) {
      List<Box> side = sides.get(i);
      long pairs = Budget.product(all.size(), side.size());
      if (pairs > 1) {
        long rest = pairs;
        for (int j = i + 1; j < sides.size(); j++) {
          rest = Budget.product(rest, Math.max(1, sides.get(j).size()));
        }
        budget.pairs(pairs, rest);
      }
      List<Box> both = new ArrayList<>();
      for (Box a : all) {
        for (Box b : side) {
          Box box = a.and(b, budget);
          if (!box.isNever()) {
            both.add(box);
          }
        }
      }
      all = Box.or(both, budget);
    }
    return all;
  }

  private List<Box> flag(Flag flag) {
    List<Box> known = flags.get(flag);
    if (known == null) {
      known = boxes(MEANINGS.get(flag), false);
      flags.put(flag, known);
    }
    return known;
  }

  /** A comparison, or its opposite: either holds only for packets that have the field. */
  private List<Box> compared(Slice slice, List<Masked> values, List<String> sets, boolean negated) {
    if (negated && !sets.isEmpty()) {
      throw new IllegalArgumentException(
          "a rule cannot be for all addresses but those of $" + sets.get(0));
    }
    List<Masked> chosen =
        negated ? Cubes.complement(values, slice.width(), budget) : Cubes.union(values);
    Choice choice =
        new Choice(
            chosen.stream().map(v -> v.shiftLeft(slice.offset())).toList(),
            sets.stream().map(s -> "$" + s).toList());
    List<Box> own = choice.isNever() ? List.of() : List.of(Box.of(slice.symbol().axis, choice));
    return slice.symbol().requires().map(f -> and(List.of(flag(f), own))).orElse(own);
  }

  private static List<Box> ports(PortIn in, boolean negated) {
    if (negated) {
      throw new IllegalArgumentException("a rule cannot be for all ports but some: " + in);
    }
    Stream<String> names =
        Stream.concat(
            in.names().stream().map(p -> '"' + p), in.groups().stream().map(g -> "@" + g));
    Axis axis = in.direction() == Direction.IN ? Axis.IN_PORT : Axis.OUT_PORT;
    return List.of(Box.of(axis, new Choice(List.of(), names.sorted().toList())));
  }

  private List<Box> complement(List<Box> boxes) {
    return and(boxes.stream().map(this::complement).toList());
  }

  /** What fails at the first condition, what fails at the second only, and so on. */
  private List<Box> complement(Box box) {
    List<Box> pieces = new ArrayList<>();
    Box held = Box.ALL;
    for (Map.Entry<Axis, List<Choice>> e : box.axes().entrySet()) {
      Axis axis = e.getKey();
      Choice choice = e.getValue().get(0); // flags, of which this is asked, name no sets
      Choice rest = Choice.of(Cubes.complement(choice.values(), axis.width, budget));
      if (!rest.isNever()) {
        pieces.add(held.and(Box.of(axis, rest), budget));
      }
      held = held.and(Box.of(axis, choice), budget);
    }
    return pieces;
  }

  private List<Clause> clauses(List<Box> boxes) {
    long needed = 0;
    for (Box box : boxes) {
      needed = Budget.sum(needed, size(box));
    }
    boolean otherTypes =
        boxes.stream()
            .flatMap(b -> literals(b, Axis.ETH_TYPE).stream())
            .anyMatch(t -> !t.isExact(Axis.ETH_TYPE.width));
    budget.result(
        needed,
        otherTypes
            ? ", for each other Ethernet type is one; say what is meant, as in ip4 && !tcp"
            : "");
    List<Clause> clauses = new ArrayList<>();
    for (Box box : boxes) {
      List<Service> services = services(literals(box, Axis.SERVICE));
      List<Choice> types = box.axes().get(Axis.ETH_TYPE);
      if (types == null) {
        clauses.add(Clause.of(OptionalInt.empty(), box, services));
      } else {
        for (Masked type : Cubes.expanded(types.get(0).values(), Axis.ETH_TYPE.width)) {
          OptionalInt value = OptionalInt.of((int) type.value().low());
          clauses.add(Clause.of(value, box, services));
        }
      }
    }
    return List.copyOf(clauses);
  }

  /** What the clauses of a box have in all dimensions, without making them. */
  private static long size(Box box) {
    long sum = 0;
    for (Map.Entry<Axis, List<Choice>> e : box.axes().entrySet()) {
      Axis axis = e.getKey();
      for (Choice c : e.getValue()) {
        if (axis == Axis.SERVICE) {
          sum = Budget.sum(sum, c.values().stream().mapToLong(Normal::singles).sum());
        } else if (axis != Axis.ETH_TYPE) {
          sum = Budget.sum(sum, axis.maskable ? c.size() : Cubes.singles(c.values(), axis.width));
        }
      }
    }
    List<Masked> types = literals(box, Axis.ETH_TYPE);
    long times = types.isEmpty() ? 1 : Cubes.singles(types, Axis.ETH_TYPE.width);
    return Budget.product(Math.max(sum, 1), times);
  }

  private static List<Masked> literals(Box box, Axis axis) {
    return box.axes().getOrDefault(axis, List.of()).stream()
        .flatMap(c -> c.values().stream())
        .toList();
  }

  private static Masked protocol(Masked service) {
    return service.slice(32, 8);
  }

  private static boolean isIcmp(long protocol) {
    return protocol == Match.PROTO_ICMP || protocol == Match.PROTO_ICMPV6;
  }

  private static List<Masked> numbers(Masked service, int low) {
    Masked m = service.slice(low, 8);
    return m.isAny() ? List.of(Masked.ANY) : Cubes.expanded(List.of(m), 8);
  }

  private static long singles(Masked service) {
    return services(List.of(service)).size();
  }

  /** Ports keep their masks, protocols and ICMP's types and codes come one by one. */
  private static List<Service> services(List<Masked> all) {
    List<Service> services = new ArrayList<>();
    for (Masked service : all) {
      for (Masked p : Cubes.expanded(List.of(protocol(service)), 8)) {
        int protocol = (int) p.value().low();
        if (isIcmp(protocol)) {
          for (Masked type : numbers(service, 16)) {
            for (Masked code : numbers(service, 0)) {
              services.add(new Service(protocol, type, code));
            }
          }
        } else {
          services.add(new Service(protocol, service.slice(16, 16), service.slice(0, 16)));
        }
      }
    }
    return services.stream().distinct().toList();
  }
}
