package dev.heddle.engine;

/** Who wants flows: a unit, or what is left of one whose feature is away. */
interface Wisher {

  /** Of its flows. */
  long cookie();

  /** What it is computed for: nearly all of its flows exist for the sake of that. */
  Object key();

  /** What it wants now; kept by the {@link Board}. */
  Wish[] wishes();

  void wishes(Wish[] now);
}
