package dev.heddle.engine;

import java.util.function.Consumer;

/**
 * The smallest thing that can be read and can change: an entity, a bucket of an index, a fact. It
 * knows who read it.
 */
abstract class Cell {

  private Object readers;

  /** What tells it from others of its sort. */
  abstract Object key();

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

  final void addReader(Computation c) {
    readers = SmallSet.add(readers, c);
  }

  final void removeReader(Computation c) {
    readers = SmallSet.remove(readers, c);
  }

  /** {@code action} may not change the readers. */
  final void forEachReader(Consumer<Computation> action) {
    SmallSet.forEach(readers, Computation.class, action);
  }
}
