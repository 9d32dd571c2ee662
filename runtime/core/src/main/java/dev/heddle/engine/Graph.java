package dev.heddle.engine;

import dev.heddle.engine.Cells.BucketCell;
import dev.heddle.engine.Cells.BucketKey;
import dev.heddle.engine.Cells.EntityCell;
import dev.heddle.engine.Cells.FactCell;
import dev.heddle.engine.Cells.FactKey;
import dev.heddle.model.Entity;
import dev.heddle.model.Fact;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.pipeline.DesiredFlow;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Cells, the computations that read them, and the work that a change makes. It promises: after
 * {@link #settle} every live computation has last run on the present values of all it reads. It
 * cannot see what a function reads past its {@link Reading}: that is what the rules for feature
 * code forbid. Confined to one thread.
 */
final class Graph {

  /** What the owner of the graph is told while it settles. */
  interface Listener {
    void flowsChanged(Unit unit, List<DesiredFlow> before, List<DesiredFlow> now);

    void pairAdded(Index<?, ?, ?, ?> index, Index.Pair<?, ?> pair);

    void pairRemoved(Index<?, ?, ?, ?> index, Index.Pair<?, ?> pair);
  }

  private final Listener listener;
  private final Map<Object, Cell> cells = new HashMap<>();
  private final Map<String, Map<Id<?>, Entity<?>>> entitiesByKind = new HashMap<>();
  private final Map<Index<?, ?, ?, ?>, Map<Id<?>, IndexSource>> indexes = new LinkedHashMap<>();
  private final NavigableMap<Integer, Set<Computation>> dirty = new TreeMap<>();
  private final Deque<Cell> forgettable = new ArrayDeque<>();
  private long runs;
  private long unitRuns;

  Graph(Listener listener) {
    this.listener = listener;
  }

  /** How many computations have run since the start. */
  long runs() {
    return runs;
  }

  /** How many of them were units. */
  long unitRuns() {
    return unitRuns;
  }

  /** Present objects of a kind: for the engine's own use, never for a computation. */
  Collection<Entity<?>> entities(String kind) {
    return entitiesByKind.getOrDefault(kind, Map.of()).values();
  }

  /** Sets or, with an empty value, removes an object. */
  void set(Id<?> id, Optional<Entity<?>> value) {
    EntityCell cell = entity(id);
    if (cell.value.equals(value)) {
      return;
    }
    boolean was = cell.value.isPresent();
    cell.value = value;
    Map<Id<?>, Entity<?>> all =
        entitiesByKind.computeIfAbsent(id.kind(), k -> new LinkedHashMap<>());
    value.ifPresentOrElse(e -> all.put(id, e), () -> all.remove(id));
    wakeReaders(cell);
    if (was != value.isPresent()) {
      indexes.forEach(
          (index, sources) -> {
            if (index.domain().name().equals(id.kind())) {
              if (was) {
                kill(sources.remove(id));
              } else {
                sources.put(id, add(new IndexSource(index, id)));
              }
            }
          });
    }
    mayForget(cell);
  }

  EntityCell entity(Id<?> id) {
    return (EntityCell) cells.computeIfAbsent(id, k -> new EntityCell(id));
  }

  BucketCell bucket(Index<?, ?, ?, ?> index, Object bucket) {
    maintain(index);
    BucketKey key = new BucketKey(index, bucket);
    return (BucketCell) cells.computeIfAbsent(key, k -> new BucketCell(key));
  }

  FactCell fact(Fact<?, ?> fact, Object key) {
    FactKey name = new FactKey(fact, key);
    FactCell cell = (FactCell) cells.get(name);
    if (cell == null) {
      cell = new FactCell(name);
      cells.put(name, cell);
      run(cell.computation);
    }
    return cell;
  }

  /** Begins to keep an index that is read for the first time. */
  void maintain(Index<?, ?, ?, ?> index) {
    if (indexes.containsKey(index)) {
      return;
    }
    Map<Id<?>, IndexSource> sources = new HashMap<>();
    indexes.put(index, sources);
    for (Entity<?> e : List.copyOf(entities(index.domain().name()))) {
      IndexSource source = new IndexSource(index, e.id());
      sources.put(e.id(), source);
      run(source);
    }
  }

  /** The pairs of an index: for the engine's own use. */
  List<Index.Pair<?, ?>> pairs(Index<?, ?, ?, ?> index) {
    maintain(index);
    return cells.values().stream()
        .filter(c -> c.key instanceof BucketKey k && k.index().equals(index))
        .flatMap(
            c ->
                ((BucketCell) c)
                    .members().stream()
                        .<Index.Pair<?, ?>>map(
                            m -> new Index.Pair<>(((BucketKey) c.key).bucket(), m)))
        .toList();
  }

  /** Plans the first run of a new computation. */
  <C extends Computation> C add(C computation) {
    dirty.computeIfAbsent(computation.level(), l -> new LinkedHashSet<>()).add(computation);
    return computation;
  }

  /** Plans the last run of a computation, in which it takes back what it gave. */
  void kill(Computation computation) {
    computation.die();
    add(computation);
  }

  /** Ends a computation without taking anything back: it is held by somebody else. */
  void abandon(Computation computation) {
    computation.die();
    Optional.ofNullable(dirty.get(computation.level())).ifPresent(s -> s.remove(computation));
    computation.replaceReads(List.of(), this);
  }

  void wakeReaders(Cell cell) {
    cell.readers().forEach(this::add);
  }

  void addPair(Index<?, ?, ?, ?> index, Index.Pair<?, ?> pair) {
    BucketCell cell = bucket(index, pair.bucket());
    if (cell.add(pair.member())) {
      wakeReaders(cell);
      listener.pairAdded(index, pair);
    }
  }

  void removePair(Index<?, ?, ?, ?> index, Index.Pair<?, ?> pair) {
    BucketCell cell = bucket(index, pair.bucket());
    if (cell.remove(pair.member())) {
      wakeReaders(cell);
      listener.pairRemoved(index, pair);
      mayForget(cell);
    }
  }

  void flowsChanged(Unit unit, List<DesiredFlow> before, List<DesiredFlow> now) {
    listener.flowsChanged(unit, before, now);
  }

  void mayForget(Cell cell) {
    if (cell.readers().isEmpty() && cell.isForgettable()) {
      forgettable.add(cell);
    }
  }

  /** Does all planned work, lower levels first, and forgets what nobody reads any more. */
  void settle() {
    while (!dirty.isEmpty()) {
      Set<Computation> level = dirty.pollFirstEntry().getValue();
      // An index may come into being while its own level runs; what it adds is run in turn.
      level.forEach(this::run);
    }
    for (Cell c = forgettable.poll(); c != null; c = forgettable.poll()) {
      if (c.readers().isEmpty() && c.isForgettable() && cells.remove(c.key, c)) {
        if (c instanceof FactCell f) {
          f.computation.replaceReads(List.of(), this);
        }
      }
    }
  }

  private void run(Computation computation) {
    Reading reading = new Reading(this, computation.level());
    runs++;
    unitRuns += computation instanceof Unit ? 1 : 0;
    computation.run(reading);
    computation.replaceReads(computation.isDead() ? List.of() : reading.cells(), this);
  }

  /** Forgets indexes and facts whose definitions nobody uses: a feature's classes can then go. */
  void prune(Set<Index<?, ?, ?, ?>> inUse) {
    settle();
    indexes
        .entrySet()
        .removeIf(
            e -> {
              Index<?, ?, ?, ?> index = e.getKey();
              boolean read =
                  inUse.contains(index)
                      || cells.values().stream()
                          .anyMatch(
                              c ->
                                  c.key instanceof BucketKey k
                                      && k.index().equals(index)
                                      && !c.readers().isEmpty());
              if (read) {
                return false;
              }
              e.getValue().values().forEach(this::abandon);
              cells.keySet().removeIf(k -> k instanceof BucketKey b && b.index().equals(index));
              return true;
            });
    settle();
  }
}
