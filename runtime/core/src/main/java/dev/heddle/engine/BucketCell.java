package dev.heddle.engine;

import dev.heddle.model.Index;
import java.util.Collections;
import java.util.HashMap;
import java.util.Set;

/** The members of one bucket, each with the number of sources that give it; mostly there is one. */
final class BucketCell extends Cell {

  /** Members by how many sources give them. */
  private static final class Several extends HashMap<Object, Integer> {
    private static final long serialVersionUID = 1;

    Several() {
      super(4);
    }
  }

  final Index<?, ?, ?, ?> index;
  final Object bucket;

  /** Null, the only member, which one source gives, or {@link Several}. */
  private Object members;

  BucketCell(Index<?, ?, ?, ?> index, Object bucket) {
    this.index = index;
    this.bucket = bucket;
  }

  /** True if {@code member} was not there before. */
  boolean add(Object member) {
    if (members == null) {
      members = member;
      return true;
    }
    return several().merge(member, 1, Integer::sum) == 1;
  }

  /** True if {@code member}, which is here, goes with this source. */
  boolean remove(Object member) {
    if (!(members instanceof Several several)) {
      members = null;
      return true;
    }
    if (several.computeIfPresent(member, (m, n) -> n == 1 ? null : n - 1) != null) {
      return false;
    }
    if (several.isEmpty()) {
      members = null;
    }
    return true;
  }

  private Several several() {
    if (members instanceof Several several) {
      return several;
    }
    Several several = new Several();
    several.put(members, 1);
    members = several;
    return several;
  }

  /** A look at them, valid until the next change. */
  Set<Object> members() {
    if (members instanceof Several several) {
      return Collections.unmodifiableSet(several.keySet());
    }
    return members == null ? Set.of() : Set.of(members);
  }

  @Override
  Object key() {
    return bucket;
  }

  @Override
  int level() {
    return Levels.index(index);
  }

  @Override
  boolean isForgettable() {
    return members == null;
  }

  @Override
  public String toString() {
    return index + "[" + bucket + "]";
  }
}
