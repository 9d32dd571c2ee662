package dev.heddle.rest;

import dev.heddle.model.Condition;
import dev.heddle.model.Id;
import dev.heddle.model.Network;
import dev.heddle.model.Network.State;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Clients that wait until a condition holds. Looked at when something changed, never polled. */
final class Waits {

  private final Network network;
  private final ScheduledExecutorService follower;
  private final int most;
  private final Set<Wait> open = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean due = new AtomicBoolean();

  Waits(Network network, ScheduledExecutorService follower, int most) {
    this.network = network;
    this.follower = follower;
    this.most = most;
  }

  /**
   * Completes when {@code condition} has held for each of {@code objects}: with nothing, or when
   * the time is over with a sentence that says what is missing. Fails with {@link Refusal} 404 if
   * one of them is deleted. Ask {@link #ensureRoom} first.
   */
  CompletableFuture<Optional<String>> until(
      String condition, Collection<Id<?>> objects, Duration timeout) {
    Wait wait = new Wait(condition, objects);
    open.add(wait);
    ScheduledFuture<?> end =
        follower.schedule(() -> wait.end(timeout), timeout.toMillis(), TimeUnit.MILLISECONDS);
    wait.done.whenComplete(
        (sentence, failure) -> {
          open.remove(wait);
          end.cancel(false);
        });
    follower.execute(wait::look);
    return wait.done;
  }

  /**
   * To be asked before a change whose effect is waited for, so that nothing is changed in vain.
   *
   * @throws Refusal 503 if too many wait
   */
  void ensureRoom() {
    if (open.size() >= most) {
      throw new Refusal(503, "There are " + most + " requests that wait already.");
    }
  }

  /** Something may have changed. Quick. */
  void look() {
    if (!open.isEmpty() && due.compareAndSet(false, true)) {
      follower.execute(
          () -> {
            due.set(false);
            open.forEach(Wait::look);
          });
    }
  }

  private final class Wait {
    private final String condition;
    private final Deque<Id<?>> left;
    private final CompletableFuture<Optional<String>> done = new CompletableFuture<>();
    private String missing = "";

    Wait(String condition, Collection<Id<?>> objects) {
      this.condition = condition;
      left = new ArrayDeque<>(objects);
    }

    /** Only the first that is missing is looked at again. */
    void look() {
      try {
        while (!done.isDone() && !left.isEmpty()) {
          Id<?> id = left.peek();
          State state =
              network
                  .get(id.kind(), id.name())
                  .orElseThrow(() -> new Refusal(404, id + " was deleted meanwhile."));
          Optional<Condition> found =
              state.conditions().stream().filter(c -> c.type().equals(condition)).findFirst();
          if (found.isEmpty() || !found.get().status()) {
            missing = id + ": " + found.map(Condition::message).orElse("it has no such condition.");
            return;
          }
          left.remove();
        }
        done.complete(Optional.empty());
      } catch (RuntimeException e) {
        done.completeExceptionally(e);
      }
    }

    void end(Duration timeout) {
      look();
      done.complete(
          Optional.of(
              "Not " + condition + " within " + timeout.toMillis() / 1000.0 + " s. " + missing));
    }
  }
}
