package dev.heddle.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Files by the calls of the operating system. */
final class LocalDisk implements Disk {

  /**
   * A file by its channel. What comes after the first bytes is written over zeros that were forced
   * before: then neither length nor blocks change with it, and forcing it does not wait for what
   * others write to the same file system (docs/decisions/111).
   */
  private static final class OfChannel implements Appended {

    private static final int CHUNK = 1 << 20;

    private final FileChannel channel;
    private long end;
    private long length;

    /** Length or blocks have changed since they were forced. */
    private boolean grown = true;

    OfChannel(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public void append(byte[] bytes) throws IOException {
      boolean first = end == 0;
      if (end + bytes.length > length) {
        grown = true;
        if (!first) {
          makeRoom(bytes.length);
        }
      }
      write(bytes, end);
      end += bytes.length;
      length = Math.max(length, end);
    }

    /**
     * Where there is too little for a chunk there may be enough for what is to be written: if not,
     * writing that says so.
     */
    private void makeRoom(int least) throws IOException {
      byte[] room = new byte[(int) (end + least + CHUNK - length)];
      try {
        write(room, length);
        length += room.length;
      } catch (IOException e) {
        channel.truncate(end);
        length = end;
      }
    }

    private void write(byte[] bytes, long at) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer, at + buffer.position());
      }
    }

    @Override
    public void force() throws IOException {
      channel.force(grown);
      grown = false;
    }

    @Override
    public void truncate(long size) throws IOException {
      grown = true;
      channel.truncate(size);
      end = size;
      length = size;
    }

    @Override
    public long size() {
      return end;
    }

    /** Without the zeros. */
    @Override
    public void close() throws IOException {
      try (channel) {
        if (channel.isOpen() && length > end) {
          channel.truncate(end);
        }
      }
    }
  }

  @Override
  public Optional<byte[]> read(Path file) throws IOException {
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public Appended create(Path file) throws IOException {
    return new OfChannel(
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE));
  }

  @Override
  public void replace(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void forceNames(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    Path above = directory.toAbsolutePath();
    // The last one is taken for missing: who made it may have died before its name was forced.
    do {
      missing.push(above);
      above = above.getParent();
    } while (above != null && !Files.exists(above));
    for (Path p : missing) {
      Files.createDirectories(p);
      if (p.getParent() != null) {
        forceNames(p.getParent());
      }
    }
  }

  @Override
  public Optional<AutoCloseable> lock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // held by this very process: the answer is the same
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    return lock == null ? Optional.empty() : Optional.of(channel);
  }
}
