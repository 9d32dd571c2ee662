package dev.heddle.engine;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * A function call whose reads are remembered. Called again only when one of them changed. It is a
 * cell, since what it gives may be read in turn.
 */
abstract class Computation extends Cell {

  private static final Cell[] NOTHING = {};

  /** Null, the only cell that was read, or an array of them. */
  private Object reads;

  /** One more run, in which it takes back what it gave. */
  private boolean dying;

  private boolean gone;

  /** True while it waits for its turn to run. */
  boolean planned;

  /** Calls the function; what it reads through {@code reading} is recorded. */
  abstract void run(Reading reading);

  /** Calls the function and changes nothing: would it give something else now? */
  abstract boolean isStale(Reading reading);

  final boolean isDying() {
    return dying;
  }

  final boolean isGone() {
    return gone;
  }

  final void die() {
    dying = true;
  }

  final void go() {
    gone = true;
  }

  /** What the last run read. */
  final List<Cell> reads() {
    return List.of(array());
  }

  private Cell[] array() {
    if (reads == null) {
      return NOTHING;
    }
    return reads instanceof Cell[] several ? several : new Cell[] {(Cell) reads};
  }

  /** Takes the reads of the run that just ended in place of the earlier ones. */
  final void replaceReads(Cell[] now, int count, Graph graph) {
    Object before = reads;
    if (same(before, now, count)) {
      return;
    }
    Cell[] gone = before == null ? NOTHING : array();
    reads = count == 0 ? null : count == 1 ? now[0] : Arrays.copyOf(now, count);
    // Add first, so that no cell still in use is without readers in between.
    for (int i = 0; i < count; i++) {
      now[i].addReader(this);
    }
    if (gone.length > 0) {
      Set<Cell> kept = Collections.newSetFromMap(new IdentityHashMap<>(2 * count));
      kept.addAll(Arrays.asList(now).subList(0, count));
      for (Cell c : gone) {
        if (!kept.contains(c)) {
          c.removeReader(this);
          graph.mayForget(c);
        }
      }
    }
  }

  final void forgetReads(Graph graph) {
    replaceReads(NOTHING, 0, graph);
  }

  private static boolean same(Object before, Cell[] now, int count) {
    if (!(before instanceof Cell[] several)) {
      return before == null ? count == 0 : count == 1 && now[0] == before;
    }
    if (several.length != count) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      if (several[i] != now[i]) {
        return false;
      }
    }
    return true;
  }
}
