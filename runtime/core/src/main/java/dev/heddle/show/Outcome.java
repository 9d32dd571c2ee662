package dev.heddle.show;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Effect;
import dev.heddle.model.Network.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a transaction did, step by step. */
public record Outcome(long revision, List<Step> steps) {

  /** One object and what became of it. */
  public record Step(Effect effect, String kind, String name) {

    public String path() {
      return kind + "/" + name;
    }

    /** {@code LogicalPort/red-a created}. */
    @Override
    public String toString() {
      return path() + " " + word();
    }

    String word() {
      return effect.name().toLowerCase(Locale.ROOT);
    }
  }

  public static Outcome of(List<Change> changes, Result result) {
    List<Step> steps = new ArrayList<>(changes.size());
    for (int i = 0; i < changes.size(); i++) {
      Effect effect = result.effects().get(i);
      steps.add(
          changes.get(i) instanceof Change.Put put
              ? new Step(effect, put.document().kind(), put.document().name())
              : removed(effect, (Change.Remove) changes.get(i)));
    }
    return new Outcome(result.revision(), List.copyOf(steps));
  }

  private static Step removed(Effect effect, Change.Remove change) {
    return new Step(effect, change.kind(), change.name());
  }

  public ObjectNode tree() {
    ObjectNode tree = JsonNodeFactory.instance.objectNode().put("revision", revision);
    ArrayNode all = tree.putArray("steps");
    steps.forEach(
        s -> all.addObject().put("kind", s.kind).put("name", s.name).put("effect", s.word()));
    return tree;
  }

  /** One line per step. */
  public String text() {
    return steps.stream().map(s -> s + "\n").collect(Collectors.joining());
  }
}
