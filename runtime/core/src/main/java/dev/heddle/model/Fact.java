package dev.heddle.model;

import java.util.function.BiFunction;

/**
 * A value derived from the model, computed once for all its readers and again only when something
 * it read changed. If the new value equals the old one, no reader wakes (early cut-off).
 *
 * @param name unique; versions of a feature share it
 * @param stratum 1 or more; a fact reads only facts and indexes of lower strata, so there is no
 *     cycle
 * @param value pure; its result is immutable, has {@code equals}, and is never null
 */
public record Fact<K, V>(String name, int stratum, BiFunction<K, View, V> value) {

  public Fact {
    if (stratum < 1) {
      throw new IllegalArgumentException("a fact's stratum is 1 or more");
    }
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Fact<?, ?> f && f.name.equals(name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name;
  }
}
