package dev.heddle.expression;

import dev.heddle.expression.Symbol.Type;
import dev.heddle.model.Bits;
import dev.heddle.model.IpAddress;
import dev.heddle.model.MacAddress;

/**
 * Some bits of a field, or all: {@code tcp.flags[1]}, {@code ip4.dst[28..31]}, {@code tcp.dst}.
 *
 * @param low the lowest of them, 0 the lowest of the field
 * @param width how many, at least 1
 */
public record Slice(Symbol symbol, int low, int width) {

  public Slice {
    if (low < 0 || width < 1 || low + width > symbol.width()) {
      throw new IllegalArgumentException(
          symbol + " has bits 0 to " + (symbol.width() - 1) + ", not " + width + " from " + low);
    }
  }

  public static Slice of(Symbol symbol) {
    return new Slice(symbol, 0, symbol.width());
  }

  public boolean isWhole() {
    return width == symbol.width();
  }

  /** Of a part: numbers, whatever the whole is. */
  public Type type() {
    return isWhole() ? symbol.type() : Type.NUMBER;
  }

  /** These bits' place within the axis of the field. */
  int offset() {
    return symbol.offset + low;
  }

  /** A constant as it is written for this field. */
  String constant(Bits value) {
    return switch (type()) {
      case NUMBER -> number(value);
      case MAC -> new MacAddress(value.low()).toString();
      case IP4 -> IpAddress.v4(value.low()).toString();
      case IP6 -> new IpAddress(true, value).toString();
    };
  }

  /** A constant with its mask, if not all bits count. */
  String constant(Masked masked) {
    if (masked.isExact(width)) {
      return constant(masked.value());
    }
    boolean ip = type() == Type.IP4 || type() == Type.IP6;
    int prefix = ip ? prefix(masked.mask()) : -1;
    return constant(masked.value()) + "/" + (prefix < 0 ? constant(masked.mask()) : "" + prefix);
  }

  private String number(Bits value) {
    boolean hexadecimal =
        symbol == Symbol.ETH_TYPE || symbol == Symbol.VLAN_TCI || symbol == Symbol.TCP_FLAGS;
    return isWhole() && hexadecimal || value.width() > 31
        ? value.toString()
        : Long.toString(value.low());
  }

  /** The length of a mask that is a prefix, or -1. */
  private int prefix(Bits mask) {
    Bits zeros = Bits.ones(width).andNot(mask);
    return zeros.equals(Bits.ones(zeros.width())) ? width - zeros.width() : -1;
  }

  /** As expressions write it. */
  @Override
  public String toString() {
    if (isWhole()) {
      return symbol.toString();
    }
    return symbol + "[" + low + (width == 1 ? "" : ".." + (low + width - 1)) + "]";
  }
}
