package dev.heddle.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Network;
import dev.heddle.model.Text;
import dev.heddle.pipeline.Confirmations;
import dev.heddle.pipeline.Confirmations.Counted;
import dev.heddle.pipeline.Inspection;
import dev.heddle.policy.Acl;
import dev.heddle.show.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Asks the switches how often a rule has decided, one rule at a time: it asks all nodes. */
final class Hits {

  /** A switch that is slower is left out. */
  private static final int PATIENCE_SECONDS = 10;

  /** The units whose flows decide; those of others are met by packets that were counted there. */
  private static final String DECIDES = "acl/rule/";

  private final Network network;
  private final Inspection inspection;
  private final Supplier<Optional<Confirmations>> confirmations;
  private final Semaphore turn = new Semaphore(1);

  Hits(Network network, Inspection inspection, Supplier<Optional<Confirmations>> confirmations) {
    this.network = network;
    this.inspection = inspection;
    this.confirmations = confirmations;
  }

  CompletionStage<Reply> hits(Request request) {
    String name = request.path().get(3);
    if (network.get(Acl.KIND.name(), name).isEmpty()) {
      throw new Refusal(404, "There is no Acl named " + Text.shown(name) + ".");
    }
    Confirmations nodes =
        confirmations
            .get()
            .orElseThrow(() -> new Refusal(503, "Nobody drives switches now; try again."));
    if (!turn.tryAcquire()) {
      throw new Refusal(503, "The hits of another rule are being counted; try again.");
    }
    SortedMap<String, Counted> found = new TreeMap<>();
    List<CompletableFuture<?>> asked = new ArrayList<>();
    Map<String, Long> cookies = inspection.cookies(Acl.KIND.id(name));
    cookies.keySet().removeIf(unit -> !unit.startsWith(DECIDES));
    for (long cookie : cookies.values()) {
      asked.add(
          nodes
              .counted(cookie, nodes.nodes().keySet())
              .thenAccept(
                  all -> {
                    synchronized (found) {
                      all.forEach((node, c) -> found.merge(node.name(), c, Hits::sum));
                    }
                  }));
    }
    return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .handle((ok, late) -> reply(request, name, found))
        .whenComplete((reply, error) -> turn.release());
  }

  private static Counted sum(Counted a, Counted b) {
    return new Counted(a.packets() + b.packets(), a.bytes() + b.bytes(), a.flows() + b.flows());
  }

  private static Reply reply(Request request, String name, Map<String, Counted> found) {
    Map<String, Counted> nodes;
    synchronized (found) {
      nodes = new TreeMap<>(found);
    }
    nodes.values().removeIf(c -> c.flows() == 0);
    Counted all = nodes.values().stream().reduce(new Counted(0, 0, 0), Hits::sum);
    ObjectNode tree = JsonNodeFactory.instance.objectNode().put("acl", name);
    tree.put("packets", all.packets()).put("bytes", all.bytes());
    ArrayNode list = tree.putArray("nodes");
    nodes.forEach(
        (node, c) ->
            list.addObject()
                .put("node", node)
                .put("packets", c.packets())
                .put("bytes", c.bytes())
                .put("flows", c.flows()));
    return Reply.of(200, request.accepted(), tree, () -> text(nodes));
  }

  private static String text(Map<String, Counted> nodes) {
    if (nodes.isEmpty()) {
      return "No switch has a flow of it.\n";
    }
    List<List<String>> rows = new ArrayList<>();
    nodes.forEach(
        (node, c) -> rows.add(List.of(node, "" + c.packets(), "" + c.bytes(), "" + c.flows())));
    return new Table(List.of("NODE", "PACKETS", "BYTES", "FLOWS"), rows).toString();
  }
}
