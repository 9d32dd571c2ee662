package dev.heddle.architecture.planted.l2;

import java.util.List;
import java.util.concurrent.Executor;

/** Guilty: threads, openly and hidden in a stream. */
public final class StartsAThread {
  public long run(Executor executor, Runnable work) {
    new Thread(work).start();
    executor.execute(work);
    return List.of(1, 2).parallelStream().count();
  }
}
