package dev.heddle.engine;

import dev.heddle.model.Index;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The members of one bucket, each with the number of sources that give it; mostly there is one. */
final class BucketCell extends Cell {

  final Index<?, ?, ?, ?> index;
  final Object bucket;
  private Object only;
  private int onlyGiven;
  private Map<Object, Integer> several;

  BucketCell(Index<?, ?, ?, ?> index, Object bucket) {
    this.index = index;
    this.bucket = bucket;
  }

  /** True if {@code member} was not there before. */
  boolean add(Object member) {
    if (several != null) {
      return several.merge(member, 1, Integer::sum) == 1;
    }
    if (onlyGiven == 0) {
      only = member;
    } else if (!only.equals(member)) {
      several = new HashMap<>(4);
      several.put(only, onlyGiven);
      several.put(member, 1);
      only = null;
      return true;
    }
    return ++onlyGiven == 1;
  }

  /** True if {@code member}, which is here, goes with this source. */
  boolean remove(Object member) {
    if (several == null) {
      onlyGiven--;
      only = onlyGiven == 0 ? null : only;
      return onlyGiven == 0;
    }
    if (several.computeIfPresent(member, (m, n) -> n == 1 ? null : n - 1) != null) {
      return false;
    }
    if (several.size() == 1) {
      var last = several.entrySet().iterator().next();
      only = last.getKey();
      onlyGiven = last.getValue();
      several = null;
    }
    return true;
  }

  /** A look at them, valid until the next change. */
  Set<Object> members() {
    if (several != null) {
      return Collections.unmodifiableSet(several.keySet());
    }
    return onlyGiven == 0 ? Set.of() : Set.of(only);
  }

  @Override
  int level() {
    return Levels.index(index);
  }

  @Override
  boolean isForgettable() {
    return several == null && onlyGiven == 0;
  }

  @Override
  public String toString() {
    return index + "[" + bucket + "]";
  }
}
