package dev.heddle.engine;

import dev.heddle.engine.Cells.FactCell;
import dev.heddle.engine.Cells.FactKey;
import dev.heddle.model.Fact;
import java.util.Objects;

/** Computes one fact for one key and wakes its readers if the value is another. */
final class FactComputation extends Computation {

  private final FactCell cell;
  private final Fact<?, ?> fact;
  private final Object key;
  private Object value;
  private RuntimeException failure;

  FactComputation(FactCell cell, FactKey name) {
    this.cell = cell;
    this.fact = name.fact();
    this.key = name.key();
  }

  @Override
  int level() {
    return Levels.fact(fact);
  }

  @Override
  @SuppressWarnings("unchecked") // a fact's key and value types are those of its own cells
  void run(Reading reading) {
    Object before = value;
    RuntimeException failedBefore = failure;
    try {
      value =
          Objects.requireNonNull(
              ((Fact<Object, Object>) fact).value().apply(key, reading), "a fact is never null");
      failure = null;
    } catch (RuntimeException e) {
      value = null;
      failure = e;
    }
    if (failure != null || failedBefore != null || !value.equals(before)) {
      reading.graph().wakeReaders(cell);
    }
  }

  /** The last value; a fact that failed makes its readers fail, and heals them when it heals. */
  Object value() {
    if (failure != null) {
      throw failure;
    }
    return value;
  }
}
