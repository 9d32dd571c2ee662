package dev.heddle.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Id;
import dev.heddle.store.Store.Contents;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The store of a process that dies, that finds the disk full, that comes second. */
@Timeout(120)
class FileStoreAcrossProcessesTest {

  @TempDir Path directory;

  @Test
  void everyAcknowledgedCommitOutlivesKillMinusNine() throws Exception {
    long acknowledged = 0;
    Random random = new Random(20260101);
    for (int round = 0; round < 5; round++) {
      Process child = Child.start("unlimited", "for-ever", directory.toString());
      try (BufferedReader lines = Child.output(child)) {
        int wait = 1 + random.nextInt(300);
        for (int i = 0; i < wait; i++) {
          acknowledged = Long.parseLong(lines.readLine());
        }
        child.toHandle().destroyForcibly(); // of the handle: its output stays readable
        // What it said before it died and is still in the pipe is acknowledged as well.
        for (String l = lines.readLine(); l != null; l = lines.readLine()) {
          acknowledged = Math.max(acknowledged, l.isEmpty() ? 0 : Long.parseLong(l));
        }
      } finally {
        child.destroyForcibly().waitFor();
      }
      Contents contents = Commits.reopened(directory);
      // One commit may have been kept whose acknowledgement was cut off.
      assertThat(contents.revision()).isBetween(acknowledged, acknowledged + 1);
      assertThat(contents.documents().keySet())
          .isEqualTo(
              LongStream.rangeClosed(1, contents.revision())
                  .mapToObj(r -> Commits.id("s" + r))
                  .collect(Collectors.<Id<?>>toSet()));
      contents
          .documents()
          .values()
          .forEach(s -> assertThat(s).isEqualTo(Commits.put(s.revision()).puts().get(0)));
    }
    assertThat(acknowledged).isPositive();
  }

  @Test
  void aCommitThatDoesNotFitIsRefusedWholeAndTheStoreGoesOn() throws Exception {
    // A limit on the file's size stands for a full disk: the last write is cut short, then fails.
    Process child = Child.start("64", "until-full", directory.toString());
    List<String> said;
    try (BufferedReader lines = Child.output(child)) {
      said = lines.lines().toList();
    } finally {
      child.destroyForcibly().waitFor();
    }
    int small = said.indexOf("small");
    assertThat(said.get(small - 1)).startsWith("full the change could not be stored");
    assertThat(said.get(said.size() - 1)).startsWith("full the change could not be stored");
    assertThat(said.size() - small).as("small commits after a refused large one").isGreaterThan(3);
    TreeSet<Long> acknowledged = new TreeSet<>();
    said.stream().filter(l -> l.matches("\\d+")).forEach(l -> acknowledged.add(Long.valueOf(l)));
    Contents contents = Commits.reopened(directory);
    assertThat(contents.revision()).isEqualTo(acknowledged.last());
    assertThat(contents.documents()).hasSize(acknowledged.size());
    assertThat(Files.size(Commits.file(directory))).isLessThanOrEqualTo(64 * 512);
  }

  @Test
  void anotherProcessIsRefusedWhileThisOneHasTheStore() throws Exception {
    try (FileStore mine = new FileStore(directory)) {
      assertThat(open()).startsWith("refused another controller has the store");
      mine.commit(Commits.put(1));
    }
    assertThat(open()).isEqualTo("opened");
  }

  private String open() throws Exception {
    Process child = Child.start("unlimited", "open", directory.toString());
    try (BufferedReader lines = Child.output(child)) {
      return lines.readLine();
    } finally {
      child.destroyForcibly().waitFor();
    }
  }
}
