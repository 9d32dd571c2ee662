package dev.heddle.openflow.session;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Confirmations.Counted;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Asks several switches at once for what they have counted. */
final class Counts {

  private Counts() {}

  /** Completes when all have answered or failed; those that failed are left out. */
  static CompletableFuture<Map<Id<Node>, Counted>> of(
      long cookie, Set<Id<Node>> nodes, Map<Id<Node>, NodeSession> sessions) {
    Map<Id<Node>, Counted> counted = new ConcurrentHashMap<>();
    CompletableFuture<?>[] asked =
        nodes.stream()
            .flatMap(
                node ->
                    Optional.ofNullable(sessions.get(node)).flatMap(s -> s.counted(cookie)).stream()
                        .map(
                            answer ->
                                answer.handle(
                                    (found, failed) ->
                                        found == null ? null : counted.put(node, found))))
            .toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(asked).thenApply(all -> new HashMap<>(counted));
  }
}
