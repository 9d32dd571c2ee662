package dev.heddle.pipeline;

import dev.heddle.model.Bits;

/**
 * One condition of a match: {@code wire & mask == value}. Canonical: the mask is not empty and the
 * value has no bit outside it.
 */
public record Term(Wire wire, Bits value, Bits mask) {

  public Term {
    if (mask.isZero() || mask.width() > wire.width()) {
      throw new IllegalArgumentException(wire.ovsName() + " has no mask " + mask);
    }
    if (!value.andNot(mask).isZero()) {
      throw new IllegalArgumentException(
          wire.ovsName() + "=" + value + " has bits outside its mask " + mask);
    }
  }

  /** An equal one that others hold as much of as can be. */
  Term kept() {
    return new Term(wire, value.shared(), mask);
  }

  /** The lowest bit of the mask. */
  int lowestBit() {
    return mask.low() != 0
        ? Long.numberOfTrailingZeros(mask.low())
        : 64 + Long.numberOfTrailingZeros(mask.high());
  }

  /** True if every bit of the field is fixed. */
  public boolean isExact() {
    return mask.equals(Bits.ones(wire.width()));
  }

  @Override
  public boolean equals(Object o) {
    return o == this
        || o instanceof Term t && t.wire == wire && t.value.equals(value) && t.mask.equals(mask);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * value.hashCode() + mask.hashCode()) + wire.ordinal();
  }

  @Override
  public String toString() {
    return wire.ovsName() + "=" + value + (isExact() ? "" : "/" + mask);
  }
}
