package dev.heddle.model;

import java.util.Objects;

/**
 * The name of one object, typed by what it names. Equal by kind and name, so an id outlives the
 * class of its entity: the engine keeps ids of features that have been updated.
 */
public final class Id<E extends Entity<E>> implements Comparable<Id<?>> {

  /** Names counted up, as many are, must not fall together where ids are part of a key. */
  private static final int SPREAD = 0x9e3779b9;

  private final String kind;
  private final String name;

  /** Nearly every step of the engine looks something up by an id. */
  private final int hash;

  public Id(String kind, String name) {
    this.kind = Objects.requireNonNull(kind);
    this.name = Objects.requireNonNull(name);
    int h = (31 * kind.hashCode() + name.hashCode()) * SPREAD;
    this.hash = h ^ h >>> 16;
  }

  /** Of the {@link Kind}: {@code LogicalPort}. */
  public String kind() {
    return kind;
  }

  public String name() {
    return name;
  }

  @Override
  public boolean equals(Object o) {
    return o == this
        || o instanceof Id<?> id && id.hash == hash && id.name.equals(name) && id.kind.equals(kind);
  }

  @Override
  public int hashCode() {
    return hash;
  }

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
