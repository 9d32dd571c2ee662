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
import dev.heddle.store.Store.Commit;
import dev.heddle.store.Store.Contents;
import dev.heddle.store.Store.Stored;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/** Format 1 of the store: commits as lines of text, each with a checksum. docs/store.md. */
final class StoreText {

  static final int FORMAT = 1;

  private static final String NAME = "heddle-store ";
  private static final String HEADER = NAME + FORMAT + "\n";
  private static final JsonMapper JSON = new JsonMapper();

  /** The least that a disk writes whole or not at all. */
  private static final int SECTOR = 512;

  /**
   * What was read.
   *
   * @param commits how many lines
   * @param cut true if a last line was dropped that had not been written to its end
   */
  record Replayed(MemoryStore contents, int commits, boolean cut) {}

  private StoreText() {}

  /** A whole file: the header and one commit of everything. */
  static byte[] file(Contents now) {
    Commit everything =
        new Commit(
            now.revision(), List.copyOf(now.documents().values()), List.of(), now.lastKeys());
    return (HEADER + line(everything)).getBytes(StandardCharsets.UTF_8);
  }

  static byte[] bytes(Commit commit) {
    return line(commit).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * What a file holds. Zeros at its end are room for more and not part of it.
   *
   * @param name for the sentence
   * @throws StoreException if it is of another format, or damaged elsewhere than in a last line
   *     that was never written to its end
   */
  static Replayed replay(byte[] file, String name) throws IOException {
    byte[] all = withoutRoom(file);
    MemoryStore contents = new MemoryStore();
    boolean ended = all.length > 0 && all[all.length - 1] == '\n';
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new ByteArrayInputStream(all), StandardCharsets.UTF_8))) {
      String header = lines.readLine();
      if (!HEADER.strip().equals(header)) {
        throw new StoreException(
            name + " is not a Heddle store of format " + FORMAT + found(header), null);
      }
      int number = 1;
      for (String line = lines.readLine(); line != null; ) {
        number++;
        String next = lines.readLine();
        if (isWhole(line)) {
          contents.commit(read(line.substring(9)));
        } else if (next == null && isUnfinished(line, all, ended)) {
          return new Replayed(contents, number - 2, true);
        } else {
          throw new StoreException(
              name
                  + " is damaged in line "
                  + number
                  + (next == null ? ", its last: restore a backup" : ""),
              null);
        }
        line = next;
      }
      return new Replayed(contents, number - 1, false);
    }
  }

  private static byte[] withoutRoom(byte[] file) {
    int end = file.length;
    while (end > 0 && file[end - 1] == 0) {
      end--;
    }
    return end == file.length ? file : Arrays.copyOf(file, end);
  }

  private static String found(String header) {
    return header != null && header.matches(NAME + "\\d{1,9}")
        ? ", but of format " + header.substring(NAME.length())
        : "";
  }

  /** The last line was being written when the power went: it was not forced, nor acknowledged. */
  private static boolean isUnfinished(String line, byte[] all, boolean ended) {
    return ended ? hasHole(all) : !holdsAWholeCommit(line);
  }

  /**
   * A disk writes the sectors of a line in any order: one that was not written reads as zeros,
   * which no line has. Rot changes bits and leaves no such hole.
   */
  private static boolean hasHole(byte[] all) {
    int start = all.length - 1;
    while (start > 0 && all[start - 1] != '\n') {
      start--;
    }
    for (int from = start; from < all.length; ) {
      int to = Math.min(all.length, (from / SECTOR + 1) * SECTOR);
      byte[] sector = Arrays.copyOfRange(all, from, to);
      if (Arrays.equals(sector, new byte[sector.length])) {
        return true;
      }
      from = to;
    }
    return false;
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
    // In one order, whatever map it is: the same contents are the same bytes in every process.
    new TreeMap<>(commit.lastKeys()).forEach((space, last) -> keys.put(space.name(), last));
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
}
