package dev.heddle.store;

import dev.heddle.model.Id;
import dev.heddle.model.KeySpace;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A store that forgets with its process: for tests and benchmarks, and inside {@link FileStore}.
 */
public final class MemoryStore implements Store {

  private long revision;
  private final Map<Id<?>, Stored> documents = new LinkedHashMap<>();
  private final Map<KeySpace, Integer> lastKeys = new EnumMap<>(KeySpace.class);

  /** One that holds nothing. */
  public MemoryStore() {}

  /** One that begins with what another holds. */
  public MemoryStore(Contents contents) {
    commit(
        new Commit(
            contents.revision(),
            List.copyOf(contents.documents().values()),
            List.of(),
            contents.lastKeys()));
  }

  @Override
  public synchronized Contents load() {
    return new Contents(revision, new LinkedHashMap<>(documents), Map.copyOf(lastKeys));
  }

  @Override
  public synchronized void commit(Commit commit) {
    revision = commit.revision();
    commit.puts().forEach(s -> documents.put(s.id(), s));
    commit.removals().forEach(documents::remove);
    lastKeys.putAll(commit.lastKeys());
  }

  @Override
  public void close() {
    // nothing is held
  }
}
