package dev.heddle.engine;

import dev.heddle.engine.FeatureFunctions.Function;
import dev.heddle.engine.Graph.PerObject;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.Kind;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Punted;
import dev.heddle.pipeline.Response;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The functions of the features that are here, the units they make, and the last flows of units
 * whose feature is away: held until it returns or is retired.
 */
final class Functions {

  /** A feature that is here, and how its units are made and found. */
  private record Live(
      FeatureFunctions declared,
      int owner,
      Map<String, List<PerObject>> perObject,
      Map<Index<?, ?, ?, ?>, List<Function>> perPair,
      Map<String, Held> before) {}

  private final Graph graph;
  private final Board board;
  private final Map<String, Live> live = new ConcurrentHashMap<>();
  private long startedAt;
  private long arrivedAt;

  /** Units whose key is a pair of an index; the others are kept with their object. */
  private final Map<Function, KeyedTable<Unit>> ofPairs = new HashMap<>();

  /** By index, the functions that are called for its pairs, in the order in which they came. */
  private final Map<Index<?, ?, ?, ?>, List<PairFunction>> ofIndexes = new HashMap<>();

  private record PairFunction(Live feature, Function function) {}

  private final Map<String, Map<String, Held>> held = new HashMap<>();

  Functions(Graph graph, Board board) {
    this.graph = graph;
    this.board = board;
  }

  boolean isLive(String feature) {
    return live.containsKey(feature);
  }

  /** False for a feature that was refused because another of its name is here. */
  boolean isHere(Feature feature) {
    Live of = live.get(feature.name());
    return of != null && of.declared().source() == feature;
  }

  /** Plans all units of a feature; those it had before it left keep their flows until they ran. */
  void arrive(FeatureFunctions feature, int owner, long revision) {
    arrivedAt = revision;
    Map<String, Held> before = Optional.ofNullable(held.remove(feature.name())).orElse(Map.of());
    Map<String, Held> left = new HashMap<>(before);
    Live here = new Live(feature, owner, new LinkedHashMap<>(), new LinkedHashMap<>(), left);
    live.put(feature.name(), here);
    for (Function f : feature.functions()) {
      if (f.kind() != null) {
        here.perObject()
            .computeIfAbsent(f.kind().name(), k -> new ArrayList<>())
            .add(id -> unit(here, f, id));
      } else {
        here.perPair().computeIfAbsent(f.index(), i -> new ArrayList<>()).add(f);
        ofPairs.put(f, new KeyedTable<>(Unit::key));
        ofIndexes.computeIfAbsent(f.index(), i -> new ArrayList<>()).add(new PairFunction(here, f));
      }
    }
    here.perObject().forEach(graph::forEach);
    here.perPair()
        .forEach(
            (index, functions) ->
                graph.pairs(index).forEach(p -> functions.forEach(f -> create(here, f, p))));
    // What the new version does not make any more goes in the same revision.
    left.values().forEach(h -> board.replace(h, List.of()));
    left.clear();
  }

  /** A new unit; it begins with the flows that were held for it, if any were. */
  private Unit unit(Live feature, Function f, Object key) {
    String name = UnitKey.text(f.feature().name(), f.name(), key);
    Held before = feature.before().isEmpty() ? null : feature.before().remove(name);
    Unit unit = new Unit(f, key, Cookie.of(feature.owner(), name));
    if (before != null) {
      board.handOver(before, unit);
    }
    return unit;
  }

  private void create(Live feature, Function f, Index.Pair<?, ?> pair) {
    KeyedTable<Unit> units = ofPairs.get(f);
    if (units.get(pair) == null) {
      units.add(graph.plan(unit(feature, f, pair)));
    }
  }

  /** The features that are here. */
  List<Feature> here() {
    return live.values().stream().map(l -> l.declared().source()).toList();
  }

  /** The feature of this name that is here. */
  Optional<FeatureFunctions> declared(String feature) {
    return Optional.ofNullable(live.get(feature)).map(Live::declared);
  }

  /** What the feature with this number makes of a packet. On any thread. */
  Response respond(int owner, Punted punted) {
    for (Live l : live.values()) {
      if (l.owner() == owner) {
        return l.declared().source().respond(punted);
      }
    }
    return Response.NONE;
  }

  /** The number in the cookies of a feature that is here. */
  int owner(String feature) {
    return live.get(feature).owner();
  }

  /** The units of a feature that is here. */
  List<Unit> units(String feature) {
    return unitsOf(feature).toList();
  }

  /** Nodes get flows of an earlier revision only now. */
  void arrivedAt(long revision) {
    arrivedAt = revision;
  }

  /** The revision at which a feature last came: what is older may look otherwise since. */
  long arrivedAt() {
    return arrivedAt;
  }

  long startedAt() {
    return startedAt;
  }

  /** What is older than this was computed by an earlier controller. */
  void startedAt(long revision) {
    startedAt = revision;
  }

  /** The feature goes; its flows stay. Answers the kinds it had brought. */
  List<Kind<?>> leave(String name) {
    Map<String, Held> stay = new HashMap<>();
    unitsOf(name)
        .forEach(
            unit -> {
              Held left = new Held(unit.toString(), unit.cookie, unit.key);
              board.handOver(unit, left);
              stay.put(left.name, left);
            });
    held.put(name, stay);
    Live gone = live.remove(name);
    ofIndexes.values().forEach(all -> all.removeIf(f -> f.function().feature() == gone.declared()));
    ofIndexes.values().removeIf(List::isEmpty);
    gone.perObject()
        .forEach(
            (kind, these) ->
                graph.abandonEach(
                    kind,
                    these,
                    c -> c instanceof Unit u && u.function.feature() == gone.declared()));
    gone.perPair().values().stream()
        .flatMap(List::stream)
        .forEach(f -> ofPairs.remove(f).stream().forEach(graph::abandon));
    prune();
    return gone.declared().kinds();
  }

  /** Forgets indexes that nobody uses. */
  void prune() {
    graph.prune(indexesInUse());
  }

  private Set<Index<?, ?, ?, ?>> indexesInUse() {
    Set<Index<?, ?, ?, ?>> used = new HashSet<>(ToBoard.SCOPES);
    live.values().forEach(f -> used.addAll(f.perPair().keySet()));
    return used;
  }

  /** Gives up what a feature that is away has left. */
  void retire(String name) {
    Optional.ofNullable(held.remove(name)).orElse(Map.of()).values().stream()
        .forEach(h -> board.replace(h, List.of()));
  }

  void pairAdded(Index<?, ?, ?, ?> index, Index.Pair<?, ?> pair) {
    for (PairFunction f : ofIndexes.getOrDefault(index, List.of())) {
      create(f.feature(), f.function(), pair);
    }
  }

  void pairRemoved(Index<?, ?, ?, ?> index, Index.Pair<?, ?> pair) {
    for (PairFunction f : ofIndexes.getOrDefault(index, List.of())) {
      KeyedTable<Unit> units = ofPairs.get(f.function());
      Unit gone = units.get(pair);
      if (gone != null) {
        units.remove(gone);
        graph.kill(gone);
      }
    }
  }

  private Stream<Unit> unitsOf(String feature) {
    return units().filter(u -> u.function.feature().name().equals(feature));
  }

  /** Why a unit of this object could not be computed, if one could not. */
  Optional<String> failure(Id<?> object) {
    return Arrays.stream(graph.entity(object).own())
        .filter(Unit.class::isInstance)
        .map(Unit.class::cast)
        .flatMap(
            u ->
                u.failure().stream()
                    .map(f -> u.function.feature().name() + "/" + u.function.name() + ": " + f))
        .findFirst()
        .or(
            () ->
                graph
                    .failed()
                    .filter(f -> f.source().id.equals(object))
                    .map(f -> "index " + f.index() + ": " + f.why())
                    .findFirst());
  }

  Stream<Unit> units() {
    return Stream.concat(
        graph.unitsOfObjects(), ofPairs.values().stream().flatMap(KeyedTable::stream));
  }

  /** All that the engine may call again: units of all kinds, and index sources. */
  Stream<Computation> computations() {
    return Stream.concat(graph.ofObjects(), ofPairs.values().stream().flatMap(KeyedTable::stream));
  }

  Stream<Held> held() {
    return held.values().stream().flatMap(m -> m.values().stream());
  }
}
