package dev.heddle.openflow.ovsdb;

import dev.heddle.openflow.ovsdb.OvsdbValue.Uuid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which interfaces say already what they should, so that an answer costs nothing for the hundreds
 * it is not about. Confined to an event loop.
 */
@SuppressWarnings("ReferenceEquality") // a row or an answer that is the same object has not changed
final class AnsweredRows {

  /** A row that needs nothing as long as its iface-id is given this answer; null for none. */
  private record Done(Row row, String ifaceId, Answer answer) {}

  private final Map<Uuid, Done> done = new HashMap<>();

  /** Whether nothing has changed that says which interface is to say what. */
  static boolean areTheSame(Tables before, Tables now) {
    return before.rows().get("Interface") == now.rows().get("Interface")
        && before.rows().get("Port") == now.rows().get("Port")
        && ports(before) == ports(now);
  }

  private static OvsdbValue ports(Tables tables) {
    return tables.named("Bridge", NodeSetup.BRIDGE).map(row -> row.value("ports")).orElse(null);
  }

  /** What makes Interface rows say their answers; worked out as it is taken. */
  Stream<Operation> operations(
      Map<Uuid, Row> rows, NodeSnapshot snapshot, Map<String, Answer> byIfaceId) {
    if (done.size() > rows.size()) {
      done.keySet().retainAll(rows.keySet());
    }
    Map<String, Answer> refused = new HashMap<>(); // by interface: who cannot be any port's
    snapshot.refused().forEach((name, why) -> refused.put(name, new Answer.Held(why)));
    snapshot
        .duplicates()
        .forEach(d -> d.unused().forEach(n -> refused.put(n, new Answer.Held(d.sentence()))));
    if (!refused.isEmpty()) {
      done.clear();
    }
    List<Row> due = new ArrayList<>();
    for (Row row : rows.values()) {
      if (!isDone(row, byIfaceId)) {
        due.add(row);
      }
    }
    return due.stream().flatMap(row -> operation(row, snapshot, byIfaceId, refused).stream());
  }

  private boolean isDone(Row row, Map<String, Answer> byIfaceId) {
    Done before = done.get(row.uuid());
    return before != null
        && before.row == row
        && before.answer == (before.ifaceId == null ? null : byIfaceId.get(before.ifaceId));
  }

  private Optional<Operation> operation(
      Row row, NodeSnapshot snapshot, Map<String, Answer> byIfaceId, Map<String, Answer> refused) {
    String name = row.text("name");
    String ifaceId = row.entry("external_ids", Plugged.IFACE_ID).orElse(null);
    Answer given = ifaceId == null ? null : byIfaceId.get(ifaceId);
    Answer wanted = refused.get(name);
    if (wanted == null && ifaceId == null) {
      wanted = new Answer.Silent(); // whoever is no port any more is told nothing any more
    } else if (wanted == null && isUsed(snapshot, ifaceId, name)) {
      wanted = given;
    }
    Optional<Operation> operation = Optional.ofNullable(wanted).flatMap(a -> a.operation(row));
    if (operation.isEmpty() && refused.isEmpty()) {
      done.put(row.uuid(), new Done(row, ifaceId, given));
    }
    return operation;
  }

  /** An interface of another bridge may have the same iface-id. */
  private static boolean isUsed(NodeSnapshot snapshot, String ifaceId, String name) {
    InterfaceView view = snapshot.interfaces().get(ifaceId);
    return view != null && view.name().equals(name);
  }
}
