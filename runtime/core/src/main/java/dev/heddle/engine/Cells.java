package dev.heddle.engine;

import dev.heddle.model.Entity;
import dev.heddle.model.Fact;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The kinds of cell. */
final class Cells {

  private Cells() {}

  /** An object of the model, present or absent. */
  static final class EntityCell extends Cell {
    Optional<Entity<?>> value = Optional.empty();

    EntityCell(Id<?> id) {
      super(id);
    }

    @Override
    int level() {
      return 0;
    }

    @Override
    boolean isForgettable() {
      return value.isEmpty();
    }
  }

  /** Name of a bucket. */
  record BucketKey(Index<?, ?, ?, ?> index, Object bucket) {

    @Override
    public String toString() {
      return index + "[" + bucket + "]";
    }
  }

  /** The members of one bucket, each with the number of sources that give it. */
  static final class BucketCell extends Cell {
    private final Map<Object, Integer> members = new HashMap<>(4);
    private final int level;

    BucketCell(BucketKey key) {
      super(key);
      this.level = Levels.index(key.index());
    }

    /** True if {@code member} was not there before. */
    boolean add(Object member) {
      return members.merge(member, 1, Integer::sum) == 1;
    }

    /** True if {@code member} is not there any more. */
    boolean remove(Object member) {
      return members.computeIfPresent(member, (m, n) -> n == 1 ? null : n - 1) == null;
    }

    Set<Object> members() {
      return Collections.unmodifiableSet(members.keySet());
    }

    @Override
    int level() {
      return level;
    }

    @Override
    boolean isForgettable() {
      return members.isEmpty();
    }
  }

  /** Name of a fact's value. */
  record FactKey(Fact<?, ?> fact, Object key) {

    @Override
    public String toString() {
      return fact + "(" + key + ")";
    }
  }

  /** A derived value, with the computation that gives it. */
  static final class FactCell extends Cell {
    final FactComputation computation;

    FactCell(FactKey key) {
      super(key);
      this.computation = new FactComputation(this, key);
    }

    @Override
    int level() {
      return computation.level();
    }

    @Override
    boolean isForgettable() {
      return true;
    }
  }
}
