package dev.heddle.engine;

import dev.heddle.pipeline.Inspection.Audited;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls functions again that nothing has woken, in random order, and compares: what comes out must
 * be what stands. A difference means that a function reads something past its {@link Reading}, or
 * that the engine forgot to wake it. It is told and repaired.
 */
final class Audit {

  private static final Logger LOG = LoggerFactory.getLogger(Audit.class);
  private static final int KEPT = 100;

  private final ModelThread thread;
  private final Graph graph;
  private final Functions functions;
  private final Runnable publish;
  private final Random chance = new Random();

  /** Those that this round has still to look at. */
  private List<Computation> ahead = new ArrayList<>();

  private final Deque<String> found = new ArrayDeque<>();
  private long checked;
  private long differences;

  Audit(ModelThread thread, Graph graph, Functions functions, Runnable publish) {
    this.thread = thread;
    this.graph = graph;
    this.functions = functions;
    this.publish = publish;
  }

  /**
   * Looks at {@code count} units and index sources, or at all if there are fewer, and at the facts
   * that they read; a round looks at each once. What differs runs again, and that is a revision.
   */
  Audited now(int count) {
    return thread.call(
        () -> {
          long before = differences;
          check(count);
          if (differences > before) {
            publish.run();
          }
          return new Audited(checked, differences, List.copyOf(found));
        });
  }

  /** As {@link #now}, unless transactions wait. */
  void ifIdle(int count) {
    if (thread.isIdle()) {
      now(count);
    }
  }

  private void check(int count) {
    int left = count;
    boolean begun = false;
    while (left > 0) {
      if (ahead.isEmpty()) {
        if (begun) {
          return; // all have been looked at
        }
        begun = true;
        functions.computations().forEach(ahead::add);
        Collections.shuffle(ahead, chance);
        continue;
      }
      Computation next = ahead.remove(ahead.size() - 1);
      if (!next.isGone() && !next.isDying()) {
        look(next);
        left--;
      }
    }
  }

  private void look(Computation computation) {
    for (Cell read : computation.reads()) {
      if (read instanceof FactCell fact && !fact.isGone()) {
        look(fact);
      }
    }
    checked++;
    Reading reading = new Reading(graph, computation.level());
    boolean stale = computation.isStale(reading);
    reading.end();
    if (stale) {
      differences++;
      LOG.error("audit: {} gives something else than it gave; it runs again", computation);
      if (found.size() == KEPT) {
        found.removeFirst();
      }
      found.addLast(computation.toString());
      graph.plan(computation);
    }
  }

  /** Lets go of computations that may belong to a feature that leaves. */
  void restart() {
    ahead = new ArrayList<>();
  }
}
