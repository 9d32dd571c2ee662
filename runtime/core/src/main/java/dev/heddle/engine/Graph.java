package dev.heddle.engine;

import dev.heddle.model.Entity;
import dev.heddle.model.Fact;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.pipeline.DesiredFlow;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Cells, the computations that read them, and the work that a change makes. It promises: after
 * {@link #settle} every live computation has last run on the present values of all it reads. It
 * cannot see what a function reads past its {@link Reading}: that is what the rules for feature
 * code forbid. Confined to one thread.
 */
final class Graph {

  /** What the owner of the graph is told while it settles. */
  interface Listener {
    void flowsChanged(Unit unit, List<DesiredFlow> now);

    void pairAdded(Index<?, ?, ?, ?> index, Index.Pair<?, ?> pair);

    void pairRemoved(Index<?, ?, ?, ?> index, Index.Pair<?, ?> pair);
  }

  /**
   * A source that could not tell its pairs of an index and keeps those that followed from {@code
   * last}.
   */
  record Failed(IndexSource source, Index<?, ?, ?, ?> index, String why, Object last) {}

  /** What exists once for each object of a kind. */
  interface PerObject {
    Computation of(Id<?> id);
  }

  private final Listener listener;
  private final Map<String, KeyedTable<EntityCell>> entities = new HashMap<>();
  private final Map<String, List<PerObject>> perObject = new HashMap<>();
  private final Map<Index<?, ?, ?, ?>, KeyedTable<BucketCell>> indexes = new LinkedHashMap<>();
  private final List<IndexSource.Group> groups = new ArrayList<>();
  private final Map<Fact<?, ?>, KeyedTable<FactCell>> facts = new HashMap<>();
  private final NavigableMap<Integer, List<Computation>> planned = new TreeMap<>();
  private final Deque<Cell> forgettable = new ArrayDeque<>();
  private final Map<IndexSource, Map<Index<?, ?, ?, ?>, Failed>> failed = new IdentityHashMap<>();
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
  Stream<EntityCell> objects(String kind) {
    return Optional.ofNullable(entities.get(kind)).stream()
        .flatMap(KeyedTable::stream)
        .filter(c -> c.value() != null);
  }

  /** Sets or, with null, removes an object. */
  void set(Id<?> id, Entity<?> value) {
    EntityCell cell = entity(id);
    if (value == null ? cell.value() == null : value.equals(cell.value())) {
      return;
    }
    boolean was = cell.value() != null;
    cell.value(value);
    wakeReaders(cell);
    if (!was) {
      List<PerObject> makers = perObject.getOrDefault(id.kind(), List.of());
      Computation[] own = new Computation[makers.size()];
      for (int i = 0; i < own.length; i++) {
        own[i] = plan(makers.get(i).of(cell.id));
      }
      cell.own(own);
    } else if (value == null) {
      for (Computation c : cell.own()) {
        kill(c);
      }
      cell.own(EntityCell.NONE);
      mayForget(cell);
    }
  }

  EntityCell entity(Id<?> id) {
    KeyedTable<EntityCell> ofKind = entities.get(id.kind());
    if (ofKind == null) {
      ofKind = new KeyedTable<>(Cell::key);
      entities.put(id.kind(), ofKind);
    }
    EntityCell cell = ofKind.get(id);
    if (cell == null) {
      cell = new EntityCell(id);
      ofKind.add(cell);
    }
    return cell;
  }

  BucketCell bucket(Index<?, ?, ?, ?> index, Object bucket) {
    KeyedTable<BucketCell> buckets = indexes.get(index);
    if (buckets == null) {
      maintain(index);
      buckets = indexes.get(index);
    }
    BucketCell cell = buckets.get(bucket);
    if (cell == null) {
      cell = new BucketCell(index, bucket);
      buckets.add(cell);
    }
    return cell;
  }

  FactCell fact(Fact<?, ?> fact, Object key) {
    KeyedTable<FactCell> ofFact = facts.get(fact);
    if (ofFact == null) {
      ofFact = new KeyedTable<>(Cell::key);
      facts.put(fact, ofFact);
    }
    FactCell cell = ofFact.get(key);
    if (cell == null) {
      cell = new FactCell(fact, key);
      ofFact.add(cell);
      run(cell);
    }
    return cell;
  }

  /** From now on there is one of each of {@code these} for each object of a kind. */
  void forEach(String kind, List<PerObject> these) {
    perObject.computeIfAbsent(kind, k -> new ArrayList<>()).addAll(these);
    for (EntityCell cell : objects(kind).toList()) {
      these.forEach(p -> cell.addOwn(plan(p.of(cell.id))));
    }
  }

  /** No longer; what there is of it is ended without taking anything back. */
  void abandonEach(String kind, Collection<PerObject> these, Predicate<Computation> theirs) {
    perObject.getOrDefault(kind, new ArrayList<>()).removeAll(these);
    objects(kind)
        .forEach(
            cell -> {
              List<Computation> kept = new ArrayList<>();
              for (Computation c : cell.own()) {
                if (theirs.test(c)) {
                  abandon(c);
                } else {
                  kept.add(c);
                }
              }
              cell.own(kept.toArray(EntityCell.NONE));
            });
  }

  /** Begins to keep an index that is read for the first time. */
  void maintain(Index<?, ?, ?, ?> index) {
    if (indexes.containsKey(index)) {
      return;
    }
    indexes.put(index, new KeyedTable<>(Cell::key));
    Optional<IndexSource.Group> same = groups.stream().filter(g -> g.holds(index)).findFirst();
    IndexSource.Group group = same.orElseGet(() -> new IndexSource.Group(index));
    group.add(index);
    if (same.isEmpty()) {
      groups.add(group);
      perObject.computeIfAbsent(group.kind, k -> new ArrayList<>()).add(group);
      for (EntityCell cell : objects(group.kind).toList()) {
        IndexSource first = group.of(cell.id);
        cell.addOwn(first);
        run(first);
      }
    } else {
      sources(group).forEach(s -> s.begin(index, this));
    }
  }

  private List<IndexSource> sources(IndexSource.Group group) {
    return Optional.ofNullable(entities.get(group.kind)).stream()
        .flatMap(KeyedTable::stream)
        .flatMap(cell -> Arrays.stream(cell.own()))
        .filter(c -> c instanceof IndexSource s && s.group == group)
        .map(IndexSource.class::cast)
        .toList();
  }

  /** The pairs of an index: for the engine's own use. */
  List<Index.Pair<?, ?>> pairs(Index<?, ?, ?, ?> index) {
    maintain(index);
    List<Index.Pair<?, ?>> pairs = new ArrayList<>();
    indexes.get(index).stream()
        .forEach(c -> c.members().forEach(m -> pairs.add(new Index.Pair<>(c.bucket, m))));
    return pairs;
  }

  /** Plans a run of a computation, its first or another. */
  <C extends Computation> C plan(C computation) {
    if (!computation.planned) {
      computation.planned = true;
      planned.computeIfAbsent(computation.level(), l -> new ArrayList<>()).add(computation);
    }
    return computation;
  }

  /** Plans the last run of a computation, in which it takes back what it gave. */
  void kill(Computation computation) {
    computation.die();
    plan(computation);
  }

  /** Ends a computation without taking anything back: it is held by somebody else. */
  void abandon(Computation computation) {
    computation.go();
    if (!failed.isEmpty() && computation instanceof IndexSource source) {
      failed.remove(source);
    }
    computation.forgetReads(this);
  }

  void failed(Failed now) {
    failed.computeIfAbsent(now.source, s -> new HashMap<>()).put(now.index, now);
  }

  /** Null if {@code source} did not fail for this index when it last ran. */
  Failed failed(IndexSource source, Index<?, ?, ?, ?> index) {
    return failed.isEmpty() ? null : failed.getOrDefault(source, Map.of()).get(index);
  }

  void mended(IndexSource source, Index<?, ?, ?, ?> index) {
    if (!failed.isEmpty()) {
      failed.computeIfPresent(
          source,
          (s, all) -> {
            all.remove(index);
            return all.isEmpty() ? null : all;
          });
    }
  }

  /** The index sources that failed when they last ran, by index; there are few. */
  Stream<Failed> failed() {
    return failed.values().stream().flatMap(all -> all.values().stream());
  }

  void wakeReaders(Cell cell) {
    cell.forEachReader(this::plan);
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

  void flowsChanged(Unit unit, List<DesiredFlow> now) {
    listener.flowsChanged(unit, now);
  }

  void mayForget(Cell cell) {
    if (!cell.isRead() && cell.isForgettable()) {
      forgettable.add(cell);
    }
  }

  /** Does all planned work, lower levels first, and forgets what nobody reads any more. */
  void settle() {
    while (!planned.isEmpty()) {
      List<Computation> level = planned.pollFirstEntry().getValue();
      // An index may come into being while its own level runs; what it adds is run in turn.
      for (int i = 0; i < level.size(); i++) {
        run(level.get(i));
      }
    }
    for (Cell c = forgettable.poll(); c != null; c = forgettable.poll()) {
      if (!c.isRead() && c.isForgettable()) {
        forget(c);
      }
    }
  }

  private void forget(Cell cell) {
    if (cell instanceof EntityCell e) {
      entities.get(e.id.kind()).remove(e);
    } else if (cell instanceof BucketCell b) {
      Optional.ofNullable(indexes.get(b.index)).ifPresent(m -> m.remove(b));
    } else if (cell instanceof FactCell f && !f.isGone()) {
      KeyedTable<FactCell> ofFact = facts.get(f.fact);
      ofFact.remove(f);
      if (ofFact.isEmpty()) {
        facts.remove(f.fact);
      }
      abandon(f);
    }
  }

  private void run(Computation computation) {
    computation.planned = false;
    if (computation.isGone()) {
      return;
    }
    runs++;
    unitRuns += computation instanceof Unit ? 1 : 0;
    Reading reading = new Reading(this, computation.level());
    computation.run(reading);
    if (computation.isDying()) {
      abandon(computation);
    } else {
      reading.endFor(computation);
    }
  }

  /** Forgets indexes that nobody uses: a feature's classes can then go. */
  void prune(Set<Index<?, ?, ?, ?>> inUse) {
    settle();
    for (Index<?, ?, ?, ?> index : List.copyOf(indexes.keySet())) {
      if (!inUse.contains(index) && indexes.get(index).stream().noneMatch(Cell::isRead)) {
        indexes.remove(index);
        IndexSource.Group group =
            groups.stream().filter(g -> g.holds(index)).findFirst().orElseThrow();
        group.remove(index);
        List.copyOf(failed.keySet()).forEach(s -> mended(s, index));
        if (group.isEmpty()) {
          groups.remove(group);
          abandonEach(
              group.kind, List.of(group), c -> c instanceof IndexSource s && s.group == group);
        }
      }
    }
    settle();
  }

  /** All units and index sources that are kept with an object. */
  Stream<Computation> ofObjects() {
    return entities.values().stream()
        .flatMap(KeyedTable::stream)
        .flatMap(cell -> Arrays.stream(cell.own()));
  }

  /** All units that are kept with an object. */
  Stream<Unit> unitsOfObjects() {
    return ofObjects().filter(Unit.class::isInstance).map(Unit.class::cast);
  }

  /** The cell of an object, if anybody reads it or it exists. */
  Optional<EntityCell> known(Id<?> id) {
    return Optional.ofNullable(entities.get(id.kind())).map(ofKind -> ofKind.get(id));
  }

  /** A cell by what {@code toString} says of it: a fact of a key, a bucket. Looks at all. */
  Optional<Cell> named(String text) {
    return Stream.of(
            facts.values().stream().flatMap(KeyedTable::stream),
            indexes.values().stream().flatMap(KeyedTable::stream))
        .flatMap(cells -> cells)
        .map(Cell.class::cast)
        .filter(c -> c.toString().equals(text))
        .findFirst();
  }
}
