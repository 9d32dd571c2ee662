package dev.heddle.model;

/**
 * An unsigned value of up to 128 bits: what an OpenFlow field, mask or address holds. {@code high}
 * is zero for everything that fits 64 bits.
 */
public record Bits(long high, long low) implements Comparable<Bits> {

  public static final Bits ZERO = new Bits(0, 0);

  private static final Interned<Bits> SHARED = new Interned<>();

  /** One of each, since every flow of every port holds some. */
  private static final Bits[] ONES = new Bits[129];

  static {
    for (int width = 0; width <= 128; width++) {
      ONES[width] = new Bits(width > 64 ? lowOnes(width - 64) : 0, lowOnes(Math.min(width, 64)));
    }
  }

  public static Bits of(long low) {
    return low == 0 ? ZERO : new Bits(0, low);
  }

  /** The lowest {@code width} bits set; {@code width} is 0 to 128. */
  public static Bits ones(int width) {
    if (width < 0 || width > 128) {
      throw new IllegalArgumentException("a width is 0 to 128 bits, not " + width);
    }
    return ONES[width];
  }

  /** A mask of {@code width} bits whose first {@code prefix} bits are set, as of a CIDR prefix. */
  public static Bits prefix(int prefix, int width) {
    return ones(width).andNot(ones(width - prefix));
  }

  private static long lowOnes(int width) {
    return width >= 64 ? -1L : (1L << width) - 1;
  }

  /** An equal value, mostly the one that others hold, for who keeps it long. */
  public Bits shared() {
    return SHARED.of(this);
  }

  public Bits and(Bits o) {
    return new Bits(high & o.high, low & o.low);
  }

  public Bits or(Bits o) {
    return new Bits(high | o.high, low | o.low);
  }

  public Bits andNot(Bits o) {
    return new Bits(high & ~o.high, low & ~o.low);
  }

  /** Shifted left by {@code n}, 0 to 127; what leaves the 128 bits is lost. */
  public Bits shiftLeft(int n) {
    if (n == 0) {
      return this;
    }
    return n >= 64
        ? new Bits(low << (n - 64), 0)
        : new Bits(high << n | low >>> (64 - n), low << n);
  }

  /** Shifted right by {@code n}, 0 to 127, zeros coming in. */
  public Bits shiftRight(int n) {
    if (n == 0) {
      return this;
    }
    return n >= 64
        ? new Bits(0, high >>> (n - 64))
        : new Bits(high >>> n, low >>> n | high << (64 - n));
  }

  public boolean isZero() {
    return (high | low) == 0;
  }

  /** How many bits are needed to write this value; 0 for zero. */
  public int width() {
    return high != 0 ? 128 - Long.numberOfLeadingZeros(high) : 64 - Long.numberOfLeadingZeros(low);
  }

  // Written out, here and in a few more values, for those that a million flows compare.
  @Override
  public boolean equals(Object o) {
    return o == this || o instanceof Bits b && b.low == low && b.high == high;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(high * 31 + low);
  }

  @Override
  public int compareTo(Bits o) {
    int c = Long.compareUnsigned(high, o.high);
    return c != 0 ? c : Long.compareUnsigned(low, o.low);
  }

  /** Hexadecimal, as OVS prints registers: {@code 0x1f}. */
  @Override
  public String toString() {
    return high == 0
        ? "0x" + Long.toHexString(low)
        : "0x" + Long.toHexString(high) + String.format("%016x", low);
  }
}
