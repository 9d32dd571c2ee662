package dev.heddle.openflow.ovsdb;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.openflow.ovsdb.OvsdbException.BadMessage;
import dev.heddle.openflow.ovsdb.OvsdbException.TransactionFailed;
import dev.heddle.openflow.ovsdb.OvsdbValue.Uuid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one operation did.
 *
 * @param count rows updated, mutated or deleted; 0 for other operations
 * @param uuid the row an insert made
 * @param rows the columns a select read, row by row
 */
public record OperationResult(long count, Optional<Uuid> uuid, List<Map<String, OvsdbValue>> rows) {

  /** Reads the reply to a transaction; throws {@link TransactionFailed} if it was not done. */
  static List<OperationResult> parse(JsonNode reply, int operations) {
    if (!reply.isArray() || reply.size() < operations || reply.size() > operations + 1) {
      throw new BadMessage("the reply to a transaction has the wrong length");
    }
    for (int i = 0; i < reply.size(); i++) {
      // After a failing operation come nulls; a failing commit is one element more.
      if (reply.get(i).hasNonNull("error")) {
        throw new TransactionFailed(
            i, Shown.text(reply.get(i).get("error")), Shown.text(reply.get(i).path("details")));
      }
    }
    List<OperationResult> results = new ArrayList<>();
    for (int i = 0; i < operations; i++) {
      results.add(parse(reply.get(i)));
    }
    return List.copyOf(results);
  }

  private static OperationResult parse(JsonNode json) {
    Optional<Uuid> uuid = Optional.empty();
    if (json.has("uuid") && OvsdbValue.parse(json.get("uuid")) instanceof Uuid made) {
      uuid = Optional.of(made);
    }
    List<Map<String, OvsdbValue>> rows = new ArrayList<>();
    for (JsonNode row : json.path("rows")) {
      Map<String, OvsdbValue> columns = new HashMap<>();
      row.properties().forEach(f -> columns.put(f.getKey(), OvsdbValue.parse(f.getValue())));
      rows.add(Map.copyOf(columns));
    }
    return new OperationResult(json.path("count").asLong(0), uuid, List.copyOf(rows));
  }
}
