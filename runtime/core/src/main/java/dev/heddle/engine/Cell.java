package dev.heddle.engine;

/**
 * The smallest thing that can be read and can change: an entity, a bucket of an index, a fact. It
 * knows who read it.
 */
abstract class Cell {

  /** What identifies it: an id, a bucket or a fact with its key. */
  final Object key;

  private final Readers readers = new Readers();

  Cell(Object key) {
    this.key = key;
  }

  /** Computations at this level or below may not read it. */
  abstract int level();

  /** True if nothing would be lost by forgetting it while nobody reads it. */
  abstract boolean isForgettable();

  final Readers readers() {
    return readers;
  }

  @Override
  public final String toString() {
    return key.toString();
  }
}
