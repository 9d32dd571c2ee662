package dev.heddle.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.expression.Clause.Addresses;
import dev.heddle.expression.Clause.Ports;
import dev.heddle.expression.Clause.Service;
import dev.heddle.expression.Expression.And;
import dev.heddle.expression.Expression.Between;
import dev.heddle.expression.Expression.In;
import dev.heddle.expression.Expression.Is;
import dev.heddle.expression.Expression.Not;
import dev.heddle.expression.Expression.Or;
import dev.heddle.expression.Expression.PortIn;
import dev.heddle.pipeline.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Random packets catch who makes other clauses of an expression, in each of these ways. */
class NormalBitesTest {

  /** A way to be wrong: about the expression that is read, or about a clause that is made. */
  private record Fault(String name, UnaryOperator<Expression> read, UnaryOperator<Clause> made) {}

  private static final List<Fault> FAULTS =
      List.of(
          new Fault("range one short", on(NormalBitesTest::oneShort), c -> c),
          new Fault("negation keeps and", on(NormalBitesTest::keptAnd), c -> c),
          new Fault(
              "negation forgotten",
              on(e -> e instanceof Not n && n.part() instanceof Is ? n.part() : e),
              c -> c),
          new Fault("mask taken as exact", on(NormalBitesTest::exact), c -> c),
          new Fault("last value lost", on(NormalBitesTest::lastLost), c -> c),
          new Fault("directions swapped", e -> e, c -> with(c, c.outports(), c.inports())),
          new Fault("type forgotten", e -> e, NormalBitesTest::anyType),
          new Fault(
              "source taken for destination",
              e -> e,
              c -> with(c, c.services(), c.destinations(), c.sources())),
          new Fault(
              "sources forgotten", e -> e, c -> with(c, c.services(), List.of(), c.destinations())),
          new Fault(
              "sets forgotten",
              e -> e,
              c -> with(c, c.services(), literals(c.sources()), literals(c.destinations()))),
          new Fault(
              "intersection taken for union",
              e -> e,
              c -> with(c, c.services(), joined(c.sources()), joined(c.destinations()))),
          new Fault(
              "ports swapped",
              e -> e,
              c -> with(c, swapped(c.services()), c.sources(), c.destinations())),
          new Fault(
              "services forgotten", e -> e, c -> with(c, List.of(), c.sources(), c.destinations())),
          new Fault("fields forgotten", e -> e, c -> with(c, new TreeMap<>())),
          new Fault("one field forgotten", e -> e, c -> with(c, oneLess(c.fields()))));

  @TestFactory
  Stream<DynamicTest> everyFaultIsCaught() {
    return FAULTS.stream()
        .map(
            f ->
                DynamicTest.dynamicTest(
                    f.name(), () -> assertThat(isCaught(f.read(), f.made(), 1500)).isTrue()));
  }

  @Test
  void whoIsRightIsNotCaught() {
    assertThat(isCaught(e -> e, c -> c, 300)).isFalse();
  }

  /** Whether for one of some random expressions a packet shows a difference. */
  private static boolean isCaught(
      UnaryOperator<Expression> read, UnaryOperator<Clause> made, int expressions) {
    return IntStream.range(0, expressions).anyMatch(seed -> differs(seed, read, made));
  }

  private static boolean differs(
      int seed, UnaryOperator<Expression> read, UnaryOperator<Clause> made) {
    Samples samples = new Samples(new Random(seed));
    Expression e = samples.expression(3);
    List<Clause> clauses;
    try {
      clauses = Normal.clauses(read.apply(e), 10_000).stream().map(made).toList();
    } catch (ExplosionException tooLarge) {
      return false;
    }
    return Stream.generate(samples::packet)
        .limit(30)
        .map(p -> new Evaluator(p, Samples.MEMBERS))
        .anyMatch(p -> p.holds(e, false) != clauses.stream().anyMatch(p::meets));
  }

  /** The fault, at every place within an expression. */
  private static UnaryOperator<Expression> on(UnaryOperator<Expression> fault) {
    return e -> {
      Expression wrong = fault.apply(e);
      if (wrong instanceof And a) {
        return new And(a.parts().stream().map(on(fault)).toList());
      }
      if (wrong instanceof Or o) {
        return new Or(o.parts().stream().map(on(fault)).toList());
      }
      return wrong instanceof Not n ? new Not(on(fault).apply(n.part())) : wrong;
    };
  }

  private static Expression oneShort(Expression e) {
    return e instanceof Between b && b.low().compareTo(b.high()) < 0
        ? new Between(b.slice(), b.low(), Cubes.before(b.high()))
        : e;
  }

  private static Expression keptAnd(Expression e) {
    return e instanceof Not n && n.part() instanceof And a && named(a)
        ? new And(a.parts().stream().<Expression>map(Not::new).toList())
        : e;
  }

  /** No named set is in it, which could not be negated. */
  private static boolean named(Expression e) {
    return e.addressSets().isEmpty() && e.portGroups().isEmpty() && e.ports().isEmpty();
  }

  private static Expression exact(Expression e) {
    return e instanceof In in
        ? new In(
            in.slice(),
            in.values().stream().map(v -> Masked.exact(v.value(), in.slice().width())).toList(),
            in.sets())
        : e;
  }

  private static Expression lastLost(Expression e) {
    if (e instanceof In in && in.values().size() > 1) {
      return new In(in.slice(), in.values().subList(0, in.values().size() - 1), in.sets());
    }
    return e instanceof PortIn p && p.names().size() > 1
        ? new PortIn(p.direction(), p.names().subList(1, p.names().size()), p.groups())
        : e;
  }

  private static Clause anyType(Clause c) {
    return new Clause(
        OptionalInt.empty(),
        c.inports(),
        c.outports(),
        c.sources(),
        c.destinations(),
        c.services(),
        c.fields());
  }

  private static Clause with(Clause c, List<Ports> in, List<Ports> out) {
    return new Clause(
        c.etherType(), in, out, c.sources(), c.destinations(), c.services(), c.fields());
  }

  private static Clause with(
      Clause c, List<Service> services, List<Addresses> sources, List<Addresses> destinations) {
    return new Clause(
        c.etherType(), c.inports(), c.outports(), sources, destinations, services, c.fields());
  }

  private static Clause with(Clause c, SortedMap<Field, List<Masked>> fields) {
    return new Clause(
        c.etherType(),
        c.inports(),
        c.outports(),
        c.sources(),
        c.destinations(),
        c.services(),
        fields);
  }

  private static List<Addresses> literals(List<Addresses> all) {
    return all.stream().map(a -> new Addresses(a.literals(), List.of())).toList();
  }

  private static List<Addresses> joined(List<Addresses> all) {
    List<Masked> literals = new ArrayList<>();
    List<String> sets = new ArrayList<>();
    all.forEach(a -> literals.addAll(a.literals()));
    all.forEach(a -> sets.addAll(a.sets()));
    return all.isEmpty() ? all : List.of(new Addresses(literals, sets));
  }

  private static List<Service> swapped(List<Service> all) {
    return all.stream().map(s -> new Service(s.protocol(), s.destination(), s.source())).toList();
  }

  private static SortedMap<Field, List<Masked>> oneLess(SortedMap<Field, List<Masked>> fields) {
    SortedMap<Field, List<Masked>> less = new TreeMap<>(fields);
    if (less.size() > 1) {
      less.remove(less.lastKey());
    }
    return less;
  }
}
