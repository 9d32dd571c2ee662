package dev.heddle.store;

import java.io.IOException;
import java.nio.file.Path;

/** The files of a store's directory. */
final class StoreFiles {

  private StoreFiles() {}

  static Path log(Path directory) {
    return directory.resolve("model.log");
  }

  /**
   * Keeps everybody else out.
   *
   * @throws StoreException if somebody has the store open
   */
  static AutoCloseable lock(Disk disk, Path directory) throws IOException {
    return disk.lock(directory.resolve("lock"))
        .orElseThrow(
            () ->
                new StoreException(
                    "another controller has the store " + directory + " open", null));
  }

  static Path fresh(Path file) {
    return file.resolveSibling(file.getFileName() + ".new");
  }

  /** A forced file that holds just this; open. Its name is not forced. */
  static Disk.Appended filled(Disk disk, Path file, byte[] bytes) throws IOException {
    Disk.Appended to = disk.create(file);
    boolean filled = false;
    try {
      to.append(bytes);
      to.force();
      filled = true;
      return to;
    } finally {
      if (!filled) {
        to.close();
      }
    }
  }

  /** Puts a file in the place of what has its name, in one step that outlives a loss of power. */
  static void put(Disk disk, Path file, byte[] bytes) throws IOException {
    filled(disk, fresh(file), bytes).close();
    disk.replace(fresh(file), file);
    disk.forceNames(file.toAbsolutePath().getParent());
  }
}
