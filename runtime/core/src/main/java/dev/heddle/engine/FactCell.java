package dev.heddle.engine;

import dev.heddle.model.Fact;
import java.util.Objects;

/** One fact for one key: computed when first read, and its readers wake if the value is another. */
final class FactCell extends Computation {

  /** Stands in place of a value that could not be computed. */
  private record Failure(Throwable reason) {}

  final Fact<?, ?> fact;
  final Object key;
  private Object value;

  FactCell(Fact<?, ?> fact, Object key) {
    this.fact = fact;
    this.key = key;
  }

  @Override
  Object key() {
    return key;
  }

  @Override
  int level() {
    return Levels.fact(fact);
  }

  @Override
  boolean isForgettable() {
    return true;
  }

  @SuppressWarnings("unchecked") // a fact's key and value types are those of its own cells
  private Object valueNow(Reading reading) {
    return Objects.requireNonNull(
        ((Fact<Object, Object>) fact).value().apply(key, reading), "a fact is never null");
  }

  @Override
  boolean isStale(Reading reading) {
    try {
      return !valueNow(reading).equals(value);
    } catch (RuntimeException | Error e) {
      return !(value instanceof Failure);
    }
  }

  @Override
  void run(Reading reading) {
    Object before = value;
    boolean same = false;
    try {
      value = valueNow(reading);
      same = value.equals(before);
    } catch (RuntimeException | Error e) {
      value = new Failure(e);
    }
    if (!same) {
      reading.graph().wakeReaders(this);
    }
  }

  /** The last value; a fact that failed makes its readers fail, and heals them when it heals. */
  Object value() {
    if (value instanceof Failure failure) {
      if (failure.reason() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) failure.reason();
    }
    return value;
  }

  @Override
  public String toString() {
    return fact + "(" + key + ")";
  }
}
