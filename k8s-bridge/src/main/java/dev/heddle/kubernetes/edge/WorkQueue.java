package dev.heddle.kubernetes.edge;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keys of objects that have changed, each once however often it did. Whoever takes them gets all,
 * and looks at the objects as they are then. Safe for many threads; one takes.
 */
final class WorkQueue {

  private static final long FIRST_PAUSE = 100;
  private static final long LONGEST_PAUSE = 30_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<String> keys = new LinkedHashSet<>();
  private final long gather;
  private long pause;
  private long taken;

  /**
   * @param gather milliseconds between two takings: what comes alone is taken at once, what comes
   *     close behind it together
   */
  WorkQueue(long gather) {
    this.gather = gather;
    taken = System.nanoTime() - nanos(gather);
  }

  private static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  void add(String key) {
    lock.lock();
    try {
      if (keys.add(key)) {
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for something to do, and until the last taking is long enough ago.
   *
   * @param atMost milliseconds; then what there is, perhaps nothing
   */
  Set<String> take(long atMost) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos(atMost);
      while (keys.isEmpty() && left > 0) {
        left = changed.awaitNanos(left);
      }
      if (keys.isEmpty()) {
        return Set.of();
      }
      long now = System.nanoTime();
      long wait = Math.max(nanos(gather) - (now - taken), nanos(pause));
      while (wait > 0) {
        wait = changed.awaitNanos(wait);
      }
      taken = System.nanoTime();
      Set<String> all = Set.copyOf(keys);
      keys.clear();
      return all;
    } finally {
      lock.unlock();
    }
  }

  /** It did not work out: they are to be done again, after a pause that doubles. */
  void failed(Set<String> again) {
    lock.lock();
    try {
      keys.addAll(again);
      pause = Math.min(LONGEST_PAUSE, Math.max(FIRST_PAUSE, pause * 2));
    } finally {
      lock.unlock();
    }
  }

  void worked() {
    lock.lock();
    try {
      pause = 0;
    } finally {
      lock.unlock();
    }
  }

  /** Milliseconds before the next try; 0 if the last one worked. */
  long pause() {
    lock.lock();
    try {
      return pause;
    } finally {
      lock.unlock();
    }
  }
}
