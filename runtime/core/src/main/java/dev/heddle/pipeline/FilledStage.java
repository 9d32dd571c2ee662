package dev.heddle.pipeline;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heddle.model.Document;
import dev.heddle.model.Entity;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.KeySpace;
import dev.heddle.model.Kind;
import dev.heddle.model.Spec;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A stage that some feature fills, or filled before it went away: packets pass through it until the
 * feature is retired.
 *
 * @param mandatory what no flow matches is dropped
 * @param beside it has no joint: only flows that name it lead there
 */
public record FilledStage(
    Id<FilledStage> id, int table, String feature, boolean mandatory, boolean beside)
    implements Entity<FilledStage> {

  public static final Kind<FilledStage> KIND =
      new Kind<>("Stage", "stages", true, KeySpace.NONE, FilledStage::parse);

  /** All of them: what a joint must know to lead to the next. */
  public static final Index<FilledStage, FilledStage, String, Id<FilledStage>> ALL =
      Index.of("filled-stages", KIND, (id, s) -> Stream.of(new Index.Pair<>("all", id)));

  /** As the system writes it. */
  record Form(int table, String feature, boolean mandatory, Boolean beside) {}

  private static FilledStage parse(Document d, int key) {
    Form f = Spec.read(d, Form.class);
    return new FilledStage(
        KIND.id(d), f.table, f.feature, f.mandatory, f.beside != null && f.beside);
  }

  public static Document document(Stage stage, String feature) {
    var spec = JsonNodeFactory.instance.objectNode();
    spec.put("table", stage.table()).put("feature", feature).put("mandatory", stage.mandatory());
    if (stage.beside()) {
      spec.put("beside", true);
    }
    return new Document(KIND.name(), stage.name(), Map.of(), spec);
  }
}
