package dev.heddle.simulator.laws;

import dev.heddle.store.MemoryStore;
import dev.heddle.store.Store;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A store in memory that knows every step it was given. */
public final class RecordingStore implements Store {

  private final MemoryStore kept = new MemoryStore();
  private final List<Commit> commits = new CopyOnWriteArrayList<>();

  @Override
  public Contents load() {
    return kept.load();
  }

  @Override
  public void commit(Commit commit) {
    kept.commit(commit);
    commits.add(commit);
  }

  /** What was asked of the network that is kept here. */
  public History history() {
    return History.of(commits);
  }

  @Override
  public void close() {
    kept.close();
  }
}
