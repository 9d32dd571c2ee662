package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.engine.Controller;
import dev.heddle.store.Backup;
import dev.heddle.store.FileStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup restored where no controller ever was. */
class BackupTest {

  @TempDir Path directory;

  @Test
  void aBackupRestoredIntoAnEmptyControllerGivesTheSameBytes() {
    Path here = directory.resolve("here");
    Path there = directory.resolve("there");
    Path file = directory.resolve("backup");
    Map<String, List<String>> bytes;
    Map<String, String> objects;
    try (Controller controller = ChangeStream.controller(new FileStore(here))) {
      for (int n = 1; n <= 200; n++) {
        ChangeStream.apply(controller, n).join();
      }
      Backup.write(Backup.of(here), file);
      bytes = ChangeStream.bytes(controller);
      objects = ChangeStream.objects(Backup.of(here));
      ChangeStream.apply(controller, 201).join();
      assertThat(ChangeStream.bytes(controller)).as("what came later").isNotEqualTo(bytes);
    }
    Backup.restore(file, there, false);
    FileStore restored = new FileStore(there);
    try (Controller controller = ChangeStream.controller(restored)) {
      assertThat(ChangeStream.bytes(controller)).isEqualTo(bytes);
      assertThat(ChangeStream.objects(restored.load())).isEqualTo(objects);
    }
    assertThat(bytes.values()).allSatisfy(flows -> assertThat(flows).hasSizeGreaterThan(50));
  }
}
