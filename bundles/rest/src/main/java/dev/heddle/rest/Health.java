package dev.heddle.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Confirmations;
import dev.heddle.pipeline.Confirmations.NodeState;
import dev.heddle.pipeline.Inspection;
import dev.heddle.pipeline.Inspection.Audited;
import dev.heddle.pipeline.Inspection.StageState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How the controller is, part by part. It is ready if it can drive switches; a node that is away or
 * a feature that is held is told, but no other controller would make it better.
 *
 * @param parts in the order in which one would look
 */
record Health(boolean ready, List<Part> parts) {

  private static final int NAMED = 10;

  /**
   * @param well false if somebody should look
   */
  record Part(String name, boolean well, String sentence) {}

  static Health of(Inspection inspection, Optional<Confirmations> renderer) {
    List<Part> parts = new ArrayList<>();
    parts.add(new Part("model", true, "Revision " + inspection.work().revision() + "."));
    parts.add(functions(inspection.failures()));
    parts.add(audit(inspection.audit(0)));
    parts.add(features(inspection.stages()));
    parts.add(
        renderer
            .map(r -> nodes(r.nodes()))
            .orElse(
                new Part("nodes", false, "No renderer is here: switches keep what they have.")));
    return new Health(renderer.isPresent(), List.copyOf(parts));
  }

  private static Part functions(Map<String, String> failed) {
    return failed.isEmpty()
        ? new Part("functions", true, "None has failed.")
        : new Part("functions", false, "The last call failed of " + some(failed.keySet()) + ".");
  }

  private static Part audit(Audited audited) {
    return new Part(
        "audit",
        audited.differences() == 0,
        audited.checked()
            + " functions were called again; "
            + audited.differences()
            + " gave something else and were repaired.");
  }

  private static Part features(List<StageState> stages) {
    List<String> held =
        stages.stream().filter(StageState::held).map(StageState::feature).distinct().toList();
    return held.isEmpty()
        ? new Part("features", true, "None is away.")
        : new Part("features", false, "Away, with their flows held: " + some(held) + ".");
  }

  private static Part nodes(Map<Id<Node>, NodeState> nodes) {
    Map<String, String> troubled = new TreeMap<>();
    nodes.forEach(
        (id, n) -> {
          if (!n.trouble().isEmpty()) {
            troubled.put(id.name(), n.trouble());
          } else if (!n.connected()) {
            troubled.put(id.name(), "not connected");
          }
        });
    long connected = nodes.values().stream().filter(NodeState::connected).count();
    String sentence = connected + " of " + nodes.size() + " are connected";
    return troubled.isEmpty()
        ? new Part("nodes", true, sentence + ".")
        : new Part("nodes", false, sentence + ". Look at " + some(troubled.keySet()) + ".");
  }

  private static String some(Collection<String> names) {
    String named = names.stream().sorted().limit(NAMED).collect(Collectors.joining(", "));
    int more = names.size() - NAMED;
    return more > 0 ? named + " and " + more + " more" : named;
  }

  ObjectNode tree() {
    ObjectNode tree = JsonNodeFactory.instance.objectNode().put("live", true).put("ready", ready);
    ArrayNode all = tree.putArray("parts");
    parts.forEach(
        p ->
            all.addObject()
                .put("name", p.name())
                .put("well", p.well())
                .put("sentence", p.sentence()));
    return tree;
  }

  String text() {
    StringBuilder text = new StringBuilder(ready ? "ready\n" : "not ready\n");
    parts.forEach(
        p ->
            text.append(
                String.format(
                    "%-10s %-4s %s%n", p.name(), p.well() ? "well" : "look", p.sentence())));
    return text.toString();
  }
}
