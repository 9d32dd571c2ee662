package dev.heddle.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a {@link FileStore} needs of a file system, and no more: tests put one in its place that
 * loses power. What is written, created or renamed is there at once for whoever reads, but outlives
 * a loss of power only once it is forced.
 */
public interface Disk {

  /** The file system of this machine. */
  Disk LOCAL = new LocalDisk();

  /**
   * An open file that grows at its end. Until it is closed, and after an end that was not in order,
   * zeros may follow what was appended.
   */
  interface Appended extends AutoCloseable {

    void append(byte[] bytes) throws IOException;

    /** Returns once all bytes outlive a loss of power. */
    void force() throws IOException;

    /** Cuts the file back; not forced. */
    void truncate(long size) throws IOException;

    /** Of what was appended. */
    long size() throws IOException;

    @Override
    void close() throws IOException;
  }

  /** All bytes of a file; empty if there is none. */
  Optional<byte[]> read(Path file) throws IOException;

  /** An empty file; what was there under that name is gone. Its name is not forced. */
  Appended create(Path file) throws IOException;

  /** Gives {@code from} the name {@code to}, in one step; not forced. */
  void replace(Path from, Path to) throws IOException;

  /** Returns once the names in a directory outlive a loss of power. */
  void forceNames(Path directory) throws IOException;

  /** Creates a directory and those above it, where missing, and forces their names. */
  void createDirectories(Path directory) throws IOException;

  /** A lock that no other process and nobody else in this one can have; empty if somebody has. */
  Optional<AutoCloseable> lock(Path file) throws IOException;
}
