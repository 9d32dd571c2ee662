package dev.heddle.show;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Document;
import dev.heddle.model.Network.Change;
import dev.heddle.model.RefusedException;
import dev.heddle.model.RefusedException.Problem;
import dev.heddle.model.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Documents and deletions as the steps of one transaction. A deletion is written {@code {"delete":
 * {"kind": "LogicalPort", "name": "red-a"}}}.
 */
public final class Changes {

  /** The most steps of one transaction. */
  public static final int MAX = 20_000;

  private Changes() {}

  /**
   * What a text says is to change: arrays count as what is in them.
   *
   * @throws UnreadableException if the text is not of its syntax, or says too much
   * @throws RefusedException with everything that one document alone shows to be wrong
   */
  public static List<Change> read(Syntax syntax, byte[] text) {
    return of(steps(syntax, text));
  }

  /**
   * The parts of a text: arrays count as what is in them.
   *
   * @throws UnreadableException if the text is not of its syntax, or says too much
   */
  public static List<JsonNode> steps(Syntax syntax, byte[] text) {
    List<JsonNode> steps = new ArrayList<>();
    for (JsonNode document : syntax.read(text)) {
      if (document.isArray()) {
        document.forEach(steps::add);
      } else {
        steps.add(document);
      }
    }
    if (steps.size() > MAX) {
      throw UnreadableException.tooLarge("a transaction has at most " + MAX + " documents");
    }
    return steps;
  }

  /**
   * What these parts say is to change.
   *
   * @throws RefusedException with everything that one document alone shows to be wrong
   */
  public static List<Change> of(List<JsonNode> steps) {
    List<Change> changes = new ArrayList<>(steps.size());
    List<Problem> problems = new ArrayList<>();
    for (JsonNode step : steps) {
      try {
        changes.add(step.has("delete") ? removal(step) : new Change.Put(Document.of(step)));
      } catch (RefusedException e) {
        problems.addAll(e.problems());
      }
    }
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
    return changes;
  }

  private static Change removal(JsonNode step) {
    JsonNode what = step.path("delete");
    if (step.size() != 1
        || what.size() != 2
        || !what.path("kind").isTextual()
        || !what.path("name").isTextual()) {
      throw new RefusedException(
          "delete", "{\"delete\": {\"kind\": KIND, \"name\": NAME}} is expected, and no more");
    }
    String kind = what.path("kind").textValue();
    if (kind.length() > 80) {
      throw new RefusedException("delete.kind", "'" + Text.shown(kind) + "' is no kind");
    }
    // The envelope's own check of a name: one that no document can have is refused like there.
    Document named = new Document(kind, what.path("name").textValue(), Map.of(), EMPTY);
    return new Change.Remove(kind, named.name(), true);
  }

  private static final ObjectNode EMPTY = JsonNodeFactory.instance.objectNode();
}
