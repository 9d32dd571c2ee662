package dev.heddle.model;

import java.util.function.UnaryOperator;

/**
 * One object for equal values, as far as it remembers: what is made often and kept long, such as
 * the name of a switch in each of its ports, is then kept once. It forgets a value when another one
 * falls on its place, so it is bounded, and no promise: compare with {@code equals}. Safe for use
 * by many threads as long as the values are immutable.
 */
public final class Interned<T> {

  private static final int BITS = 12;
  private static final int SPREAD = 0x9e3779b9;

  private final Object[] values = new Object[1 << BITS];

  /** Of the values: most that are not equal are told apart without looking at the other one. */
  private final int[] hashes = new int[1 << BITS];

  /** {@code value}, or an equal one that was seen before. */
  public T of(T value) {
    return of(value, UnaryOperator.identity());
  }

  /** The same; what {@code kept} makes of a value that was not seen, equal to it, is remembered. */
  @SuppressWarnings("unchecked") // only values of this type are put here
  public T of(T value, UnaryOperator<T> kept) {
    int hash = value.hashCode();
    int place = hash * SPREAD >>> Integer.SIZE - BITS;
    if (hashes[place] == hash) {
      Object seen = values[place];
      if (value.equals(seen)) {
        return (T) seen;
      }
    }
    T now = kept.apply(value);
    values[place] = now;
    hashes[place] = hash;
    return now;
  }
}
