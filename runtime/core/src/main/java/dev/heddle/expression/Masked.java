package dev.heddle.expression;

import dev.heddle.model.Bits;
import java.util.Comparator;

/**
 * The values {@code v} of a field with {@code v & mask == value}: one exact value, a prefix, or any
 * other choice of bits. The field's width is where this is used. An empty mask is every value.
 */
public record Masked(Bits value, Bits mask) implements Comparable<Masked> {

  /** Every value. */
  public static final Masked ANY = new Masked(Bits.ZERO, Bits.ZERO);

  private static final Comparator<Masked> ORDER =
      Comparator.comparing(Masked::value).thenComparing(Masked::mask);

  public Masked {
    if (!value.andNot(mask).isZero()) {
      throw new IllegalArgumentException(value + " has bits outside its mask " + mask);
    }
  }

  /** One value of a field of {@code width} bits. */
  public static Masked exact(Bits value, int width) {
    return new Masked(value, Bits.ones(width));
  }

  public static Masked exact(long value, int width) {
    return exact(Bits.of(value), width);
  }

  public boolean isAny() {
    return mask.isZero();
  }

  /** True if a field of {@code width} bits is fixed whole. */
  public boolean isExact(int width) {
    return mask.equals(Bits.ones(width));
  }

  public boolean contains(Bits v) {
    return v.and(mask).equals(value);
  }

  /** True if every value of {@code o} is one of these too. */
  public boolean contains(Masked o) {
    return mask.andNot(o.mask).isZero() && o.value.and(mask).equals(value);
  }

  /** True if some value is in both. */
  boolean meets(Masked o) {
    Bits common = mask.and(o.mask);
    return value.and(common).equals(o.value.and(common));
  }

  /** The values of both, which must {@linkplain #meets meet}. */
  Masked and(Masked o) {
    return new Masked(value.or(o.value), mask.or(o.mask));
  }

  Masked shiftLeft(int n) {
    return n == 0 ? this : new Masked(value.shiftLeft(n), mask.shiftLeft(n));
  }

  /** The condition on the {@code width} bits from {@code low} on, as a field of their own. */
  Masked slice(int low, int width) {
    Bits ones = Bits.ones(width);
    return new Masked(value.shiftRight(low).and(ones), mask.shiftRight(low).and(ones));
  }

  @Override
  public int compareTo(Masked o) {
    return ORDER.compare(this, o);
  }

  /** Hexadecimal: {@code 0x50/0xf0}. */
  @Override
  public String toString() {
    return value + "/" + mask;
  }
}
