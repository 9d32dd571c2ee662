package dev.heddle.fleet;

import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Says on standard error every few seconds how far a run is. A run may take as long as it makes
 * progress; one that makes none for long is over.
 */
final class Progress implements AutoCloseable {

  private static final long EVERY_SECONDS = 5;
  private static final long PATIENCE_SECONDS = 900;

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          r -> {
            Thread t = new Thread(r, "fleet-progress");
            t.setDaemon(true);
            return t;
          });
  private final String run;
  private final Supplier<String> state;
  private volatile String phase = "model";
  private volatile long since = System.nanoTime();
  private String last = "";
  private volatile long lastNews = System.nanoTime();

  /**
   * @param state how far it is: while it changes there is progress
   */
  Progress(String run, Supplier<String> state) {
    this.run = run;
    this.state = state;
    clock.scheduleWithFixedDelay(this::say, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
  }

  void phase(String name) {
    phase = name;
    since = System.nanoTime();
    lastNews = since;
  }

  private void say() {
    String now = state.get();
    if (!now.equals(last)) {
      last = now;
      lastNews = System.nanoTime();
    }
    System.err.printf(
        Locale.ROOT,
        "%s: %s, %d s: %s%n",
        run,
        phase,
        (System.nanoTime() - since) / 1_000_000_000,
        now);
  }

  /** Whether nothing has changed for so long that nothing will. */
  boolean isStuck() {
    return System.nanoTime() - lastNews > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
