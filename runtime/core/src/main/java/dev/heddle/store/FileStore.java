package dev.heddle.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store in one file of one directory: a line for each commit, forced to disk before the commit is
 * acknowledged. A last line that was not written to its end is dropped; it was never acknowledged.
 * Each line carries a checksum: damage anywhere else refuses the start instead of losing what was
 * promised. The file is rewritten as one commit when it has grown well beyond its contents.
 */
@Component(
    service = Store.class,
    configurationPid = "dev.heddle.store",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class FileStore implements Store {

  /** etc/dev.heddle.store.cfg. */
  public @interface Configuration {
    String directory();
  }

  private static final Logger LOG = LoggerFactory.getLogger(FileStore.class);
  private static final long SMALL = 16L << 20;

  private final Path file;
  private final Disk disk;
  private final AutoCloseable lock;
  private final MemoryStore contents;
  private Disk.Appended log;
  private long rewrittenSize;

  /** Where the last acknowledged line ends. */
  private long end;

  /** True if what has the file's name on the disk may not be what {@link #log} writes to. */
  private boolean uncertain;

  @Activate
  public FileStore(Configuration configuration) {
    this(Path.of(configuration.directory()));
  }

  /**
   * Opens the store in {@code directory}, which is created if needed.
   *
   * @throws StoreException if somebody else has it open, or it is damaged
   */
  public FileStore(Path directory) {
    this(directory, Disk.LOCAL);
  }

  /** Likewise on another disk than this machine's. */
  public FileStore(Path directory, Disk disk) {
    this.disk = disk;
    file = StoreFiles.log(directory);
    boolean opened = false;
    try {
      disk.createDirectories(directory);
      lock = StoreFiles.lock(disk, directory);
      try {
        contents = replay();
        rewrite();
        opened = true;
      } finally {
        if (!opened) {
          release(); // else a store that was mended could not be opened by this process
        }
      }
    } catch (IOException e) {
      throw new StoreException(
          "the store " + directory + " cannot be opened: " + e.getMessage(), e);
    }
  }

  private MemoryStore replay() throws IOException {
    Optional<byte[]> all = disk.read(file);
    if (all.isEmpty()) {
      return new MemoryStore();
    }
    StoreText.Replayed replayed = StoreText.replay(all.get(), file.toString());
    if (replayed.cut()) {
      LOG.warn(
          "dropped the last line of {}: it was not written to its end and never acknowledged",
          file);
    }
    return replayed.contents();
  }

  @Override
  public Contents load() {
    return contents.load();
  }

  @Override
  public String place() {
    return file.toString();
  }

  @Override
  public synchronized void commit(Commit commit) {
    try {
      if (uncertain) {
        rewrite();
      }
      byte[] line = StoreText.bytes(commit);
      boolean kept = false;
      try {
        log.append(line);
        log.force();
        kept = true;
      } finally {
        if (!kept) {
          takeBack();
        }
      }
      end += line.length;
      contents.commit(commit);
    } catch (IOException e) {
      throw new StoreException("the change could not be stored: " + e.getMessage(), e);
    }
    tidy();
  }

  /**
   * So that a later line is not glued to a half one, and what was refused is not there after a loss
   * of power.
   */
  private void takeBack() {
    uncertain = true;
    try {
      log.truncate(end);
      log.force();
      uncertain = false;
    } catch (IOException e) {
      LOG.error("{} could not be cut back; it is rewritten before the next change", file, e);
    }
  }

  /** What is stored is stored: that the file could not be made smaller refuses nothing. */
  private void tidy() {
    try {
      if (end > SMALL && end > 4 * rewrittenSize) {
        rewrite();
      }
    } catch (IOException e) {
      LOG.error("{} could not be rewritten", file, e);
    }
  }

  /** Puts a file with one commit in the place of the present one, in one step. */
  private void rewrite() throws IOException {
    Path fresh = StoreFiles.fresh(file);
    byte[] everything = StoreText.file(contents.load());
    Disk.Appended to = StoreFiles.filled(disk, fresh, everything); // if not, nothing has changed
    uncertain = true;
    boolean inPlace = false;
    try {
      disk.replace(fresh, file);
      inPlace = true;
    } finally {
      if (!inPlace) {
        to.close();
      }
    }
    Disk.Appended before = log;
    log = to;
    end = to.size();
    rewrittenSize = end;
    if (before != null) {
      before.close();
    }
    disk.forceNames(file.getParent()); // until then a loss of power may bring the old file back
    uncertain = false;
  }

  @Override
  public synchronized void close() {
    try {
      log.close();
      release();
    } catch (IOException e) {
      throw new StoreException("the store could not be closed", e);
    }
  }

  private void release() throws IOException {
    try {
      lock.close();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }
}
