package dev.heddle.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A stage that some feature fills, or filled before it went away: packets pass through it until the
 * feature is retired.
 *
 * @param mandatory what no flow matches is dropped
 * @param beside it has no joint: only flows that name it lead there
 * @param away present while its feature is away
 */
public record FilledStage(
    Id<FilledStage> id,
    int table,
    String feature,
    boolean mandatory,
    boolean beside,
    Optional<Away> away)
    implements Entity<FilledStage> {

  /**
   * When its feature went away.
   *
   * @param since the last revision it has computed
   * @param lastPort the highest key a port had then: flows of the stage know no newer port
   */
  public record Away(long since, int lastPort) {}

  public static final Kind<FilledStage> KIND =
      new Kind<>("Stage", "stages", true, KeySpace.NONE, FilledStage::parse);

  /** All of them: what a joint must know to lead to the next. */
  public static final Index<FilledStage, FilledStage, String, Id<FilledStage>> ALL =
      Index.of("filled-stages", KIND, (id, s) -> Stream.of(new Index.Pair<>("all", id)));

  /** As the system writes it. */
  record Form(int table, String feature, boolean mandatory, Boolean beside, Away away) {}

  private static FilledStage parse(Document d, int key) {
    Form f = Spec.read(d, Form.class);
    return new FilledStage(
        KIND.id(d),
        f.table,
        f.feature,
        f.mandatory,
        f.beside != null && f.beside,
        Optional.ofNullable(f.away));
  }

  public Document document() {
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    spec.put("table", table).put("feature", feature).put("mandatory", mandatory);
    if (beside) {
      spec.put("beside", true);
    }
    away.ifPresent(
        a -> spec.putObject("away").put("since", a.since()).put("lastPort", a.lastPort()));
    return new Document(KIND.name(), id.name(), Map.of(), spec);
  }

  /** The same stage, whose feature has gone. */
  public FilledStage left(Away when) {
    return new FilledStage(id, table, feature, mandatory, beside, Optional.of(when));
  }

  /** Whether what the stage holds may know this port. */
  boolean knows(LogicalPort port) {
    return away.isEmpty() || port.key() <= away.get().lastPort();
  }
}
