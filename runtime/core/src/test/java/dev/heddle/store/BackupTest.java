package dev.heddle.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.store.Store.Contents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy holds what the store held, or it is no copy. */
class BackupTest {

  @TempDir Path directory;
  private Path from;
  private Path to;
  private Path copy;

  @BeforeEach
  void aStoreOfThree() {
    from = directory.resolve("from");
    to = directory.resolve("to");
    copy = directory.resolve("copy");
    try (FileStore store = new FileStore(from)) {
      for (int r = 1; r <= 3; r++) {
        store.commit(Commits.put(r));
      }
    }
  }

  @Test
  void whatIsRestoredIsWhatWasHeld() {
    Contents held = Commits.reopened(from);
    Backup.write(held, copy);
    assertThat(Backup.restore(copy, to, false)).isEqualTo(held);
    assertThat(Commits.reopened(to)).isEqualTo(held);
  }

  @Test
  void aStoreThatIsOpenIsCopiedWithAllThatWasAcknowledged() {
    try (FileStore open = new FileStore(from)) {
      open.commit(Commits.put(4));
      assertThat(Backup.of(from)).isEqualTo(open.load());
      assertThatThrownBy(() -> Backup.restore(whole(), from, true))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("has the store " + from + " open");
    }
  }

  @Test
  void aStoreThatIsThereIsNotReplacedUnaskedAndKeptThen() throws IOException {
    Path file = whole();
    try (FileStore other = new FileStore(to)) {
      other.commit(Commits.put(77));
    }
    byte[] before = Files.readAllBytes(Commits.file(to));
    assertThatThrownBy(() -> Backup.restore(file, to, false))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("has a store already");
    assertThat(Files.readAllBytes(Commits.file(to))).isEqualTo(before);
    Backup.restore(file, to, true);
    assertThat(Commits.reopened(to)).isEqualTo(Commits.reopened(from));
    assertThat(to.resolve("model.log.replaced")).hasBinaryContent(before);
  }

  @Test
  void aCopyCutAnywhereIsRefused() throws IOException {
    byte[] all = Files.readAllBytes(whole());
    for (int length = 0; length < all.length - 1; length++) {
      Path cut = Files.write(directory.resolve("cut"), Arrays.copyOf(all, length));
      assertThatThrownBy(() -> Backup.restore(cut, to, false))
          .as("%d bytes of %d", length, all.length)
          .isInstanceOf(StoreException.class)
          .hasMessageStartingWith(cut.toString());
    }
    assertThat(Commits.file(to)).doesNotExist();
  }

  @Test
  void aCopyWithOneBitFlippedIsRefused() throws IOException {
    byte[] all = Files.readAllBytes(whole());
    for (int at = 0; at < all.length; at++) {
      byte[] flipped = all.clone();
      flipped[at] ^= (byte) (1 << at % 8);
      Path damaged = Files.write(directory.resolve("damaged"), flipped);
      // Without its last line end nothing of it is missing.
      if (at < all.length - 1) {
        assertThatThrownBy(() -> Backup.restore(damaged, to, false))
            .as("bit %d of byte %d", at % 8, at)
            .isInstanceOf(StoreException.class);
      }
    }
    assertThat(Commits.file(to)).doesNotExist();
  }

  @Test
  void aCopyOfAnotherFormatIsRefusedWithItsNumber() throws IOException {
    String text = Files.readString(whole()).replace("heddle-store 1", "heddle-store 2");
    Path other = Files.writeString(directory.resolve("other"), text, StandardCharsets.UTF_8);
    assertThatThrownBy(() -> Backup.restore(other, to, false))
        .hasMessage(other + " is not a Heddle store of format 1, but of format 2");
    assertThatThrownBy(() -> Backup.read(directory.resolve("none")))
        .hasMessageContaining("there is no file");
  }

  private Path whole() {
    Backup.write(Commits.reopened(from), copy);
    return copy;
  }
}
