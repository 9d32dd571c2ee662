package dev.heddle.expression;

import dev.heddle.expression.Expressions.Operand;
import dev.heddle.expression.Lexer.Kind;
import dev.heddle.expression.Lexer.Token;
import dev.heddle.expression.Symbol.Type;
import dev.heddle.model.Bits;
import dev.heddle.model.IpAddress;
import dev.heddle.model.MacAddress;
import java.math.BigInteger;

/** Reads constants as what the field beside them takes. */
final class Constants {

  private static final int LONGEST = 45; // an IPv6 address with a dotted quad in it

  private Constants() {}

  /** A value and its mask or prefix length, if it has one. */
  static Masked masked(String text, Slice slice, Operand o) {
    Bits value = exact(text, slice, o.value());
    Bits all = Bits.ones(slice.width());
    Bits mask = o.mask() == null ? all : mask(text, slice, o.mask());
    if (!value.andNot(mask).isZero()) {
      throw Lexer.error(
          text,
          o.value().at(),
          "this has bits set outside its mask; did you mean "
              + slice.constant(new Masked(value.and(mask), mask))
              + "?");
    }
    return new Masked(value, mask);
  }

  /** A single value. */
  static Bits exact(String text, Slice slice, Token t) {
    if (t.kind() != Kind.CONSTANT || t.text().length() > LONGEST) {
      throw unfit(text, slice, t);
    }
    try {
      return slice.type() == Type.NUMBER ? number(text, slice, t) : address(slice.type(), t.text());
    } catch (IllegalArgumentException e) {
      throw e instanceof ExpressionException known ? known : unfit(text, slice, t);
    }
  }

  private static Bits address(Type type, String written) {
    if (type == Type.MAC) {
      return MacAddress.parse(written).bits();
    }
    IpAddress address = IpAddress.parse(written);
    if (address.isV6() != (type == Type.IP6)) {
      throw new IllegalArgumentException("of the other family");
    }
    return address.bits();
  }

  private static Bits mask(String text, Slice slice, Token t) {
    boolean ip = slice.type() == Type.IP4 || slice.type() == Type.IP6;
    if (!ip || !t.text().matches("\\d{1,9}")) {
      return exact(text, slice, t);
    }
    int length = Integer.parseInt(t.text());
    if (length > slice.width()) {
      throw Lexer.error(
          text,
          t.at(),
          "a prefix length of " + slice + " is 0 to " + slice.width() + ", found " + t.shown());
    }
    return Bits.prefix(length, slice.width());
  }

  private static Bits number(String text, Slice slice, Token t) {
    String written = t.text();
    boolean hexadecimal = written.startsWith("0x") || written.startsWith("0X");
    if (hexadecimal ? !written.matches("0[xX][0-9a-fA-F]+") : !written.matches("[0-9]+")) {
      throw unfit(text, slice, t);
    }
    if (!hexadecimal && written.length() > 1 && written.startsWith("0")) {
      throw Lexer.error(
          text, t.at(), "a number does not begin with 0; hexadecimal ones begin with 0x");
    }
    BigInteger value =
        hexadecimal ? new BigInteger(written.substring(2), 16) : new BigInteger(written);
    if (value.bitLength() > slice.width()) {
      throw unfit(text, slice, t);
    }
    return new Bits(value.shiftRight(64).longValue(), value.longValue());
  }

  private static ExpressionException unfit(String text, Slice slice, Token t) {
    String most = slice.constant(Bits.ones(slice.width()));
    String expected = slice.type() == Type.NUMBER ? "a number, 0 to " + most : slice.type().words();
    return Lexer.error(
        text, t.at(), "expected " + expected + " beside " + slice + ", found " + t.shown());
  }
}
