package dev.heddle.pipeline;

import dev.heddle.model.Entity;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.Kind;

/**
 * What a feature says of itself. Names of units are part of their cookies, so they never change.
 */
public interface Declarations {

  /** This feature puts flows into {@code stage}; units may only use stages said here. */
  void fill(Stage stage);

  /** This feature brings a kind of object. */
  void kind(Kind<?> kind);

  /** One unit for each object of a kind. */
  <E extends Entity<E>> void forEach(Kind<E> kind, String unit, FlowUnit<Id<E>> flows);

  /** One unit for each pair in an index, as of a switch and a node that has a port of it. */
  <B, M> void forEach(Index<?, ?, B, M> index, String unit, FlowUnit<Index.Pair<B, M>> flows);
}
