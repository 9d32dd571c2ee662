package dev.heddle.store;

import dev.heddle.store.Store.Contents;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A copy of all that a store holds, in one file of the store's own format, and the way back. A copy
 * is of one revision, whole, and read again before it counts as made.
 */
public final class Backup {

  private Backup() {}

  /**
   * Writes the copy; a file of that name is replaced once the copy is complete.
   *
   * @throws StoreException if it cannot be written or does not read as it was written
   */
  public static void write(Contents contents, Path file) {
    try {
      StoreFiles.put(Disk.LOCAL, file, StoreText.file(contents));
    } catch (IOException e) {
      throw new StoreException(file + " cannot be written: " + e.getMessage(), e);
    }
    if (!read(file).equals(contents)) {
      throw new StoreException(file + " does not hold what was written to it", null);
    }
  }

  /**
   * What a copy holds.
   *
   * @throws StoreException if there is none, it is damaged, cut short or of another format
   */
  public static Contents read(Path file) {
    StoreText.Replayed replayed = replayed(file);
    if (replayed.cut() || replayed.commits() == 0) {
      throw new StoreException(file + " is cut short: it is not a whole backup", null);
    }
    return replayed.contents().load();
  }

  private static StoreText.Replayed replayed(Path file) {
    try {
      byte[] all =
          Disk.LOCAL
              .read(file)
              .orElseThrow(() -> new StoreException("there is no file " + file, null));
      return StoreText.replay(all, file.toString());
    } catch (IOException e) {
      throw new StoreException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * What the store in a directory holds, whether a controller has it open or not: all that was
   * acknowledged before the call.
   *
   * @throws StoreException if there is none or it is damaged
   */
  public static Contents of(Path directory) {
    return replayed(StoreFiles.log(directory)).contents().load();
  }

  /**
   * Makes a copy the store of a directory, which no controller may have open. With {@code replace}
   * a store that is there is kept beside it as model.log.replaced.
   *
   * @return what the store holds now
   * @throws StoreException if it may not or cannot; the store is as it was then
   */
  public static Contents restore(Path file, Path directory, boolean replace) {
    Contents contents = read(file);
    Path log = StoreFiles.log(directory);
    try {
      Disk.LOCAL.createDirectories(directory);
      try (AutoCloseable lock = StoreFiles.lock(Disk.LOCAL, directory)) {
        byte[] before = Disk.LOCAL.read(log).orElse(null);
        if (before != null && !replace) {
          throw new StoreException(
              directory + " has a store already; --replace keeps it as " + log + ".replaced", null);
        }
        if (before != null) {
          StoreFiles.put(Disk.LOCAL, log.resolveSibling("model.log.replaced"), before);
        }
        StoreFiles.put(Disk.LOCAL, log, StoreText.file(contents));
      }
    } catch (StoreException e) {
      throw e;
    } catch (Exception e) { // closing a lock may throw anything
      throw new StoreException(directory + " cannot be restored: " + e.getMessage(), e);
    }
    return contents;
  }

  /** {@code backup DIRECTORY FILE} or {@code restore [--replace] FILE DIRECTORY}. */
  public static void main(String[] arguments) {
    List<String> words = List.of(arguments);
    try {
      if (words.size() == 3 && words.get(0).equals("backup")) {
        Path file = Path.of(words.get(2));
        Contents contents = of(Path.of(words.get(1)));
        write(contents, file);
        System.out.println("backup: " + text(contents) + ", in " + file);
      } else if (words.size() >= 3 && words.get(0).equals("restore")) {
        boolean replace = words.get(1).equals("--replace");
        Path file = Path.of(words.get(words.size() - 2));
        Contents contents = restore(file, Path.of(words.get(words.size() - 1)), replace);
        System.out.println("restore: " + text(contents) + ", from " + file);
      } else {
        System.err.println("backup DIRECTORY FILE, or restore [--replace] FILE DIRECTORY");
        System.exit(2);
      }
    } catch (StoreException e) {
      System.err.println(words.get(0) + ": " + e.getMessage());
      System.exit(1);
    }
  }

  /** Revision and number of objects. */
  public static String text(Contents contents) {
    return "revision " + contents.revision() + ", " + contents.documents().size() + " objects";
  }
}
