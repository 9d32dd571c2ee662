package dev.heddle.simulator;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Group;
import dev.heddle.pipeline.Learn;
import dev.heddle.pipeline.WantedFlows;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The flow tables and groups of one switch, each table indexed when it is first looked into.
 * Immutable.
 */
public final class Tables {

  private static final Classifier EMPTY = new Classifier(List.of());

  private final Supplier<Map<Integer, List<Flow>>> flows;
  private final Map<Integer, Classifier> classifiers = new ConcurrentHashMap<>();
  private final Supplier<List<Learn>> learners;
  private final Map<Long, Group> groups;

  private Tables(Supplier<Map<Integer, List<Flow>>> flows, Map<Long, Group> groups) {
    this.flows = once(flows);
    this.groups = groups;
    this.learners = once(() -> all().flatMap(f -> learners(f.actions())).toList());
  }

  public static Tables of(Iterable<Flow> flows) {
    Map<Integer, List<Flow>> byTable = byTable(flows);
    return new Tables(() -> byTable, Map.of());
  }

  private static Map<Integer, List<Flow>> byTable(Iterable<Flow> flows) {
    Map<Integer, List<Flow>> byTable = new HashMap<>();
    flows.forEach(f -> byTable.computeIfAbsent(f.key().table(), t -> new ArrayList<>()).add(f));
    return byTable;
  }

  /** What a node is to hold at the revision that is read. */
  public static Tables of(DesiredFlows.Snapshot snapshot, Id<Node> node) {
    return of(flows(snapshot, node));
  }

  /** What a node is to hold when it is first looked at. */
  static Tables whenAsked(WantedFlows source, Id<Node> node) {
    return new Tables(() -> byTable(source.read(now -> flows(now, node))), Map.of());
  }

  private static List<Flow> flows(DesiredFlows.Snapshot snapshot, Id<Node> node) {
    List<Flow> flows = new ArrayList<>();
    for (FlowKey key : snapshot.keys(node)) {
      snapshot.flow(node, key).ifPresent(flows::add);
    }
    return flows;
  }

  private static <T> Supplier<T> once(Supplier<T> source) {
    return new Supplier<>() {
      private T value;

      @Override
      public synchronized T get() {
        if (value == null) {
          value = source.get();
        }
        return value;
      }
    };
  }

  /** The same flows with these groups. */
  public Tables with(Group... more) {
    Map<Long, Group> all = new HashMap<>(groups);
    for (Group g : more) {
      all.put(g.id(), g);
    }
    return new Tables(flows, all);
  }

  /** All flows, in no order. */
  public List<Flow> flows() {
    return all().toList();
  }

  private Stream<Flow> all() {
    return flows.get().values().stream().flatMap(List::stream);
  }

  Optional<Group> group(long id) {
    return Optional.ofNullable(groups.get(id));
  }

  /** True if some flow learns what meets the condition. */
  boolean learns(Predicate<Learn> condition) {
    return learners.get().stream().anyMatch(condition);
  }

  private static Stream<Learn> learners(List<Action> actions) {
    return actions.stream()
        .flatMap(
            a ->
                a instanceof Learn l
                    ? Stream.of(l)
                    : a instanceof Action.Clone c ? learners(c.actions()) : Stream.empty());
  }

  private List<Flow> flows(int table) {
    return flows.get().getOrDefault(table, List.of());
  }

  /** The index of a table. */
  Classifier classifier(int table) {
    return classifiers.computeIfAbsent(
        table, t -> flows(t).isEmpty() ? EMPTY : new Classifier(flows(t)));
  }

  /** The index of a table in which {@code learned} flows stand for those with their key. */
  Classifier classifier(int table, Collection<Flow> learned) {
    Set<FlowKey> replaced = learned.stream().map(Flow::key).collect(Collectors.toSet());
    List<Flow> all = new ArrayList<>(learned);
    flows(table).stream().filter(f -> !replaced.contains(f.key())).forEach(all::add);
    return new Classifier(all);
  }
}
