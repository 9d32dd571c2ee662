package dev.heddle.kubernetes.edge;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

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
  private final long longest;
  private final LongSupplier nanos;
  private long pause;
  private long taken;

  /**
   * @param longest the longest rest between two rounds of work, in milliseconds
   */
  WorkQueue(long longest) {
    this(longest, System::nanoTime);
  }

  /** With another clock than the system's. */
  WorkQueue(long longest, LongSupplier nanos) {
    this.longest = longest;
    this.nanos = nanos;
    taken = nanos.getAsLong();
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
   * Waits for something to do. Who comes back from work rests as long as that took, for others have
   * to work too: meanwhile more may come, which is then taken together.
   *
   * @param atMost milliseconds; then what there is, perhaps nothing
   */
  Set<String> take(long atMost) throws InterruptedException {
    lock.lock();
    try {
      long back = nanos.getAsLong();
      long rest = Math.min(nanos(longest), back - taken);
      long left = nanos(atMost);
      while (keys.isEmpty() && left > 0) {
        left = changed.awaitNanos(left);
      }
      if (keys.isEmpty()) {
        taken = nanos.getAsLong();
        return Set.of();
      }
      long wait = Math.max(rest - (nanos.getAsLong() - back), nanos(pause));
      while (wait > 0) {
        wait = changed.awaitNanos(wait);
      }
      taken = nanos.getAsLong();
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
