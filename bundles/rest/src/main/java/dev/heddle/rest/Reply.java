package dev.heddle.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.RefusedException.Problem;
import dev.heddle.show.Syntax;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What a request is answered with. */
sealed interface Reply {

  /** A whole answer. */
  record Answer(int status, Map<String, String> headers, byte[] body) implements Reply {

    Answer with(String header, String value) {
      Map<String, String> more = new TreeMap<>(headers);
      more.put(header, value);
      return new Answer(status, more, body);
    }
  }

  /** Events without end; {@code opened} is called once they can be sent. */
  record Events(Consumer<EventStream> opened) implements Reply {}

  /** The tree to programs, the text to people. */
  static Answer of(int status, Media media, JsonNode tree, Supplier<String> text) {
    String body =
        switch (media) {
          case JSON -> Syntax.JSON.write(tree);
          case YAML -> Syntax.YAML.write(tree);
          case TEXT -> text.get();
        };
    return new Answer(
        status, Map.of("Content-Type", media.contentType()), body.getBytes(StandardCharsets.UTF_8));
  }

  static Answer of(Refusal refusal, Media media) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode().put("error", refusal.getMessage());
    ArrayNode problems = tree.putArray("problems");
    for (Problem p : refusal.problems()) {
      problems.addObject().put("path", p.path()).put("sentence", p.sentence());
    }
    return of(refusal.status(), media, tree, () -> text(refusal));
  }

  private static String text(Refusal refusal) {
    StringBuilder text = new StringBuilder(refusal.getMessage()).append('\n');
    refusal.problems().forEach(p -> text.append(p).append('\n'));
    return text.toString();
  }
}
