package dev.heddle.model;

/**
 * The name of one object, typed by what it names. Equal by kind and name, so an id outlives the
 * class of its entity: the engine keeps ids of features that have been updated.
 */
public record Id<E extends Entity<E>>(String kind, String name) implements Comparable<Id<?>> {

  @Override
  public int compareTo(Id<?> o) {
    int c = kind.compareTo(o.kind);
    return c != 0 ? c : name.compareTo(o.name);
  }

  @Override
  public String toString() {
    return kind + "/" + name;
  }
}
