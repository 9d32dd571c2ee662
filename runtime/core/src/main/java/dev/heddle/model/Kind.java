package dev.heddle.model;

import java.util.function.BiFunction;

/**
 * A type of object: how it is called, how its documents become entities, whether its objects carry
 * a number. A feature may bring kinds of its own.
 *
 * @param name as in documents: {@code LogicalPort}
 * @param plural as in REST paths: {@code logicalports}
 * @param system true if only the system writes objects of this kind
 * @param keys where its objects get their number
 */
public record Kind<E extends Entity<E>>(
    String name, String plural, boolean system, KeySpace keys, Parser<E> parser) {

  private static final Interned<Id<?>> IDS = new Interned<>();

  /** Builds an entity from a checked document. Pure. */
  @FunctionalInterface
  public interface Parser<E> {
    /**
     * @param key the object's number, 0 in {@link KeySpace#NONE}
     * @throws RefusedException naming each field that is wrong, with a sentence
     */
    E parse(Document document, int key);
  }

  /**
   * A kind for users whose objects carry no number.
   *
   * @param form what a spec is read into: a record, whose constructor refuses what is wrong with an
   *     {@link IllegalArgumentException} and a sentence
   * @param entity builds the entity from the object's id and its form
   */
  public static <E extends Entity<E>, F> Kind<E> of(
      String name, String plural, Class<F> form, BiFunction<Id<E>, F, E> entity) {
    return new Kind<>(
        name,
        plural,
        false,
        KeySpace.NONE,
        (d, key) -> entity.apply(new Id<>(name, d.name()), Spec.read(d, form)));
  }

  /** Stands in for an entity that nobody here can build. */
  private record Unread(Id<Unread> id) implements Entity<Unread> {}

  private static final Parser<Unread> NOBODY =
      (document, key) -> {
        throw new IllegalStateException("no parser of " + document.kind() + " is here");
      };

  /**
   * A kind known by its name only: no installed feature reads it. Its documents are kept as they
   * are.
   */
  public static Kind<?> unread(String name, String plural, KeySpace keys) {
    return new Kind<>(name, plural, false, keys, NOBODY);
  }

  /** False for a kind made by {@link #unread}: its parser may not be called. */
  public boolean isRead() {
    return parser != NOBODY;
  }

  /** The id of a document of this kind. */
  @SuppressWarnings("unchecked") // the document's kind is this one
  public Id<E> id(Document document) {
    return (Id<E>) document.id();
  }

  @SuppressWarnings("unchecked") // equal by kind and name, and the kind fixes the type
  public Id<E> id(String objectName) {
    return (Id<E>) IDS.of(new Id<>(name, objectName));
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Kind<?> k && k.name.equals(name);
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
