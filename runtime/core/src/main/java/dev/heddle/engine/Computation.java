package dev.heddle.engine;

import java.util.List;

/** A function call whose reads are remembered. Called again only when one of them changed. */
abstract class Computation {

  private static final Cell[] NOTHING = new Cell[0];

  private Cell[] reads = NOTHING;
  private boolean dead;

  /** When it runs: after every computation of a lower level. */
  abstract int level();

  /** Calls the function; what it reads through {@code reading} is recorded. */
  abstract void run(Reading reading);

  final boolean isDead() {
    return dead;
  }

  final void die() {
    dead = true;
  }

  /** What the last run read. */
  final List<Cell> reads() {
    return List.of(reads);
  }

  /** Takes the reads of the run that just ended in place of the earlier ones. */
  final void replaceReads(List<Cell> now, Graph graph) {
    Cell[] before = reads;
    if (same(before, now)) {
      return;
    }
    reads = now.isEmpty() ? NOTHING : now.toArray(NOTHING);
    // Add first, so that no cell still in use is without readers in between.
    for (Cell c : reads) {
      c.readers().add(this);
    }
    if (before.length > 0) {
      var kept =
          java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<Cell, Boolean>());
      kept.addAll(now);
      for (Cell c : before) {
        if (!kept.contains(c)) {
          c.readers().remove(this);
          graph.mayForget(c);
        }
      }
    }
  }

  private static boolean same(Cell[] before, List<Cell> now) {
    if (before.length != now.size()) {
      return false;
    }
    for (int i = 0; i < before.length; i++) {
      if (before[i] != now.get(i)) {
        return false;
      }
    }
    return true;
  }
}
