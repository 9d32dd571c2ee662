package dev.heddle.engine;

import dev.heddle.model.Id;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Result;
import dev.heddle.model.Network.Writer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The one thread that changes the model. Transactions that wait meanwhile are taken together, as
 * one revision, unless two touch the same object: a revision names one state of an object, or a
 * writer could not say which one its change was made for.
 */
final class ModelThread implements AutoCloseable {

  /** A transaction in the queue. */
  record Pending(Writer writer, List<Change> changes, CompletableFuture<Result> result) {}

  private static final int BATCH = 1024;

  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          r -> {
            Thread t = new Thread(r, "heddle-model");
            t.setDaemon(true);
            return t;
          });
  private final ConcurrentLinkedQueue<Pending> queue = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final Consumer<List<Pending>> drain;
  private volatile Thread self;
  private boolean paused;

  ModelThread(Consumer<List<Pending>> drain) {
    this.drain = drain;
  }

  CompletableFuture<Result> submit(Writer writer, List<Change> changes) {
    CompletableFuture<Result> result = new CompletableFuture<>();
    queue.add(new Pending(writer, List.copyOf(changes), result));
    if (scheduled.compareAndSet(false, true)) {
      execute(this::takeAll);
    }
    return result;
  }

  private void takeAll() {
    scheduled.set(false);
    if (paused) {
      return;
    }
    List<Pending> waiting = new ArrayList<>();
    Set<Id<?>> touched = new HashSet<>();
    for (Pending p = queue.peek(); p != null && waiting.size() < BATCH; p = queue.peek()) {
      List<Id<?>> ids = ids(p);
      if (!Collections.disjoint(touched, ids)) {
        break;
      }
      touched.addAll(ids);
      waiting.add(queue.remove());
    }
    if (!queue.isEmpty() && scheduled.compareAndSet(false, true)) {
      execute(this::takeAll);
    }
    try {
      drain.accept(waiting);
    } catch (RuntimeException | Error e) { // nobody may wait for ever, whatever it was
      waiting.forEach(p -> p.result().completeExceptionally(e));
    }
  }

  private static List<Id<?>> ids(Pending pending) {
    List<Id<?>> ids = new ArrayList<>();
    for (Change change : pending.changes()) {
      ids.add(
          change instanceof Change.Put put
              ? put.document().id()
              : new Id<>(((Change.Remove) change).kind(), ((Change.Remove) change).name()));
    }
    return ids;
  }

  /** Transactions wait from now on, until {@link #resume}. On the model's thread, as that. */
  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
    if (!queue.isEmpty() && scheduled.compareAndSet(false, true)) {
      execute(this::takeAll);
    }
  }

  /** True if no transaction waits. */
  boolean isIdle() {
    return queue.isEmpty();
  }

  void execute(Runnable task) {
    executor.execute(task);
  }

  /**
   * Runs {@code task} on the model's thread and waits for it; exceptions come through as they are.
   */
  <T> T call(Callable<T> task) {
    try {
      if (Thread.currentThread() == self) {
        return task.call();
      }
      return executor
          .submit(
              () -> {
                self = Thread.currentThread();
                return task.call();
              })
          .get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the model", e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(10, TimeUnit.SECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
