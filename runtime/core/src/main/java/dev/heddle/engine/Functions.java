package dev.heddle.engine;

import dev.heddle.engine.FeatureFunctions.Function;
import dev.heddle.model.Entity;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.Kind;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.Feature;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The functions of the features that are here, the units they make, and the last flows of units
 * whose feature is away: held until it returns or is retired.
 */
final class Functions {

  /** What is left of a unit whose feature is away: nothing of the feature's own classes. */
  record Held(String name, long cookie, List<DesiredFlow> flows) {}

  private final Graph graph;
  private final Board board;
  private final Map<String, FeatureFunctions> live = new ConcurrentHashMap<>();
  private final Map<String, Integer> owners = new HashMap<>();
  private final Map<String, Long> awaySince = new HashMap<>();
  private long startedAt;
  private long arrivedAt;
  private final Map<UnitKey, Unit> units = new HashMap<>();
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
    FeatureFunctions of = live.get(feature.name());
    return of != null && of.source() == feature;
  }

  /** Plans all units of a feature; those it had before it left keep their flows until they ran. */
  void arrive(FeatureFunctions feature, int owner, long revision) {
    arrivedAt = revision;
    live.put(feature.name(), feature);
    owners.put(feature.name(), owner);
    Map<String, Held> before = held.getOrDefault(feature.name(), Map.of());
    for (Function f : feature.functions()) {
      keys(f).forEach(k -> create(feature, f, k));
    }
    // What the new version does not make any more goes in the same revision.
    if (!before.isEmpty()) {
      Set<String> made =
          of(feature.name()).stream().map(u -> u.name.toString()).collect(Collectors.toSet());
      before.keySet().removeAll(made);
    }
    before.values().stream().forEach(h -> board.replace(h.cookie(), h.flows(), List.of()));
    held.remove(feature.name());
  }

  private Stream<Object> keys(Function f) {
    return f.kind() != null
        ? List.copyOf(graph.entities(f.kind().name())).stream().map(Entity::id)
        : graph.pairs(f.index()).stream().map(p -> p);
  }

  /** The revision at which a feature went away: at the latest that of the start. */
  long awaySince(String feature) {
    return awaySince.getOrDefault(feature, startedAt);
  }

  /** The revision at which a feature last came: what is older may look otherwise since. */
  long arrivedAt() {
    return arrivedAt;
  }

  /** What is older than this was computed by an earlier controller. */
  void startedAt(long revision) {
    startedAt = revision;
  }

  /** The feature goes; its flows stay. Answers the kinds it had brought. */
  List<Kind<?>> leave(String name, long revision) {
    awaySince.put(name, revision);
    List<Kind<?>> kinds = live.remove(name).kinds();
    Map<String, Held> stay = new HashMap<>();
    for (Unit u : of(name)) {
      graph.abandon(u);
      units.remove(u.name);
      stay.put(u.name.toString(), new Held(u.name.toString(), u.cookie, u.flows()));
    }
    held.put(name, stay);
    graph.prune(indexesInUse());
    return kinds;
  }

  private Set<Index<?, ?, ?, ?>> indexesInUse() {
    Set<Index<?, ?, ?, ?>> used = new HashSet<>(Controller.SCOPES);
    live.values().stream()
        .flatMap(f -> f.functions().stream())
        .filter(f -> f.index() != null)
        .forEach(f -> used.add(f.index()));
    return used;
  }

  /** Gives up what a feature that is away has left. */
  void retire(String name) {
    held.getOrDefault(name, Map.of())
        .values()
        .forEach(h -> board.replace(h.cookie(), h.flows(), List.of()));
    held.remove(name);
  }

  void entityCreated(Id<?> id) {
    forDomain(f -> f.kind() != null && f.kind().name().equals(id.kind()), id, true);
  }

  void entityRemoved(Id<?> id) {
    forDomain(f -> f.kind() != null && f.kind().name().equals(id.kind()), id, false);
  }

  void pairAdded(Index<?, ?, ?, ?> index, Index.Pair<?, ?> pair) {
    forDomain(f -> index.equals(f.index()), pair, true);
  }

  void pairRemoved(Index<?, ?, ?, ?> index, Index.Pair<?, ?> pair) {
    forDomain(f -> index.equals(f.index()), pair, false);
  }

  private void forDomain(Predicate<Function> domain, Object key, boolean create) {
    for (FeatureFunctions feature : live.values()) {
      for (Function f : feature.functions()) {
        if (domain.test(f)) {
          if (create) {
            create(feature, f, key);
          } else {
            Optional.ofNullable(units.remove(new UnitKey(feature.name(), f.name(), key)))
                .ifPresent(graph::kill);
          }
        }
      }
    }
  }

  private void create(FeatureFunctions feature, Function f, Object key) {
    UnitKey name = new UnitKey(feature.name(), f.name(), key);
    if (units.containsKey(name)) {
      return;
    }
    String text = name.toString();
    Held before = held.getOrDefault(feature.name(), Map.of()).get(text);
    long cookie = Cookie.of(owners.get(feature.name()), text);
    List<DesiredFlow> flows = before == null ? List.of() : before.flows();
    units.put(name, graph.add(new Unit(name, cookie, feature, f.flows(), flows)));
  }

  private List<Unit> of(String feature) {
    return units.values().stream().filter(u -> u.name.feature().equals(feature)).toList();
  }

  /** Why a unit of this object could not be computed, if one could not. */
  Optional<String> failure(Id<?> object) {
    return live.values().stream()
        .flatMap(
            feature ->
                feature.functions().stream()
                    .map(f -> units.get(new UnitKey(feature.name(), f.name(), object))))
        .filter(Objects::nonNull)
        .flatMap(
            u ->
                u.failure().stream()
                    .map(f -> u.name.feature() + "/" + u.name.function() + ": " + f))
        .findFirst();
  }

  Collection<Unit> units() {
    return units.values();
  }

  Stream<Held> held() {
    return held.values().stream().flatMap(m -> m.values().stream());
  }
}
