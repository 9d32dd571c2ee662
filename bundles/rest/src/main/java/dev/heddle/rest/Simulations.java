package dev.heddle.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Network.Change;
import dev.heddle.pipeline.Inspection;
import dev.heddle.pipeline.SwapReport.Difference;
import dev.heddle.show.Changes;
import dev.heddle.show.Table;
import dev.heddle.simulator.whatif.Live;
import dev.heddle.simulator.whatif.Tracked;
import dev.heddle.simulator.whatif.WhatIf;
import dev.heddle.simulator.whatif.WhatIf.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;

/** Says what a change of policy would do, one at a time: it takes as much room as the model. */
final class Simulations {

  /** So many kinds of verdicts are listed; all are counted. */
  private static final int MOST_SHOWN = 200;

  private final Inspection inspection;
  private final Semaphore turn = new Semaphore(1);

  Simulations(Inspection inspection) {
    this.inspection = inspection;
  }

  CompletionStage<Reply> simulate(Request request) {
    List<JsonNode> steps =
        Changes.steps(Media.syntax(request.headers().get("Content-Type", "")), request.body());
    List<Tracked> tracked = Dumps.read(steps.stream().filter(Dumps::isOne).toList());
    List<Change> changes = Changes.of(steps.stream().filter(s -> !Dumps.isOne(s)).toList());
    if (!turn.tryAcquire()) {
      throw new Refusal(503, "Another change is being simulated; try again.");
    }
    try {
      WhatIf found = WhatIf.of(inspection, changes, tracked, WhatIf.Limits.USUAL);
      return CompletableFuture.completedFuture(
          Reply.of(200, request.accepted(), tree(found), () -> text(found)));
    } finally {
      turn.release();
    }
  }

  private static ObjectNode tree(WhatIf w) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode().put("revision", w.revision());
    ArrayNode nodes = tree.putArray("flows");
    w.flows()
        .forEach(
            (node, d) ->
                nodes
                    .addObject()
                    .put("node", node.name())
                    .put("added", d.added())
                    .put("changed", d.changed())
                    .put("removed", d.removed()));
    ObjectNode verdicts = tree.putObject("verdicts");
    verdicts.put("pairs", w.changing()).put("kinds", w.verdicts().size()).put("tried", w.tried());
    verdicts.put("portsWithoutInterface", w.unplugged());
    ArrayNode list = verdicts.putArray("list");
    w.verdicts().stream().limit(MOST_SHOWN).forEach(v -> list.add(tree(v)));
    tree.set("connections", tree(w.live()));
    tree.set("unmet", sentences(w.unmet()));
    tree.set("failures", sentences(w.failures()));
    return tree;
  }

  private static JsonNode tree(Verdict v) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("from", v.from())
        .put("to", v.to())
        .put("family", v.v6() ? "IPv6" : "IPv4")
        .put("service", v.service().toString())
        .put("now", v.now().toString())
        .put("then", v.then().toString())
        .put("pairs", v.alike());
  }

  private static ObjectNode tree(Live live) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("given", live.given()).put("known", live.known()).put("tried", live.tried());
    tree.put("cut", live.cut().size());
    ArrayNode list = tree.putArray("list");
    live.cut().stream()
        .limit(MOST_SHOWN)
        .forEach(
            c ->
                list.addObject()
                    .put("from", c.from())
                    .put("to", c.to())
                    .put("connection", c.connection().toString())
                    .put("bothWays", c.bothWays()));
    return tree;
  }

  private static ArrayNode sentences(Map<String, String> byName) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    byName.forEach((name, why) -> all.addObject().put("name", name).put("message", why));
    return all;
  }

  private static String text(WhatIf w) {
    StringBuilder text = new StringBuilder("Nothing was changed.\n\n");
    if (w.flows().isEmpty()) {
      text.append("No flow would change.\n");
    } else {
      List<List<String>> rows = new ArrayList<>();
      w.flows().forEach((node, d) -> rows.add(row(node.name(), d)));
      text.append(new Table(List.of("NODE", "ADDED", "CHANGED", "REMOVED"), rows));
    }
    text.append('\n').append(verdicts(w));
    if (w.live().given() > 0) {
      text.append('\n').append(live(w.live()));
    }
    if (w.unplugged() > 0) {
      text.append(w.unplugged())
          .append(
              " ports that the change may concern have no interface; nothing was sent there.\n");
    }
    w.unmet().forEach((name, why) -> text.append(name).append(": ").append(why).append('\n'));
    w.failures()
        .forEach(
            (unit, why) ->
                text.append(unit).append(" could not be computed: ").append(why).append('\n'));
    return text.toString();
  }

  private static List<String> row(String node, Difference d) {
    return List.of(node, "" + d.added(), "" + d.changed(), "" + d.removed());
  }

  private static String verdicts(WhatIf w) {
    String tried = "; " + w.tried() + " connections were tried.\n";
    if (w.verdicts().isEmpty()) {
      return "No verdict would change" + tried;
    }
    List<List<String>> rows =
        w.verdicts().stream()
            .limit(MOST_SHOWN)
            .map(
                v ->
                    List.of(
                        v.from(),
                        v.to(),
                        v.service() + (v.v6() ? " (IPv6)" : ""),
                        v.now().toString(),
                        v.then().toString(),
                        "" + v.alike()))
            .toList();
    int left = w.verdicts().size() - rows.size();
    return w.changing()
        + " pairs of ports and services would be judged otherwise"
        + tried
        + new Table(List.of("FROM", "TO", "SERVICE", "NOW", "THEN", "PAIRS"), rows)
        + (left > 0 ? "... and " + left + " kinds of pairs more\n" : "");
  }

  private static String live(Live live) {
    String of = " of " + live.known() + " live connections would be cut.\n";
    if (live.cut().isEmpty()) {
      return "None" + of;
    }
    List<List<String>> rows =
        live.cut().stream()
            .limit(MOST_SHOWN)
            .map(
                c ->
                    List.of(
                        c.from(),
                        c.to(),
                        c.connection().toString(),
                        c.bothWays() ? "both ways" : "one way"))
            .toList();
    int left = live.cut().size() - rows.size();
    return live.cut().size()
        + of
        + new Table(List.of("FROM", "TO", "CONNECTION", "CUT"), rows)
        + (left > 0 ? "... and " + left + " more\n" : "");
  }
}
