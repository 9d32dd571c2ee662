package dev.heddle.engine;

import dev.heddle.model.Entity;
import dev.heddle.model.Fact;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.View;
import java.util.Optional;
import java.util.Set;

/**
 * The model as another version of a feature reads it beside the one that is here. Facts and indexes
 * of the two have the same names, but their values are of different classes: here those of the
 * other version have names of their own.
 */
record Beside(View view) implements View {

  @Override
  public <E extends Entity<E>> Optional<E> get(Id<E> id) {
    return view.get(id);
  }

  @Override
  public <B, M> Set<M> ids(Index<?, ?, B, M> index, B bucket) {
    return view.ids(of(index), bucket);
  }

  @Override
  public <K, V> V fact(Fact<K, V> fact, K key) {
    return view.fact(of(fact), key);
  }

  static <E extends Entity<E>, V, B, M> Index<E, V, B, M> of(Index<E, V, B, M> index) {
    return isShared(index.pairs())
        ? index
        : new Index<>(
            apart(index.name()),
            index.domain(),
            index.fact() == null ? null : of(index.fact()),
            index.pairs());
  }

  private static <K, V> Fact<K, V> of(Fact<K, V> fact) {
    return isShared(fact.value())
        ? fact
        : new Fact<>(
            apart(fact.name()),
            fact.stratum(),
            (key, view) -> fact.value().apply(key, new Beside(view)));
  }

  private static String apart(String name) {
    return name + " beside";
  }

  /** Of the core: the same for both versions. */
  private static boolean isShared(Object function) {
    return function.getClass().getClassLoader() == Beside.class.getClassLoader();
  }
}
