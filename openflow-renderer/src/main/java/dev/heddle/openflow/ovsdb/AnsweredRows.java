package dev.heddle.openflow.ovsdb;

import dev.heddle.openflow.ovsdb.OvsdbValue.Uuid;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which interfaces say already what they should, so that an answer costs nothing for the hundreds
 * it is not about. Confined to an event loop.
 */
final class AnsweredRows {

  private record Done(Row row, Answer answer) {}

  private final Map<Uuid, Done> done = new HashMap<>();

  /**
   * What makes an Interface row say its answer; empty if it does.
   *
   * @param answer null if none was given: whoever is no port any more is told nothing any more
   */
  @SuppressWarnings("ReferenceEquality") // a row that is the same object has not changed
  Optional<Operation> operation(Row row, Answer answer) {
    Done before = done.get(row.uuid());
    if (before != null && before.row == row && before.answer == answer) {
      return Optional.empty();
    }
    boolean isPort = row.entry("external_ids", Plugged.IFACE_ID).isPresent();
    Answer wanted = answer != null || isPort ? answer : new Answer.Silent();
    Optional<Operation> operation = wanted == null ? Optional.empty() : wanted.operation(row);
    if (operation.isEmpty()) {
      done.put(row.uuid(), new Done(row, answer));
    }
    return operation;
  }

  /** Rows that are gone are forgotten. */
  void only(Map<Uuid, Row> rows) {
    if (done.size() > rows.size()) {
      done.keySet().retainAll(rows.keySet());
    }
  }
}
