package dev.heddle.openflow.session;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one after the other, in order, on threads that it shares with others. After each task
 * the others have their turn: who has much to do delays nobody by more than one task.
 */
final class Serial implements Executor {

  private static final Logger LOG = LoggerFactory.getLogger(Serial.class);

  private final Executor threads;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private boolean running;

  Serial(Executor threads) {
    this.threads = threads;
  }

  @Override
  public synchronized void execute(Runnable task) {
    waiting.add(task);
    if (!running) {
      running = true;
      turn();
    }
  }

  private void turn() {
    try {
      threads.execute(this::runOne);
    } catch (RejectedExecutionException e) {
      LOG.debug("too late: the renderer has stopped");
    }
  }

  private void runOne() {
    Runnable task;
    synchronized (this) {
      task = waiting.remove();
    }
    try {
      task.run();
    } catch (RuntimeException | Error e) { // the next task may be about something else
      LOG.error("a step of the renderer failed", e);
    }
    synchronized (this) {
      running = !waiting.isEmpty();
      if (running) {
        turn();
      }
    }
  }
}
