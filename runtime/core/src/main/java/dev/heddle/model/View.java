package dev.heddle.model;

import java.util.Optional;
import java.util.Set;

/**
 * The only door through which a computation sees the model. What is read here is remembered, and
 * the reader is called again when it changes; reading something absent counts too, so its creation
 * wakes the reader. There is no way to list everything: only declared indexes.
 */
public interface View {

  <E extends Entity<E>> Optional<E> get(Id<E> id);

  /** The members of one bucket; empty if there is none. Unmodifiable, in no particular order. */
  <B, M> Set<M> ids(Index<?, ?, B, M> index, B bucket);

  <K, V> V fact(Fact<K, V> fact, K key);
}
