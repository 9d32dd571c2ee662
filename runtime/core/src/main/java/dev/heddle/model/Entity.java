package dev.heddle.model;

/**
 * An object of the logical model, immutable: a record built from a {@link Document} by its {@link
 * Kind}.
 */
public interface Entity<E extends Entity<E>> {

  Id<E> id();
}
