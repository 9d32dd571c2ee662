package dev.heddle.store;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.KeySpace;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store in one file of one directory: a line for each commit, forced to disk before the commit is
 * acknowledged. A last line without its end was cut short and is dropped; it was never
 * acknowledged. Each line carries a checksum: damage anywhere else refuses the start instead of
 * losing what was promised. The file is rewritten as one commit when it has grown well beyond its
 * contents.
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
  private static final String HEADER = "heddle-store 1\n";
  private static final long SMALL = 16L << 20;
  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;
  private final FileChannel lock;
  private final MemoryStore contents = new MemoryStore();
  private FileChannel log;
  private long rewrittenSize;

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
    file = directory.resolve("model.log");
    boolean opened = false;
    try {
      Files.createDirectories(directory);
      lock =
          FileChannel.open(
              directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        if (!isMine(lock)) {
          throw new StoreException("another controller has the store " + directory + " open", null);
        }
        replay();
        rewrite();
        opened = true;
      } finally {
        if (!opened) {
          lock.close(); // else a store that was mended could not be opened by this process
        }
      }
    } catch (IOException e) {
      throw new StoreException(
          "the store " + directory + " cannot be opened: " + e.getMessage(), e);
    }
  }

  private static boolean isMine(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // by this very process
    }
  }

  private void replay() throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    byte[] all = Files.readAllBytes(file);
    boolean ended = all.length > 0 && all[all.length - 1] == '\n';
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new ByteArrayInputStream(all), StandardCharsets.UTF_8))) {
      if (!HEADER.strip().equals(lines.readLine())) {
        throw new StoreException(file + " is not a Heddle store of format 1", null);
      }
      int number = 1;
      for (String line = lines.readLine(); line != null; ) {
        number++;
        String next = lines.readLine();
        if (isWhole(line)) {
          contents.commit(read(line.substring(9)));
        } else if (next == null && !ended && !holdsAWholeCommit(line)) {
          LOG.warn("dropped the last line of {}: it was cut short and never acknowledged", file);
        } else {
          throw new StoreException(
              file
                  + " is damaged in line "
                  + number
                  + (next == null
                      ? ", its last: restore a copy; or, if the power failed while that line was"
                          + " written, remove the line, and with it what it may have promised"
                      : ""),
              null);
        }
        line = next;
      }
    }
  }

  /** A line that was cut short does not: what follows a commit has lost its line end. */
  private static boolean holdsAWholeCommit(String line) {
    if (line.length() <= 9) {
      return false;
    }
    String text = line.substring(9);
    try (JsonParser parser = JSON.createParser(text)) {
      parser.nextToken();
      parser.skipChildren();
      int end = (int) parser.currentLocation().getCharOffset();
      return isWhole(line.substring(0, 9 + end));
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isWhole(String line) {
    return line.length() > 9 && line.startsWith(checksum(line.substring(9)) + " ");
  }

  private static String checksum(String text) {
    CRC32 crc = new CRC32();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return String.format("%08x", crc.getValue());
  }

  @Override
  public Contents load() {
    return contents.load();
  }

  @Override
  public synchronized void commit(Commit commit) {
    try {
      long before = log.size();
      try {
        append(log, line(commit));
        log.force(false);
      } catch (IOException e) {
        log.truncate(before); // so that a later line is not glued to a half one
        throw e;
      }
      contents.commit(commit);
    } catch (IOException e) {
      throw new StoreException("the change could not be stored: " + e.getMessage(), e);
    }
    tidy();
  }

  /** What is stored is stored: that the file could not be made smaller refuses nothing. */
  private void tidy() {
    try {
      if (log.size() > SMALL && log.size() > 4 * rewrittenSize) {
        rewrite();
      }
    } catch (IOException e) {
      LOG.error("{} could not be rewritten and grows on", file, e);
    }
  }

  /** Puts a file with one commit in the place of the present one, in one step. */
  private void rewrite() throws IOException {
    Path fresh = file.resolveSibling("model.log.new");
    FileChannel to =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    boolean inPlace = false;
    try {
      append(to, HEADER + line(everything()));
      to.force(true);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      inPlace = true;
    } finally {
      if (!inPlace) {
        to.close();
      }
    }
    FileChannel before = log;
    log = to; // from here on the old file has no name: nothing may be written to it
    rewrittenSize = to.size();
    if (before != null) {
      before.close();
    }
    try (FileChannel directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private Commit everything() {
    Contents now = contents.load();
    return new Commit(
        now.revision(), List.copyOf(now.documents().values()), List.of(), now.lastKeys());
  }

  private static void append(FileChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static String line(Commit commit) {
    ObjectNode tree = JSON.createObjectNode().put("revision", commit.revision());
    ArrayNode puts = tree.putArray("puts");
    for (Stored s : commit.puts()) {
      ObjectNode put = puts.addObject().put("key", s.key()).put("revision", s.revision());
      put.set("document", s.document().tree());
    }
    ArrayNode removals = tree.putArray("removals");
    commit.removals().forEach(id -> removals.addArray().add(id.kind()).add(id.name()));
    ObjectNode keys = tree.putObject("lastKeys");
    commit.lastKeys().forEach((space, last) -> keys.put(space.name(), last));
    String text = tree.toString();
    return checksum(text) + " " + text + "\n";
  }

  private static Commit read(String text) {
    try {
      JsonNode tree = JSON.readTree(text);
      List<Stored> puts = new ArrayList<>();
      for (JsonNode p : tree.path("puts")) {
        puts.add(
            new Stored(
                Document.of(p.path("document")),
                p.path("key").intValue(),
                p.path("revision").longValue()));
      }
      List<Id<?>> removals = new ArrayList<>();
      tree.path("removals")
          .forEach(r -> removals.add(new Id<>(r.get(0).textValue(), r.get(1).textValue())));
      Map<KeySpace, Integer> keys = new EnumMap<>(KeySpace.class);
      tree.path("lastKeys")
          .properties()
          .forEach(e -> keys.put(KeySpace.valueOf(e.getKey()), e.getValue().intValue()));
      return new Commit(tree.path("revision").longValue(), puts, removals, keys);
    } catch (JsonProcessingException e) {
      throw new StoreException("a line of the store is not JSON", e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      log.close();
      lock.close();
    } catch (IOException e) {
      throw new StoreException("the store could not be closed", e);
    }
  }
}
