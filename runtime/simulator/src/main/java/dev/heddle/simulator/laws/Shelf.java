package dev.heddle.simulator.laws;

import dev.heddle.store.FileStore;
import dev.heddle.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Where something is kept between a controller's end and the start of the next. */
public interface Shelf extends AutoCloseable {

  /** The store with all that was kept so far; the one opened before is closed by then. */
  Store open();

  @Override
  void close();

  /** An empty directory of {@link FileStore}, removed at the end. */
  static Shelf ofFiles() {
    return ofFiles(store -> store);
  }

  /** The same with something between the controller and the files. */
  static Shelf ofFiles(UnaryOperator<Store> between) {
    try {
      // In memory where that can be had: what a disk may lose is tested where FileStore is.
      Path memory = Path.of("/dev/shm");
      return new OfFiles(
          Files.isWritable(memory)
              ? Files.createTempDirectory(memory, "heddle-laws")
              : Files.createTempDirectory("heddle-laws"),
          between);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The files of one history. */
  record OfFiles(Path directory, UnaryOperator<Store> between) implements Shelf {

    @Override
    public Store open() {
      return between.apply(new FileStore(directory));
    }

    @Override
    public void close() {
      try (Stream<Path> tree = Files.walk(directory)) {
        List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
        for (Path p : deepestFirst) {
          Files.delete(p);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
