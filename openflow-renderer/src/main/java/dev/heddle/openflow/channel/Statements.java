package dev.heddle.openflow.channel;

import dev.heddle.openflow.channel.Askers.Asker;
import dev.heddle.openflow.channel.BundleOutcome.Refusal;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Messages that are answered only where they are refused, and the barrier that tells the rest. */
record Statements(
    Askers askers, Consumer<Consumer<ByteBuf>> send, Supplier<CompletableFuture<Void>> barrier) {

  /** Writes one message about {@code what}. */
  @FunctionalInterface
  interface Statement<T> {
    void write(ByteBuf out, int xid, T what);
  }

  /** Says something of each, each standing alone, and waits until the switch has done them all. */
  <T> CompletableFuture<BundleOutcome> each(List<T> all, Statement<T> statement) {
    int first = askers.numbers(all.size());
    List<Refusal> refusals = new ArrayList<>(); // touched by the channel's thread, till barrier
    for (int i = 0; i < all.size(); i++) {
      int index = i;
      askers.put(
          first + i,
          new Asker(
              unexpected -> {},
              e -> refusals.add(new Refusal(index, e.type(), e.code(), e.text())),
              lost -> {})); // the barrier tells
    }
    send.accept(
        out -> {
          for (int i = 0; i < all.size(); i++) {
            statement.write(out, first + i, all.get(i));
          }
        });
    return barrier
        .get()
        .whenComplete(
            (ok, failure) -> {
              for (int i = 0; i < all.size(); i++) {
                askers.remove(first + i);
              }
            })
        .thenApply(
            done ->
                refusals.isEmpty()
                    ? new BundleOutcome.Accepted(all.size())
                    : new BundleOutcome.Rejected(refusals));
  }
}
