package dev.heddle.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.model.KeySpace;
import dev.heddle.store.Store.Commit;
import dev.heddle.store.Store.Contents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged is there, and what is damaged is not taken for what was never there. */
@Timeout(120)
class FileStoreTest {

  @TempDir Path directory;

  /** The bytes of a store after commits 1 to {@code last}. */
  private byte[] written(int last) throws IOException {
    Path of = directory.resolve("written-" + last);
    try (FileStore store = new FileStore(of)) {
      for (int r = 1; r <= last; r++) {
        store.commit(Commits.put(r));
      }
    }
    return Files.readAllBytes(Commits.file(of));
  }

  @Test
  void whatIsCommittedIsThereAfterReopening() {
    Contents before;
    try (FileStore store = new FileStore(directory)) {
      store.commit(Commits.put(1));
      store.commit(Commits.put(2));
      store.commit(new Commit(3, List.of(), List.of(Commits.id("s1")), Map.of(KeySpace.PORT, 77)));
      before = store.load();
    }
    Contents after = Commits.reopened(directory);
    assertThat(after).isEqualTo(before);
    assertThat(after.revision()).isEqualTo(3);
    assertThat(after.documents()).containsOnlyKeys(Commits.id("s2"));
    assertThat(after.documents().get(Commits.id("s2")))
        .isEqualTo(Commits.put(2).puts().get(0))
        .extracting(Store.Stored::key)
        .isEqualTo(2);
    assertThat(after.lastKeys())
        .as("numbers given stay given though their objects are gone")
        .isEqualTo(Map.of(KeySpace.NETWORK, 2, KeySpace.PORT, 77));
    assertThat(Commits.reopened(directory)).as("opened twice").isEqualTo(before);
  }

  @Test
  void aFileCutAnywhereInItsLastLineOpensWithAllThatCameBefore() throws IOException {
    byte[] before = written(2);
    byte[] all = written(3);
    Contents two = Commits.reopened(Commits.with(directory.resolve("two"), before));
    Contents three = Commits.reopened(Commits.with(directory.resolve("three"), all));
    assertThat(Arrays.copyOf(all, before.length)).isEqualTo(before);
    for (int length = before.length; length <= all.length; length++) {
      Path cut = Commits.with(directory.resolve("cut"), Arrays.copyOf(all, length));
      // Without its line end the line is whole: nothing of it is missing.
      assertThat(Commits.reopened(cut))
          .as("%d bytes of %d", length, all.length)
          .isEqualTo(length >= all.length - 1 ? three : two);
    }
  }

  @Test
  void aCommitAfterALineThatWasCutIsReadable() throws IOException {
    byte[] before = written(2);
    byte[] all = written(3);
    for (int length = before.length; length < all.length; length += 7) {
      Path cut = Commits.with(directory.resolve("cut"), Arrays.copyOf(all, length));
      try (FileStore store = new FileStore(cut)) {
        store.commit(Commits.put(4));
      }
      assertThat(Commits.reopened(cut).documents())
          .containsOnlyKeys(Commits.id("s1"), Commits.id("s2"), Commits.id("s4"));
    }
  }

  @Test
  void oneFlippedBitBeforeTheLastLineRefusesToOpenAndNamesTheLine() throws IOException {
    byte[] all = written(3);
    int lastLine = new String(all, StandardCharsets.ISO_8859_1).lastIndexOf('\n', all.length - 2);
    for (int at = 0; at <= lastLine; at++) {
      int line = (int) new String(all, 0, at, StandardCharsets.ISO_8859_1).lines().count();
      byte[] damaged = all.clone();
      damaged[at] ^= (byte) (1 << at % 8);
      Path path = Commits.with(directory.resolve("damaged"), damaged);
      boolean header = line == 0 || at == all.length;
      assertThatThrownBy(() -> Commits.reopened(path), "byte %d", at)
          .as("bit %d of byte %d", at % 8, at)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(path.toString())
          .hasMessageMatching(
              header || at < "heddle-store 1\n".length()
                  ? ".* is not a Heddle store of format 1(, but of format \\d)?"
                  : ".* is damaged in line [2-5](, its last: .*)?");
      assertThat(Files.readAllBytes(Commits.file(path)))
          .as("a store that is refused is left as it is")
          .isEqualTo(damaged);
    }
  }

  @Test
  void aWholeLastLineThatIsDamagedRefusesToOpenSinceItMayHaveBeenAcknowledged() throws IOException {
    byte[] all = written(3);
    int lastLine = new String(all, StandardCharsets.ISO_8859_1).lastIndexOf('\n', all.length - 2);
    for (int at = lastLine + 1; at < all.length; at++) {
      byte[] damaged = all.clone();
      damaged[at] ^= (byte) (1 << at % 8);
      Path path = Commits.with(directory.resolve("damaged"), damaged);
      assertThatThrownBy(() -> Commits.reopened(path), "byte %d", at)
          .as("bit %d of byte %d", at % 8, at)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(" is damaged in line 5, its last: restore a backup");
      assertThat(Files.readAllBytes(Commits.file(path))).isEqualTo(damaged);
    }
  }

  @Test
  void aLastLineOfWhichASectorWasNeverWrittenIsDropped() throws IOException {
    byte[] two = written(2);
    Path of = directory.resolve("long");
    try (FileStore store = new FileStore(Commits.with(of, two))) {
      store.commit(
          new Commit(
              3, List.of(Commits.stored("s3", "x".repeat(5000), 3, 3)), List.of(), Map.of()));
    }
    byte[] all = Files.readAllBytes(Commits.file(of));
    int start = new String(all, StandardCharsets.ISO_8859_1).lastIndexOf('\n', all.length - 2) + 1;
    for (int sector = start / 512; sector < (all.length - 1) / 512; sector++) {
      byte[] torn = all.clone();
      Arrays.fill(torn, Math.max(start, sector * 512), (sector + 1) * 512, (byte) 0);
      assertThat(Commits.reopened(Commits.with(directory.resolve("torn"), torn)).revision())
          .as("sector %d", sector)
          .isEqualTo(2);
    }
  }

  @Test
  void theRoomBehindTheLastLineIsNotPartOfIt() throws IOException {
    Contents before;
    byte[] open;
    try (FileStore store = new FileStore(directory)) {
      store.commit(Commits.put(1));
      store.commit(Commits.put(2));
      before = store.load();
      open = Files.readAllBytes(Commits.file(directory));
    }
    byte[] closed = Files.readAllBytes(Commits.file(directory));
    assertThat(open.length).as("there is room while it is open").isGreaterThan(closed.length);
    assertThat(open).isEqualTo(Arrays.copyOf(closed, open.length));
    for (int length : new int[] {closed.length + 1, closed.length + 600, open.length}) {
      Path ended = Commits.with(directory.resolve("ended"), Arrays.copyOf(open, length));
      assertThat(Commits.reopened(ended)).isEqualTo(before);
    }
  }

  @Test
  void aLastLineThatWasBegunIntoTheRoomIsDropped() throws IOException {
    byte[] before = written(2);
    byte[] all = written(3);
    Contents two = Commits.reopened(Commits.with(directory.resolve("two"), before));
    for (int length = before.length; length < all.length - 1; length++) {
      byte[] torn = Arrays.copyOf(Arrays.copyOf(all, length), all.length + 5000);
      assertThat(Commits.reopened(Commits.with(directory.resolve("torn"), torn)))
          .as("%d bytes of %d", length, all.length)
          .isEqualTo(two);
    }
  }

  @Test
  void linesAreWrittenIntoTheRoomAndItGrows() throws IOException {
    Path file = Commits.file(directory);
    long longest = 0;
    int growths = 0;
    Contents before;
    try (FileStore store = new FileStore(directory)) {
      for (int r = 1; r <= 300; r++) {
        store.commit(
            new Commit(
                r, List.of(Commits.stored("s", "x".repeat(10_000), 1, r)), List.of(), Map.of()));
        if (Files.size(file) > longest) {
          longest = Files.size(file);
          growths++;
        }
      }
      before = store.load();
    }
    assertThat(growths).as("of 3 MB in all").isBetween(2, 4);
    assertThat(Commits.reopened(directory)).isEqualTo(before);
  }

  @Test
  void damageIsSaidOfTheLineWhereItIs() throws IOException {
    String[] lines = new String(written(4), StandardCharsets.UTF_8).split("(?<=\n)");
    for (int i = 1; i < lines.length - 1; i++) {
      String[] damaged = lines.clone();
      damaged[i] = damaged[i].replace("revision", "revisiom");
      Path path =
          Commits.with(
              directory.resolve("d" + i),
              String.join("", damaged).getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(() -> Commits.reopened(path))
          .isInstanceOf(StoreException.class)
          .hasMessageEndingWith("is damaged in line " + (i + 1));
    }
  }

  @Test
  void aSecondOpenerIsRefusedWhileTheFirstHasTheStore() {
    FileStore first = new FileStore(directory);
    assertThatThrownBy(() -> new FileStore(directory))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("another controller has the store")
        .hasMessageContaining(directory.toString());
    first.commit(Commits.put(1));
    first.close();
    assertThat(Commits.reopened(directory).revision()).isEqualTo(1);
  }

  @Test
  void aStoreThatWasRefusedCanBeOpenedOnceItIsMended() throws IOException {
    byte[] all = written(2);
    byte[] damaged = all.clone();
    damaged[30] ^= 1;
    Path path = Commits.with(directory.resolve("mended"), damaged);
    assertThatThrownBy(() -> new FileStore(path)).hasMessageContaining("damaged in line 2");
    Files.write(Commits.file(path), all);
    assertThat(Commits.reopened(path).revision()).isEqualTo(2);
  }

  @Test
  void aFileOfAnotherFormatIsRefusedAndLeftAlone() throws IOException {
    byte[] other = "heddle-store 2\nwho knows\n".getBytes(StandardCharsets.UTF_8);
    Path path = Commits.with(directory.resolve("other"), other);
    assertThatThrownBy(() -> new FileStore(path))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("is not a Heddle store of format 1");
    assertThat(Files.readAllBytes(Commits.file(path))).isEqualTo(other);
  }

  @Test
  void aFileThatGrewBeyondItsContentsIsRewrittenWithAllOfThem() throws IOException {
    String big = "x".repeat(1 << 20);
    Contents before;
    long written = 0;
    try (FileStore store = new FileStore(directory)) {
      store.commit(Commits.put(1));
      for (int r = 2; r < 22; r++) {
        store.commit(
            new Commit(
                r,
                List.of(Commits.stored("big", big + r, 9, r)),
                List.of(),
                Map.of(KeySpace.OWNER, r)));
        written += big.length();
      }
      before = store.load();
      assertThat(Files.size(Commits.file(directory)))
          .as("%d bytes were committed, all but two of 1 MiB superseded; 1 MiB is room", written)
          .isLessThan(7L << 20);
      store.commit(Commits.put(50));
    }
    Contents after = Commits.reopened(directory);
    assertThat(after.revision()).isEqualTo(50);
    assertThat(after.documents()).containsAllEntriesOf(before.documents()).hasSize(3);
    assertThat(after.lastKeys()).isEqualTo(Map.of(KeySpace.OWNER, 21, KeySpace.NETWORK, 50));
    assertThat(Commits.file(directory).resolveSibling("model.log.new")).doesNotExist();
  }
}
