package dev.heddle.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.KeySpace;
import dev.heddle.store.Store.Commit;
import dev.heddle.store.Store.Stored;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Commits for tests: what a number means is the same in every process. */
final class Commits {

  private Commits() {}

  static Stored stored(String name, String text, int key, long revision) {
    var spec = JsonNodeFactory.instance.objectNode().put("text", text).put("mtu", key);
    return new Stored(
        new Document("LogicalSwitch", name, Map.of("at", "r" + revision), spec), key, revision);
  }

  static Id<?> id(String name) {
    return new Id<>("LogicalSwitch", name);
  }

  /** The commit of a revision that puts one object of its own, with letters of 1 to 4 bytes. */
  static Commit put(long revision) {
    int key = (int) revision;
    return new Commit(
        revision,
        List.of(stored("s" + revision, "a\u00e9\u20ac\ud83d\ude00\n\"", key, revision)),
        List.of(),
        Map.of(KeySpace.NETWORK, key));
  }

  static Path file(Path directory) {
    return directory.resolve("model.log");
  }

  /** What a store in {@code directory} holds once opened. */
  static Store.Contents reopened(Path directory) {
    try (FileStore store = new FileStore(directory)) {
      return store.load();
    }
  }

  /** A store that has just these bytes. */
  static Path with(Path directory, byte[] bytes) throws IOException {
    Files.createDirectories(directory);
    Files.write(file(directory), bytes);
    return directory;
  }
}
