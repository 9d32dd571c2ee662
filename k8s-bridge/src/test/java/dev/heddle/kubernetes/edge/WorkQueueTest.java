package dev.heddle.kubernetes.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When changes are taken. Whoever waited for an hour would end these tests. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkQueueTest {

  private static final long HOUR = 3_600_000;

  private final AtomicLong now = new AtomicLong();

  private void passes(long millis) {
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  @Test
  void whatComesAloneIsTakenAtOnce() throws Exception {
    WorkQueue queue = new WorkQueue(HOUR, now::get);
    queue.add("a");
    assertThat(queue.take(HOUR)).isEqualTo(Set.of("a"));
    queue.add("b");
    assertThat(queue.take(HOUR)).as("the round took no time").isEqualTo(Set.of("b"));
  }

  @Test
  void afterARoundThatTookLongThereIsARest() throws Exception {
    WorkQueue queue = new WorkQueue(HOUR, now::get);
    queue.add("a");
    queue.take(HOUR);
    passes(HOUR);
    queue.add("b");
    AtomicReference<Thread> taker = new AtomicReference<>();
    ExecutorService one = Executors.newSingleThreadExecutor();
    try {
      Future<Set<String>> next =
          one.submit(
              () -> {
                taker.set(Thread.currentThread());
                return queue.take(0);
              });
      while (taker.get() == null || taker.get().getState() != Thread.State.TIMED_WAITING) {
        assertThat(next.isDone()).isFalse();
        Thread.onSpinWait();
      }
    } finally {
      one.shutdownNow();
    }
  }

  @Test
  void whatComesDuringARoundIsTakenTogether() throws Exception {
    WorkQueue queue = new WorkQueue(1, now::get);
    queue.add("a");
    queue.take(HOUR);
    passes(HOUR);
    queue.add("b");
    queue.add("c");
    queue.add("b");
    assertThat(queue.take(HOUR)).isEqualTo(Set.of("b", "c"));
    assertThat(queue.take(0)).isEmpty();
  }

  @Test
  void whatFailedIsTakenAgainAfterAPauseThatDoubles() throws Exception {
    WorkQueue queue = new WorkQueue(0);
    queue.add("a");
    Set<String> taken = queue.take(HOUR);
    queue.failed(taken);
    assertThat(queue.pause()).isEqualTo(100);
    assertThat(queue.take(0)).isEqualTo(Set.of("a"));
    queue.failed(taken);
    assertThat(queue.pause()).isEqualTo(200);
    queue.worked();
    assertThat(queue.pause()).isZero();
  }
}
