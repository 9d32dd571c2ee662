package dev.heddle.openflow.channel;

import dev.heddle.openflow.channel.BundleOutcome.Refusal;
import dev.heddle.openflow.codec.BundleCodec;
import dev.heddle.openflow.codec.BundleCodec.Control;
import dev.heddle.openflow.codec.Change;
import dev.heddle.openflow.codec.EncodedFlows;
import dev.heddle.openflow.codec.MalformedMessage;
import dev.heddle.openflow.codec.OpenFlowError;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * One bundle from open to commit. Open, all changes and close go out without waiting; the answer to
 * close comes after every error about a change, so only then is it known whether to commit or to
 * discard. Without that wait OVS 3.1 would commit the changes it did not refuse.
 *
 * <p>Numbers (xid) from {@code first}: open, one per change, close, commit or discard.
 */
final class BundleCommit {

  /** Changes written in one go: about 12 KB. */
  private static final int CHUNK = 64;

  /** Chunks handed to the channel and not yet on the wire. */
  private static final int WINDOW = 16;

  private static final int SHOWN_REFUSALS = 100;

  /** Queues bytes to the switch; the future completes when they have left. */
  interface Sender {
    CompletableFuture<Void> send(Consumer<ByteBuf> content);
  }

  private final int bundle;
  private final int first;
  private final List<? extends Change> changes;
  private final EncodedFlows encoded;
  private final Sender sender;
  private final LongAdder flowModsSent;
  private final CompletableFuture<BundleOutcome> outcome = new CompletableFuture<>();
  private final List<Refusal> refusals = new ArrayList<>();
  private int next;
  private int inFlight;
  private boolean closeSent;
  private Optional<Control> verdict = Optional.empty();

  BundleCommit(
      int bundle,
      int first,
      List<? extends Change> changes,
      EncodedFlows encoded,
      Sender sender,
      LongAdder flowModsSent) {
    this.bundle = bundle;
    this.first = first;
    this.changes = changes;
    this.encoded = encoded;
    this.sender = sender;
    this.flowModsSent = flowModsSent;
  }

  /** How many numbers a bundle of {@code changes} takes. */
  static int numbers(int changes) {
    return changes + 3;
  }

  boolean has(int xid) {
    return Integer.compareUnsigned(xid - first, numbers(changes.size())) < 0;
  }

  CompletableFuture<BundleOutcome> outcome() {
    return outcome;
  }

  synchronized void start() {
    control(0, Control.OPEN);
    pump();
  }

  private void control(int number, Control control) {
    sender
        .send(out -> BundleCodec.write(out, first + number, bundle, control))
        .whenComplete((ok, failure) -> failed(failure));
  }

  private void failed(Throwable failure) {
    if (failure != null) {
      outcome.completeExceptionally(failure);
    }
  }

  private synchronized void pump() {
    while (inFlight < WINDOW && next < changes.size()) {
      int from = next;
      next = Math.min(from + CHUNK, changes.size());
      int to = next;
      inFlight++;
      sender
          .send(out -> write(out, from, to))
          .whenComplete(
              (ok, failure) -> {
                failed(failure);
                if (failure == null) {
                  left();
                }
              });
    }
    if (next == changes.size() && !closeSent) {
      closeSent = true;
      control(changes.size() + 1, Control.CLOSE);
    }
  }

  private synchronized void left() {
    inFlight--;
    pump();
  }

  private void write(ByteBuf out, int from, int to) {
    int written = 0;
    encoded.ahead(changes, from);
    for (int i = from; i < to; i++) {
      try {
        BundleCodec.writeAdd(out, first + 1 + i, bundle, changes.get(i), encoded);
        written++;
      } catch (IllegalArgumentException e) {
        refuse(new Refusal(i, Refusal.UNSENT, 0, e.getMessage()));
      }
    }
    flowModsSent.add(written);
  }

  private synchronized void refuse(Refusal refusal) {
    if (refusals.size() < SHOWN_REFUSALS) {
      refusals.add(refusal);
    }
  }

  /**
   * A control message was answered.
   *
   * @throws MalformedMessage if it is not what was asked: a switch that lies about a bundle may
   *     have any flows
   */
  synchronized void answer(int xid, byte[] message) {
    int number = xid - first;
    if (number == 0 && BundleCodec.answers(message, bundle, Control.OPEN)) {
      return; // close tells more
    } else if (closeSent
        && number == changes.size() + 1
        && BundleCodec.answers(message, bundle, Control.CLOSE)) {
      decide();
    } else if (number == changes.size() + 2
        && verdict.filter(v -> BundleCodec.answers(message, bundle, v)).isPresent()) {
      outcome.complete(
          verdict.get() == Control.COMMIT
              ? new BundleOutcome.Accepted(changes.size())
              : new BundleOutcome.Rejected(refusals));
    } else {
      throw new MalformedMessage("an answer about a bundle that was not asked for");
    }
  }

  synchronized void error(int xid, OpenFlowError error) {
    int number = xid - first;
    boolean aboutChange = number >= 1 && number <= changes.size();
    if (aboutChange || refusals.isEmpty()) {
      // an error about commit only repeats that a change failed
      int index = aboutChange ? number - 1 : Refusal.WHOLE;
      refuse(new Refusal(index, error.type(), error.code(), error.text()));
    }
    if (number == changes.size() + 1) {
      decide();
    } else if (number == changes.size() + 2) {
      outcome.complete(new BundleOutcome.Rejected(refusals));
    }
  }

  private void decide() {
    if (verdict.isEmpty()) {
      verdict = Optional.of(refusals.isEmpty() ? Control.COMMIT : Control.DISCARD);
      control(changes.size() + 2, verdict.get());
    }
  }
}
