package dev.heddle.model;

import java.util.Objects;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * Sets of members by bucket, kept up to date by the engine: what a unit reads instead of iterating
 * over the model. A pair given by several sources is there once and goes with the last of them, so
 * "nodes that have a port of this switch" is an index over ports.
 *
 * @param name unique; versions of a feature share it
 * @param domain the kind whose objects are the sources
 * @param fact the derived value that is indexed, or null to index the entity itself
 * @param pairs pure: the pairs that one source yields
 */
public record Index<E extends Entity<E>, V, B, M>(
    String name,
    Kind<E> domain,
    Fact<Id<E>, V> fact,
    BiFunction<Id<E>, V, Stream<Pair<B, M>>> pairs) {

  /** A member of a bucket. */
  public record Pair<B, M>(B bucket, M member) {

    @Override
    public String toString() {
      return bucket + "," + member;
    }
  }

  /** Sets by a property of the entities themselves. */
  public static <E extends Entity<E>, B, M> Index<E, E, B, M> of(
      String name, Kind<E> domain, BiFunction<Id<E>, E, Stream<Pair<B, M>>> pairs) {
    return new Index<>(name, domain, null, pairs);
  }

  /** Sets by a value derived from each entity of {@code domain}. */
  public static <E extends Entity<E>, V, B, M> Index<E, V, B, M> over(
      String name,
      Kind<E> domain,
      Fact<Id<E>, V> fact,
      BiFunction<Id<E>, V, Stream<Pair<B, M>>> pairs) {
    return new Index<>(name, domain, Objects.requireNonNull(fact), pairs);
  }

  /** Readers must stand in a higher stratum than this. */
  public int stratum() {
    return fact == null ? 0 : fact.stratum();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Index<?, ?, ?, ?> i && i.name.equals(name);
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
