package dev.heddle.engine;

import dev.heddle.model.Entity;
import dev.heddle.model.Fact;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.View;
import dev.heddle.pipeline.ContractException;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;

/** The view of one computation while it runs: hands out values and remembers which. */
final class Reading implements View {

  private static final int FEW = 16;

  private final Graph graph;
  private final int level;
  private Cell[] cells = new Cell[6];
  private int count;
  private Set<Cell> seen;

  Reading(Graph graph, int level) {
    this.graph = graph;
    this.level = level;
  }

  Graph graph() {
    return graph;
  }

  /** What has been read, each cell once, becomes what {@code reader} reads. */
  void endFor(Computation reader) {
    reader.replaceReads(cells, count, graph);
  }

  /** What has been read was for somebody who is not woken. */
  void end() {
    for (int i = 0; i < count; i++) {
      graph.mayForget(cells[i]);
    }
  }

  /** Null if there is no such object. */
  Entity<?> entity(Id<?> id) {
    EntityCell cell = graph.entity(id);
    record(cell);
    return cell.value();
  }

  @Override
  @SuppressWarnings("unchecked") // an id's kind fixes its entity's class
  public <E extends Entity<E>> Optional<E> get(Id<E> id) {
    return Optional.ofNullable((E) entity(id));
  }

  @Override
  @SuppressWarnings("unchecked") // an index fixes the type of its members
  public <B, M> Set<M> ids(Index<?, ?, B, M> index, B bucket) {
    BucketCell cell = graph.bucket(index, bucket);
    record(cell);
    return (Set<M>) cell.members();
  }

  @Override
  @SuppressWarnings("unchecked") // a fact fixes the type of its value
  public <K, V> V fact(Fact<K, V> fact, K key) {
    requireLower(Levels.fact(fact), fact); // before it is computed: a cycle would never end
    FactCell cell = graph.fact(fact, key);
    record(cell);
    return (V) cell.value();
  }

  private void record(Cell cell) {
    requireLower(cell.level(), cell);
    if (seen == null) {
      for (int i = 0; i < count; i++) {
        if (cells[i] == cell) {
          return;
        }
      }
      if (count == FEW) {
        seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Collections.addAll(seen, cells);
        seen.remove(null);
      }
    }
    if (seen == null || seen.add(cell)) {
      if (count == cells.length) {
        cells = Arrays.copyOf(cells, 2 * count);
      }
      cells[count++] = cell;
    }
  }

  private void requireLower(int read, Object what) {
    if (read >= level) {
      throw new ContractException(
          what + " may not be read here: only facts and indexes of lower strata may");
    }
  }
}
