package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heddle.laws.TornDisk.PowerCut;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.KeySpace;
import dev.heddle.store.FileStore;
import dev.heddle.store.MemoryStore;
import dev.heddle.store.Store;
import dev.heddle.store.Store.Commit;
import dev.heddle.store.Store.Stored;
import dev.heddle.store.StoreException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The store on a disk that keeps what was forced, and of the rest what it likes. */
class PowerLossTest {

  private static final Path DIRECTORY = Path.of("/var", "heddle", "store");
  private static final int HISTORIES = 40 * Integer.getInteger("heddle.crashes", 10);

  /** A store that lived on a disk until the power went. */
  private static final class Life {
    final MemoryStore acknowledged = new MemoryStore();

    /** Those since the last acknowledged one that were refused or not answered. */
    final List<Commit> unanswered = new ArrayList<>();

    /** Commits until the power goes, {@code most} at most. */
    void live(TornDisk disk, Random random, int most) {
      try (FileStore store = new FileStore(DIRECTORY, disk)) {
        for (int i = 0; i < most; i++) {
          Commit commit = commit(random, acknowledged.load());
          unanswered.add(commit);
          try {
            store.commit(commit);
            acknowledged.commit(commit);
            unanswered.clear();
          } catch (StoreException refused) {
            // It may be there after all if the power goes before the file could be cut back.
          }
        }
      } catch (PowerCut e) {
        // as it was meant
      } catch (StoreException e) {
        // it could not be opened: the disk failed just then
      }
    }

    void assertHeld(Store.Contents found) {
      if (!found.equals(acknowledged.load())) {
        Optional<Commit> whole =
            unanswered.stream().filter(c -> after(c).equals(found)).findFirst();
        whole.ifPresent(acknowledged::commit);
      }
      assertThat(found).isEqualTo(acknowledged.load());
      unanswered.clear();
    }

    private Store.Contents after(Commit commit) {
      Store.Contents before = acknowledged.load();
      MemoryStore then = new MemoryStore();
      then.commit(
          new Commit(
              before.revision(),
              List.copyOf(before.documents().values()),
              List.of(),
              before.lastKeys()));
      then.commit(commit);
      return then.load();
    }
  }

  /** From a few bytes to many sectors; now and then enough to have the file rewritten soon. */
  private static Commit commit(Random random, Store.Contents before) {
    long revision = before.revision() + 1;
    List<Stored> puts = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      int length = random.nextInt(8) == 0 ? random.nextInt(9000) : random.nextInt(200);
      puts.add(
          new Stored(
              new Document(
                  "LogicalSwitch",
                  "s" + (random.nextInt(5) * 4 + i),
                  Map.of("revision", "" + revision),
                  JsonNodeFactory.instance.objectNode().put("text", "x".repeat(length))),
              random.nextInt(100),
              revision));
    }
    List<Id<?>> removals = List.of(new Id<>("LogicalSwitch", "s" + (20 + random.nextInt(3))));
    return new Commit(revision, puts, removals, Map.of(KeySpace.NETWORK, random.nextInt(1000)));
  }

  private static void history(long seed, double failing) {
    Random random = new Random(seed);
    Life life = new Life();
    TornDisk disk = new TornDisk(random).until(random.nextInt(60)).failing(failing);
    for (int cuts = 0; cuts < 5; cuts++) {
      life.live(disk, random, 40);
      disk = disk.afterPowerCut();
      try (FileStore found = new FileStore(DIRECTORY, disk)) {
        life.assertHeld(found.load());
      } catch (AssertionError | StoreException e) {
        throw new AssertionError("seed " + seed + ", after power cut " + (cuts + 1), e);
      }
      disk = disk.until(random.nextInt(60)).failing(failing);
    }
  }

  @Test
  void aStoreThatLosesPowerAnywhereHasWhatItAcknowledged() {
    for (int i = 0; i < HISTORIES; i++) {
      history(i, 0);
    }
  }

  @Test
  void soDoesOneWhoseDiskFailsNowAndThenBesides() {
    for (int i = 0; i < HISTORIES; i++) {
      history(1_000_000 + i, 0.1);
    }
  }

  @Test
  void theDiskForgetsWhatWasNotForced() {
    int lost = 0;
    for (int seed = 0; seed < 100; seed++) {
      TornDisk disk = new TornDisk(new Random(seed)).deaf();
      MemoryStore memory = new MemoryStore();
      try (FileStore store = new FileStore(DIRECTORY, disk)) {
        Commit commit = commit(new Random(seed), memory.load());
        store.commit(commit);
        memory.commit(commit);
      }
      try (FileStore found = new FileStore(DIRECTORY, disk.afterPowerCut())) {
        lost += found.load().equals(memory.load()) ? 0 : 1;
      } catch (StoreException e) {
        lost++;
      }
    }
    assertThat(lost).as("stores of 100 that a disk which forces nothing loses").isGreaterThan(50);
  }
}
