package dev.heddle.model;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/** The logical model as everybody outside the engine reaches it. Safe for use by many threads. */
public interface Network {

  /** Who writes: objects of system kinds are not for users. */
  enum Writer {
    USER,
    SYSTEM
  }

  /** One step of a transaction. */
  sealed interface Change {

    /**
     * Creates the object or replaces its labels and spec.
     *
     * @param expected the revision the object must be at, 0 if it must not exist; empty if anything
     *     may be replaced
     */
    record Put(Document document, OptionalLong expected) implements Change {

      public Put(Document document) {
        this(document, OptionalLong.empty());
      }
    }

    /**
     * Removes the object; with {@code mustExist}, its absence refuses the transaction.
     *
     * @param expected the revision the object must be at; empty if any may be removed
     */
    record Remove(String kind, String name, boolean mustExist, OptionalLong expected)
        implements Change {

      public Remove(String kind, String name, boolean mustExist) {
        this(kind, name, mustExist, OptionalLong.empty());
      }
    }
  }

  /** What became of a step. */
  enum Effect {
    CREATED,
    CONFIGURED,
    UNCHANGED,
    DELETED
  }

  /**
   * @param revision the newest revision that contains the whole transaction
   */
  record Result(long revision, List<Effect> effects) {}

  /**
   * An object now.
   *
   * @param key its number, 0 if its kind has none
   * @param revision of its last change
   */
  record State(Document document, int key, long revision, List<Condition> conditions) {}

  /**
   * All of {@code changes} or none. When the future completes they are stored and computed; what
   * the switches have confirmed is told by {@link Condition#REALIZED}. It fails with {@link
   * RefusedException} where one of them cannot be taken, with {@link StaleException} where an
   * object is not at the revision its writer expects.
   */
  CompletableFuture<Result> transact(Writer writer, List<Change> changes);

  /** One object with its conditions. */
  Optional<State> get(String kind, String name);

  /** Those of {@code ids} that exist, in one look. */
  List<State> get(Collection<? extends Id<?>> ids);

  /** All objects of a kind, by name. */
  default List<State> list(String kind) {
    return list(kind, "", Integer.MAX_VALUE);
  }

  /**
   * At most {@code most} objects of a kind, by name, from the first behind {@code after}: the next
   * part of a long list. Costs what the part costs, but for finding it.
   */
  List<State> list(String kind, String after, int most);

  /** The documents of a kind in no order, without working out what is true of them. */
  List<Document> documents(String kind);

  /** Known kinds, by name. */
  List<Kind<?>> kinds();

  /** Calls back with each new revision and each change of what switches confirmed. */
  AutoCloseable watch(LongConsumer onRevision);
}
