package dev.heddle.simulator.laws;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Document;
import dev.heddle.model.FilledStage;
import dev.heddle.model.Id;
import dev.heddle.model.Network.Change;
import dev.heddle.pipeline.Owner;
import dev.heddle.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What was asked of a network, transaction by transaction. Its text can be read, changed and pasted
 * into a test; {@link #parse} reads it back:
 *
 * <pre>
 * put LogicalSwitch red {"mtu":1400}
 * put LogicalPort a {"switch":"red","mac":"0a:00:00:00:00:01"} {"tier":"web"}
 *
 * remove LogicalPort a
 * </pre>
 *
 * An empty line ends a transaction; the second object, if there is one, holds the labels.
 */
public record History(List<List<Change>> transactions) {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Set<String> WRITTEN_BY_THE_ENGINE =
      Set.of(Owner.KIND.name(), FilledStage.KIND.name());

  public History {
    transactions = transactions.stream().map(List::copyOf).toList();
  }

  /** What a store was given, without what the engine keeps there of the features it has. */
  public static History of(List<Store.Commit> commits) {
    List<List<Change>> transactions = new ArrayList<>();
    for (Store.Commit commit : commits) {
      List<Change> changes = new ArrayList<>();
      commit.puts().forEach(s -> changes.add(new Change.Put(s.document())));
      commit.removals().forEach(id -> changes.add(new Change.Remove(id.kind(), id.name(), false)));
      changes.removeIf(c -> WRITTEN_BY_THE_ENGINE.contains(id(c).kind()));
      if (!changes.isEmpty()) {
        transactions.add(changes);
      }
    }
    return new History(transactions);
  }

  /** One transaction that makes everything that is kept, but what the engine writes itself. */
  static List<Change> all(Store.Contents contents) {
    List<Store.Stored> documents = List.copyOf(contents.documents().values());
    return of(List.of(new Store.Commit(0, documents, List.of(), Map.of()))).transactions().stream()
        .flatMap(List::stream)
        .toList();
  }

  /** Reads what {@link #text} wrote. */
  public static History parse(String text) {
    List<List<Change>> transactions = new ArrayList<>();
    List<Change> now = new ArrayList<>();
    for (String line : (text.strip() + "\n\n").split("\n", -1)) {
      if (!line.isBlank()) {
        now.add(change(line.strip()));
      } else if (!now.isEmpty()) {
        transactions.add(now);
        now = new ArrayList<>();
      }
    }
    return new History(transactions);
  }

  private static Change change(String line) {
    String[] word = line.split(" ", 4);
    if (word.length == 3 && word[0].equals("remove")) {
      return new Change.Remove(word[1], word[2], false);
    }
    if (word.length < 4 || !word[0].equals("put")) {
      throw new IllegalArgumentException("neither put KIND NAME {SPEC} nor remove: " + line);
    }
    try (var trees = JSON.readerFor(ObjectNode.class).<ObjectNode>readValues(word[3])) {
      List<ObjectNode> all = trees.readAll();
      Map<String, String> labels = new TreeMap<>();
      if (all.size() > 1) {
        all.get(1).properties().forEach(e -> labels.put(e.getKey(), e.getValue().asText()));
      }
      return new Change.Put(new Document(word[1], word[2], labels, all.get(0)));
    } catch (java.io.IOException e) {
      throw new IllegalArgumentException("no JSON object at the end of: " + line, e);
    }
  }

  /** One line for each change, an empty line between transactions. */
  public String text() {
    return transactions.stream()
        .map(t -> t.stream().map(History::line).collect(Collectors.joining("\n")))
        .collect(Collectors.joining("\n\n"));
  }

  private static String line(Change change) {
    Id<?> id = id(change);
    if (!(change instanceof Change.Put put)) {
      return "remove " + id.kind() + " " + id.name();
    }
    Document d = put.document();
    return "put " + id.kind() + " " + id.name() + " " + d.spec() + labels(d.labels());
  }

  private static String labels(Map<String, String> labels) {
    try {
      return labels.isEmpty() ? "" : " " + JSON.writeValueAsString(new TreeMap<>(labels));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts are always written", e);
    }
  }

  /** The object that a change is about. */
  static Id<?> id(Change change) {
    return change instanceof Change.Put put
        ? new Id<>(put.document().kind(), put.document().name())
        : new Id<>(((Change.Remove) change).kind(), ((Change.Remove) change).name());
  }

  /** As it is pasted into a test: Java. */
  @Override
  public String toString() {
    return "History.parse(\n    \"\"\"\n" + text().replace("\\", "\\\\").indent(4) + "    \"\"\")";
  }
}
