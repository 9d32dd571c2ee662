package dev.heddle.engine;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The smallest thing that can be read and can change: an entity, a bucket of an index, a fact. It
 * knows who read it. There are millions of cells, nearly all with a handful of readers and a few
 * with thousands: one reader is held as it is, a few in an array, many in a hash set, since removal
 * from a long list would dominate every change.
 */
abstract class Cell {

  private static final int FEW = 8;

  /** Null, a computation, an array of them with nulls at its end, or a set. */
  private Object readers;

  /** Computations at this level or below may not read it. */
  abstract int level();

  /** True if nothing would be lost by forgetting it while nobody reads it. */
  abstract boolean isForgettable();

  /** What identifies it, for people. */
  @Override
  public abstract String toString();

  final boolean isRead() {
    return readers != null;
  }

  @SuppressWarnings("unchecked") // no other sets are put here
  private static Set<Computation> set(Object readers) {
    return (Set<Computation>) readers;
  }

  final void addReader(Computation c) {
    if (readers == null) {
      readers = c;
    } else if (readers instanceof Computation one) {
      readers = one == c ? one : new Computation[] {one, c};
    } else if (readers instanceof Computation[] few) {
      addToFew(few, c);
    } else {
      set(readers).add(c);
    }
  }

  private void addToFew(Computation[] few, Computation c) {
    int size = size(few);
    for (int i = 0; i < size; i++) {
      if (few[i] == c) {
        return;
      }
    }
    if (size < few.length) {
      few[size] = c;
    } else if (size < FEW) {
      Computation[] more = Arrays.copyOf(few, 2 * size);
      more[size] = c;
      readers = more;
    } else {
      Set<Computation> many = Collections.newSetFromMap(new IdentityHashMap<>(2 * FEW));
      Collections.addAll(many, few);
      many.add(c);
      readers = many;
    }
  }

  final void removeReader(Computation c) {
    if (readers == c) {
      readers = null;
    } else if (readers instanceof Computation[] few) {
      int size = size(few);
      for (int i = 0; i < size; i++) {
        if (few[i] == c) {
          few[i] = few[size - 1];
          few[size - 1] = null;
          readers = few[0] == null ? null : few;
          return;
        }
      }
    } else if (readers instanceof Set<?> many) {
      many.remove(c);
      readers = many.isEmpty() ? null : many;
    }
  }

  /** {@code action} may not change the readers. */
  final void forEachReader(Consumer<Computation> action) {
    if (readers instanceof Computation one) {
      action.accept(one);
    } else if (readers instanceof Computation[] few) {
      for (int i = 0; i < few.length && few[i] != null; i++) {
        action.accept(few[i]);
      }
    } else if (readers != null) {
      set(readers).forEach(action);
    }
  }

  private static int size(Computation[] few) {
    int size = few.length;
    while (size > 0 && few[size - 1] == null) {
      size--;
    }
    return size;
  }
}
