package dev.heddle.store;

import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.KeySpace;
import java.util.List;
import java.util.Map;

/** Keeps documents and the numbers given to them. One writer at a time. */
public interface Store extends AutoCloseable {

  /** A document as kept, with its number (0 if none) and the revision of its last change. */
  record Stored(Document document, int key, long revision) {

    public Id<?> id() {
      return document.id();
    }
  }

  /**
   * One step from a revision to the next.
   *
   * @param lastKeys by key space, the newest number given
   */
  record Commit(
      long revision, List<Stored> puts, List<Id<?>> removals, Map<KeySpace, Integer> lastKeys) {

    /** True if no document changes. */
    public boolean isEmpty() {
      return puts.isEmpty() && removals.isEmpty();
    }
  }

  /** Everything. */
  record Contents(long revision, Map<Id<?>, Stored> documents, Map<KeySpace, Integer> lastKeys) {}

  /** What is kept now. */
  Contents load();

  /** Where it is kept, for people. */
  default String place() {
    return "memory";
  }

  /**
   * Keeps a commit, whole or not at all; when this returns it survives the loss of power.
   *
   * @throws StoreException if it could not be kept
   */
  void commit(Commit commit);

  @Override
  void close();
}
