package dev.heddle.rest;

import dev.heddle.model.Binding;
import dev.heddle.model.Id;
import dev.heddle.model.Network;
import dev.heddle.pipeline.Confirmations;
import dev.heddle.pipeline.Confirmations.NodeState;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.DesiredFlows.Revision;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How long it takes until what was published is confirmed by every node that is connected. Watches
 * from outside: neither engine nor sessions know of it.
 */
final class Latencies implements AutoCloseable {

  /** Confirmations that come close together are looked at once; so fine are the measurements. */
  private static final long MILLIS = 2;

  /** A node that hangs holds all revisions back; older ones are given up. */
  static final int MOST = 1024;

  private record Published(long revision, long nanos, List<Id<?>> bindings) {}

  final Histogram realize = new Histogram();
  final Histogram portUp = new Histogram();
  private final Network network;
  private final Supplier<Optional<Confirmations>> confirmations;
  private final ScheduledExecutorService follower;
  private final LongSupplier nanos;
  private final Deque<Published> waiting = new ArrayDeque<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final AutoCloseable listening;

  Latencies(
      Network network,
      DesiredFlows flows,
      Supplier<Optional<Confirmations>> confirmations,
      ScheduledExecutorService follower,
      LongSupplier nanos) {
    this.network = network;
    this.confirmations = confirmations;
    this.follower = follower;
    this.nanos = nanos;
    listening = flows.listen(this::published);
  }

  private void published(Revision revision) {
    List<Id<?>> bindings = new ArrayList<>();
    for (Id<?> id : revision.objects()) {
      if (id.kind().equals(Binding.KIND.name())) {
        bindings.add(id);
      }
    }
    synchronized (waiting) {
      if (waiting.size() == MOST) {
        waiting.removeFirst();
      }
      waiting.addLast(new Published(revision.number(), nanos.getAsLong(), bindings));
    }
  }

  /** Something was published or confirmed. */
  void look() {
    if (scheduled.compareAndSet(false, true)) {
      follower.schedule(
          () -> {
            scheduled.set(false);
            measure();
          },
          MILLIS,
          TimeUnit.MILLISECONDS);
    }
  }

  void measure() {
    synchronized (waiting) {
      if (waiting.isEmpty()) {
        return;
      }
    }
    Collection<NodeState> nodes =
        confirmations.get().map(c -> c.nodes().values()).orElse(List.of());
    // Where nobody listens nothing is ever confirmed, and nothing is late.
    long confirmed =
        nodes.stream()
            .filter(NodeState::connected)
            .mapToLong(NodeState::installed)
            .min()
            .orElse(Long.MAX_VALUE);
    boolean counts = confirmed != Long.MAX_VALUE;
    long now = nanos.getAsLong();
    for (Published p : upTo(confirmed)) {
      double seconds = (now - p.nanos()) / 1e9;
      if (counts) {
        realize.observe(seconds);
        int plugged = p.bindings().isEmpty() ? 0 : network.get(p.bindings()).size();
        for (int i = 0; i < plugged; i++) {
          portUp.observe(seconds);
        }
      }
    }
  }

  private List<Published> upTo(long confirmed) {
    List<Published> done = new ArrayList<>();
    synchronized (waiting) {
      while (!waiting.isEmpty() && waiting.peekFirst().revision() <= confirmed) {
        done.add(waiting.removeFirst());
      }
    }
    return done;
  }

  @Override
  public void close() throws Exception {
    listening.close();
  }
}
