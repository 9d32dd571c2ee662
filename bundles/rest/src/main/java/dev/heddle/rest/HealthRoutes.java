package dev.heddle.rest;

import dev.heddle.pipeline.Confirmations;
import dev.heddle.pipeline.Inspection;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** {@code /metrics} and {@code /health}: what others watch the controller by. */
final class HealthRoutes {

  private final Inspection inspection;
  private final Supplier<Optional<Confirmations>> confirmations;
  private final Metrics metrics;

  HealthRoutes(
      Inspection inspection, Supplier<Optional<Confirmations>> confirmations, Latencies latencies) {
    this.inspection = inspection;
    this.confirmations = confirmations;
    this.metrics = new Metrics(inspection, confirmations, latencies);
  }

  CompletionStage<Reply> metrics(Request unusedRequest) {
    return CompletableFuture.completedFuture(
        new Reply.Answer(
            200,
            Map.of("Content-Type", Exposition.CONTENT_TYPE),
            metrics.text().getBytes(StandardCharsets.UTF_8)));
  }

  /** 503 if it is not ready, so that who looks at the status alone is told too. */
  CompletionStage<Reply> health(Request request) {
    Health health = Health.of(inspection, confirmations.get());
    return CompletableFuture.completedFuture(
        Reply.of(health.ready() ? 200 : 503, request.accepted(), health.tree(), health::text));
  }
}
