package dev.heddle.openflow.channel;

import dev.heddle.openflow.codec.Messages;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Has a switch forget the connections it tracks in some zones. */
final class Emptying {

  private Emptying() {}

  static CompletableFuture<Void> of(
      Collection<Integer> zones,
      Dialogue dialogue,
      Duration patience,
      Supplier<CompletableFuture<Void>> barrier) {
    // Only a refusal is answered, and before the barrier is.
    List<CompletableFuture<Void>> asked =
        zones.stream()
            .map(
                zone ->
                    dialogue.<Void>ask(
                        patience,
                        (out, xid) -> Messages.writeEmptyZone(out, xid, zone),
                        m -> Optional.empty()))
            .toList();
    return barrier
        .get()
        .thenCompose(
            done -> {
              asked.forEach(a -> a.complete(null));
              return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new));
            });
  }
}
