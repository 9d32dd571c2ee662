package dev.heddle.pipeline;

import dev.heddle.model.Bits;

/** Where an action takes a value from when a packet comes: said now, or some bits of the packet. */
public sealed interface Operand {

  /** Width in bits. */
  int width();

  /** A value that is the same for every packet. */
  record Constant(Bits value, int width) implements Operand {

    public Constant {
      if (width < 1 || width > 128 || value.width() > width) {
        throw new IllegalArgumentException(width + " bits do not hold " + value);
      }
    }

    @Override
    public String toString() {
      return value.toString();
    }
  }

  /** {@code width} bits of a wire field, the lowest of them {@code offset}. */
  record Slice(Wire wire, int offset, int width) implements Operand {

    public Slice {
      if (width < 1 || offset < 0 || offset + width > wire.width()) {
        throw new IllegalArgumentException(
            wire.ovsName() + " has no bits " + offset + " to " + (offset + width - 1));
      }
    }

    public static Slice of(Field field) {
      return new Slice(field.wire(), field.offset(), field.width());
    }

    /** These bits within the wire field. */
    public Bits mask() {
      return Bits.ones(width).shiftLeft(offset);
    }

    @Override
    public String toString() {
      return wire.ovsName() + "[" + offset + ".." + (offset + width - 1) + "]";
    }
  }
}
