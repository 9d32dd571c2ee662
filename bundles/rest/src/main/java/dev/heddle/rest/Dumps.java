package dev.heddle.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.model.RefusedException;
import dev.heddle.simulator.whatif.Tracked;
import java.util.ArrayList;
import java.util.List;

/**
 * Documents that say what a node tracks: kind {@code ConnectionDump}, the node's name, and in
 * {@code spec.connections} the lines of {@code ovs-appctl dpctl/dump-conntrack}. They are asked
 * about and never stored.
 */
final class Dumps {

  private static final String KIND = "ConnectionDump";

  private Dumps() {}

  static boolean isOne(JsonNode step) {
    return step.path("kind").asText().equals(KIND);
  }

  /**
   * @throws RefusedException with the first line that is none
   */
  static List<Tracked> read(List<JsonNode> dumps) {
    List<Tracked> all = new ArrayList<>();
    for (JsonNode step : dumps) {
      Document dump = Document.of(step);
      Id<Node> node = Node.KIND.id(dump.name());
      String path = dump.path() + " spec";
      JsonNode lines = step.path("spec").path("connections");
      if (!lines.isArray() || step.path("spec").size() != 1) {
        throw new RefusedException(path, "connections is expected, a list of lines, and no more");
      }
      for (int i = 0; i < lines.size(); i++) {
        try {
          Tracked.parse(node, lines.get(i).asText()).ifPresent(all::add);
        } catch (RefusedException e) {
          throw new RefusedException(
              path + ".connections[" + i + "]", e.problems().get(0).sentence());
        }
      }
    }
    return all;
  }
}
