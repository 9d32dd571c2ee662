package dev.heddle.expression;

import dev.heddle.expression.Expression.And;
import dev.heddle.expression.Expression.Constant;
import dev.heddle.expression.Expression.Not;
import dev.heddle.expression.Expression.Or;
import dev.heddle.expression.Lexer.Kind;
import dev.heddle.expression.Lexer.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads expressions: recursive descent over bounded input. Whether a part stands under an odd
 * number of {@code !} is known on the way down, so what cannot be negated is refused at its place.
 */
public final class Expressions {

  /** How deep parentheses and {@code !} may be nested. */
  public static final int MOST_DEPTH = 100;

  /** How long a text may be. */
  public static final int MOST_CHARACTERS = Lexer.MOST_CHARACTERS;

  private static final Set<String> EQUALITIES = Set.of("==", "!=");
  private static final Set<String> ORDERS = Set.of("<", "<=", ">", ">=");

  private final String text;
  private final List<Token> tokens;
  private int next;
  private int depth;

  private Expressions(String text) {
    this.text = text;
    this.tokens = Lexer.tokens(text);
  }

  /**
   * The expression that {@code text} is.
   *
   * @throws ExpressionException for any other text
   */
  public static Expression parse(String text) {
    Expressions parser = new Expressions(text);
    Expression all = parser.expression(false);
    Token rest = parser.peek();
    if (rest.is(")")) {
      throw parser.error(rest, "this ')' closes nothing");
    }
    if (rest.kind() != Kind.END) {
      throw parser.error(rest, "expected '&&', '||' or the end, found " + rest.shown());
    }
    return all;
  }

  private Expression expression(boolean negated) {
    List<Expression> parts = new ArrayList<>();
    parts.add(term(negated));
    String operator = null;
    while (peek().is("&&") || peek().is("||")) {
      Token t = take();
      if (operator != null && !t.is(operator)) {
        throw error(t, "'&&' and '||' stand beside each other only with parentheses");
      }
      operator = t.text();
      parts.add(term(negated));
    }
    if (operator == null) {
      return parts.get(0);
    }
    return operator.equals("&&") ? new And(parts) : new Or(parts);
  }

  private Expression term(boolean negated) {
    Token t = peek();
    if (t.is("!") || t.is("(")) {
      if (++depth > MOST_DEPTH) {
        throw error(t, "parentheses and '!' are nested at most " + MOST_DEPTH + " deep");
      }
      Expression inner = t.is("!") ? not(negated) : parentheses(negated);
      depth--;
      return inner;
    }
    return comparison(negated);
  }

  private Expression parentheses(boolean negated) {
    Token open = take();
    Expression inner = expression(negated);
    Token close = peek();
    if (close.kind() == Kind.END) {
      throw error(open, "this '(' is not closed");
    }
    if (!close.is(")")) {
      throw error(close, "expected '&&', '||' or ')', found " + close.shown());
    }
    take();
    return inner;
  }

  private Expression not(boolean negated) {
    take();
    Token t = peek();
    if (t.is("!") || t.is("(")) {
      return new Not(term(!negated));
    }
    if (t.kind() != Kind.NAME) {
      throw error(t, "expected '(' or a name after '!', found " + t.shown());
    }
    Subject subject = subject();
    if (isRelation(peek())) {
      throw error(
          t,
          "'!' stands before a comparison only with parentheses: !("
              + subject.name().text()
              + " ...)");
    }
    return new Not(subject.alone());
  }

  private Expression comparison(boolean negated) {
    Token t = peek();
    if (t.kind() == Kind.NAME) {
      Subject subject = subject();
      if (!isRelation(peek())) {
        return subject.alone();
      }
      Token relation = take();
      return new Comparison(text, subject, negated).with(relation, operands()).expression();
    }
    if (t.kind() == Kind.CONSTANT && Set.of("0", "1").contains(t.text()) && !isRelation(peek(1))) {
      take();
      return new Constant(t.text().equals("1"));
    }
    if (t.kind() == Kind.END || t.kind() == Kind.OPERATOR && !t.is("{")) {
      throw error(t, "expected a condition such as ip4 or tcp.dst == 80, found " + t.shown());
    }
    List<Operand> left = operands();
    Token relation = peek();
    if (!isRelation(relation)) {
      throw error(relation, "expected a relation such as '==', found " + relation.shown());
    }
    take();
    Comparison c = new Comparison(text, subject(), negated).reversed(relation, left);
    if (isRelation(peek())) {
      Token second = take();
      c = c.chained(second, operands());
    }
    return c.expression();
  }

  private Subject subject() {
    Token name = peek();
    if (name.kind() != Kind.NAME) {
      throw error(name, "expected the name of a field, found " + name.shown());
    }
    take();
    if (!peek().is("[")) {
      return Subject.named(text, name);
    }
    take();
    Token low = number();
    Token high = low;
    if (peek().is("..")) {
      take();
      high = number();
    }
    Token close = peek();
    if (!close.is("]")) {
      throw error(close, "expected ']', found " + close.shown());
    }
    take();
    return Subject.named(text, name).bits(low, high);
  }

  private Token number() {
    Token t = peek();
    if (t.kind() != Kind.CONSTANT) {
      throw error(t, "expected the number of a bit, found " + t.shown());
    }
    return take();
  }

  /** One constant, or those in braces; commas between them may be left out. */
  private List<Operand> operands() {
    Token open = peek();
    if (!open.is("{")) {
      return List.of(operand());
    }
    take();
    List<Operand> all = new ArrayList<>();
    while (!peek().is("}")) {
      if (peek().kind() == Kind.END) {
        throw error(open, "this '{' is not closed");
      }
      all.add(operand());
      if (peek().is(",")) {
        take();
      }
    }
    if (all.isEmpty()) {
      throw error(open, "a set holds at least one value");
    }
    take();
    return all;
  }

  private Operand operand() {
    Token t = peek();
    if (t.kind() == Kind.OPERATOR || t.kind() == Kind.END || t.kind() == Kind.NAME) {
      throw error(t, "expected a value, $set, @group or \"port\", found " + t.shown());
    }
    take();
    if (!peek().is("/") || t.kind() != Kind.CONSTANT) {
      return new Operand(t, null);
    }
    take();
    Token mask = peek();
    if (mask.kind() != Kind.CONSTANT) {
      throw error(mask, "expected a prefix length or a mask, found " + mask.shown());
    }
    return new Operand(t, take());
  }

  /**
   * A value as it was written.
   *
   * @param mask null if there is none
   */
  record Operand(Token value, Token mask) {}

  static boolean isEquality(Token t) {
    return t.kind() == Kind.OPERATOR && EQUALITIES.contains(t.text());
  }

  static boolean isOrder(Token t) {
    return t.kind() == Kind.OPERATOR && ORDERS.contains(t.text());
  }

  private static boolean isRelation(Token t) {
    return isEquality(t) || isOrder(t);
  }

  private Token peek() {
    return peek(0);
  }

  private Token peek(int further) {
    return tokens.get(Math.min(next + further, tokens.size() - 1));
  }

  private Token take() {
    Token t = peek();
    next++;
    return t;
  }

  private ExpressionException error(Token at, String sentence) {
    return Lexer.error(text, at.at(), sentence);
  }
}
