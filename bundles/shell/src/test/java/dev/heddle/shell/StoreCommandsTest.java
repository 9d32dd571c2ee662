package dev.heddle.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.store.Backup;
import dev.heddle.store.FileStore;
import dev.heddle.store.StoreException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked of the store from the console. */
class StoreCommandsTest {

  private final FileStore store;
  private final Controller controller;
  private final Path directory;

  StoreCommandsTest(@TempDir Path directory) {
    this.directory = directory;
    store = new FileStore(directory.resolve("store"));
    controller = PlainRuntime.controller(store, new L2Switching());
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  private StoreBackup backup(Path file) {
    StoreBackup backup = new StoreBackup();
    backup.store = store;
    backup.file = file.toString();
    return backup;
  }

  @Test
  void aBackupHoldsWhatIsStoredAndSaysHowMuch() throws Exception {
    Path file = directory.resolve("backup");
    int objects = store.load().documents().size();
    assertThat(backup(file).printed())
        .isEqualTo(
            "backup: revision %d, %d objects, in %s\n"
                .formatted(store.load().revision(), objects, file));
    assertThat(Backup.read(file)).isEqualTo(store.load());
  }

  @Test
  void aBackupThatCannotBeWrittenIsRefusedWithItsFile() {
    Path file = directory.resolve("no such directory").resolve("backup");
    assertThatThrownBy(() -> backup(file).printed())
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith(file + " cannot be written: ");
  }

  @Test
  void whatIsStoredIsShownByKindWithItsPlace() throws Exception {
    StoreShow show = new StoreShow();
    show.store = store;
    assertThat(show.printed())
        .contains(directory.resolve("store").resolve("model.log").toString())
        .containsPattern("revision +" + store.load().revision())
        .containsPattern("objects +Stage +9\n")
        .containsPattern("last no. +OWNER +\\d+\n");
    show.output = "json";
    JsonNode tree = new ObjectMapper().readTree(show.printed());
    assertThat(tree.path("objects").path("Stage").intValue()).isEqualTo(9);
    assertThat(tree.path("revision").longValue()).isEqualTo(store.load().revision());
  }
}
