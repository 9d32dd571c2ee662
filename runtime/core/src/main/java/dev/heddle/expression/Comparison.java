package dev.heddle.expression;

import dev.heddle.expression.Expression.Between;
import dev.heddle.expression.Expression.In;
import dev.heddle.expression.Expression.Is;
import dev.heddle.expression.Expression.Not;
import dev.heddle.expression.Expression.PortIn;
import dev.heddle.expression.Expressions.Operand;
import dev.heddle.expression.Lexer.Kind;
import dev.heddle.expression.Lexer.Token;
import dev.heddle.model.Bits;
import java.util.ArrayList;
import java.util.List;

/**
 * A subject and what it is compared with, checked for types and ranges on the way to an expression.
 */
final class Comparison {

  private static final String MIRRORED = "<><"; // each one's opposite comes after it

  private final String text;
  private final Subject subject;
  private final boolean negated;
  private String relation;
  private Token at;
  private List<Operand> operands;
  private Operand further;

  /**
   * @param negated the comparison stands under an odd number of {@code !}
   */
  Comparison(String text, Subject subject, boolean negated) {
    this.text = text;
    this.subject = subject;
    this.negated = negated;
  }

  /** {@code subject relation operands}. */
  Comparison with(Token relation, List<Operand> operands) {
    this.at = relation;
    this.relation = relation.text();
    this.operands = operands;
    return this;
  }

  /** {@code operands relation subject}. */
  Comparison reversed(Token relation, List<Operand> operands) {
    with(relation, operands);
    this.relation = mirrored(relation);
    return this;
  }

  /** The same, with {@code second operands} behind it: {@code 1024 <= tcp.dst <= 2048}. */
  Comparison chained(Token second, List<Operand> operands) {
    if (!Expressions.isOrder(at) || at.text().charAt(0) != second.text().charAt(0)) {
      throw error(second, "a range is written LOW <= FIELD <= HIGH, or with '<'");
    }
    further = single(second, operands);
    at = second;
    this.relation = mirrored(this.relation) + " " + second.text();
    return this;
  }

  private static String mirrored(Token relation) {
    return mirrored(relation.text());
  }

  private static String mirrored(String relation) {
    int side = MIRRORED.indexOf(relation.charAt(0));
    return side < 0 ? relation : MIRRORED.charAt(side + 1) + relation.substring(1);
  }

  Expression expression() {
    if (further == null && Expressions.isEquality(at)) {
      boolean unequal = relation.equals("!=");
      Expression equal =
          subject.slice() != null
              ? in(negated ^ unequal)
              : subject.flag() != null ? truth() : ports(negated ^ unequal);
      return unequal ? new Not(equal) : equal;
    }
    if (subject.slice() == null) {
      throw error(at, subject.name().text() + " is compared by '==' or '!='");
    }
    return further == null ? ordered(relation, single(at, operands)) : range();
  }

  private Expression truth() {
    Operand o = single(at, operands);
    if (o.value().text().equals("1") || o.value().text().equals("0")) {
      Is is = new Is(subject.flag());
      return o.value().text().equals("1") ? is : new Not(is);
    }
    throw error(o.value(), subject.flag() + " is 0 or 1, found " + o.value().shown());
  }

  private Expression in(boolean excluded) {
    List<Masked> values = new ArrayList<>();
    List<String> sets = new ArrayList<>();
    for (Operand o : operands) {
      if (o.value().kind() == Kind.SET) {
        sets.add(set(o.value(), excluded));
      } else {
        values.add(Constants.masked(text, subject.slice(), o));
      }
    }
    return new In(subject.slice(), values, sets);
  }

  private String set(Token t, boolean excluded) {
    Slice slice = subject.slice();
    if (!slice.isWhole() || !slice.symbol().takesSets()) {
      throw error(
          t,
          slice
              + " is not compared with sets of addresses; ip4.src, ip4.dst, ip6.src and ip6.dst are");
    }
    if (excluded) {
      throw error(
          t,
          "a rule cannot be for all addresses but those of "
              + t.shown()
              + "; give those a rule of their own with a higher priority");
    }
    return t.text();
  }

  private Expression ports(boolean excluded) {
    List<String> ports = new ArrayList<>();
    List<String> groups = new ArrayList<>();
    for (Operand o : operands) {
      switch (o.value().kind()) {
        case STRING -> ports.add(o.value().text());
        case GROUP -> groups.add(o.value().text());
        default ->
            throw error(
                o.value(),
                subject.direction()
                    + " is compared with \"port\" or @group, found "
                    + o.value().shown());
      }
    }
    if (excluded) {
      throw error(
          operands.get(0).value(),
          "a rule cannot be for all ports but "
              + operands.get(0).value().shown()
              + "; give that a rule of its own with a higher priority");
    }
    return new PortIn(subject.direction(), ports, groups);
  }

  private Operand single(Token relation, List<Operand> operands) {
    if (operands.size() > 1 || operands.get(0).mask() != null) {
      throw error(
          relation, "'" + relation.text() + "' compares with one value, not with a set or mask");
    }
    return operands.get(0);
  }

  private Expression ordered(String order, Operand o) {
    Slice slice = subject.slice();
    Bits most = Bits.ones(slice.width());
    boolean below = order.startsWith("<");
    Bits bound = bound(order, o);
    return below ? new Between(slice, Bits.ZERO, bound) : new Between(slice, bound, most);
  }

  private Expression range() {
    String[] orders = relation.split(" ");
    boolean rising = orders[0].startsWith("<");
    Bits left = bound(mirrored(orders[0]), operands.get(0));
    single(at, operands);
    Bits right = bound(orders[1], further);
    Bits low = rising ? left : right;
    Bits high = rising ? right : left;
    if (low.compareTo(high) > 0) {
      throw error(operands.get(0).value(), "no value of " + subject.slice() + " is in this range");
    }
    return new Between(subject.slice(), low, high);
  }

  /** The last value that keeps {@code order} to the constant: the constant or its neighbour. */
  private Bits bound(String order, Operand o) {
    Slice slice = subject.slice();
    Bits value = Constants.exact(text, slice, o.value());
    boolean strict = order.length() == 1;
    boolean below = order.startsWith("<");
    if (strict && (below ? value.isZero() : value.equals(Bits.ones(slice.width())))) {
      throw error(o.value(), "no value of " + slice + " is " + order + " " + slice.constant(value));
    }
    return strict ? (below ? Cubes.before(value) : Cubes.after(value)) : value;
  }

  private ExpressionException error(Token t, String sentence) {
    return Lexer.error(text, t.at(), sentence);
  }
}
