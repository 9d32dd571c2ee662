package dev.heddle.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.model.Network;
import dev.heddle.model.RefusedException;
import dev.heddle.model.Text;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.Inspection;
import dev.heddle.simulator.Finding;
import dev.heddle.simulator.Question;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;

/** Sends packets through the flows that are wanted, one at a time: it reads whole switches. */
final class Traces {

  private final Network network;
  private final DesiredFlows flows;
  private final Inspection inspection;
  private final Semaphore turn = new Semaphore(1);

  Traces(Network network, DesiredFlows flows, Inspection inspection) {
    this.network = network;
    this.flows = flows;
    this.inspection = inspection;
  }

  CompletionStage<Reply> trace(Request request) {
    JsonNode body = Edits.body(request);
    body.fieldNames()
        .forEachRemaining(
            f -> {
              if (!f.equals("from") && !f.equals("to") && !f.equals("packet")) {
                throw new RefusedException(
                    Text.shown(f), "no such field; known are from, to, packet");
              }
            });
    String from = text(body, "from");
    if (from.isEmpty()) {
      throw new RefusedException("from", "the name of a LogicalPort is expected");
    }
    Question question = Question.of(network, from, text(body, "to"), fields(body.path("packet")));
    if (!turn.tryAcquire()) {
      throw new Refusal(503, "Another packet is being traced; try again.");
    }
    try {
      Finding finding = Finding.of(question, network, flows, inspection);
      return CompletableFuture.completedFuture(
          Reply.of(200, request.accepted(), finding.tree(), finding::text));
    } finally {
      turn.release();
    }
  }

  private static String text(JsonNode body, String field) {
    JsonNode value = body.path(field);
    if (!value.isMissingNode() && !value.isTextual()) {
      throw new RefusedException(field, "a text is expected");
    }
    return value.asText("");
  }

  private static Map<String, String> fields(JsonNode packet) {
    if (!packet.isMissingNode() && !packet.isObject()) {
      throw new RefusedException("packet", "an object of fields and values is expected");
    }
    Map<String, String> fields = new HashMap<>();
    packet
        .properties()
        .forEach(
            f -> {
              if (!f.getValue().isTextual() && !f.getValue().isIntegralNumber()) {
                throw new RefusedException(
                    "packet." + Text.shown(f.getKey()), "a text or a whole number is expected");
              }
              fields.put(f.getKey(), f.getValue().asText());
            });
    return fields;
  }
}
