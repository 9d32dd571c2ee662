package dev.heddle.simulator;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Group;
import dev.heddle.pipeline.Learn;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The flow tables and groups of one switch, indexed for lookup. Immutable. */
public final class Tables {

  private static final Classifier EMPTY = new Classifier(List.of());

  private final Map<Integer, List<Flow>> flows;
  private final Map<Integer, Classifier> classifiers = new HashMap<>();
  private final List<Learn> learners;
  private final Map<Long, Group> groups;

  private Tables(Map<Integer, List<Flow>> flows, Map<Long, Group> groups) {
    this.flows = flows;
    this.groups = groups;
    this.learners =
        flows.values().stream().flatMap(List::stream).flatMap(f -> learners(f.actions())).toList();
    flows.forEach((table, list) -> classifiers.put(table, new Classifier(list)));
  }

  public static Tables of(Iterable<Flow> flows) {
    Map<Integer, List<Flow>> byTable = new HashMap<>();
    flows.forEach(f -> byTable.computeIfAbsent(f.key().table(), t -> new ArrayList<>()).add(f));
    return new Tables(byTable, Map.of());
  }

  /** What a node is to hold at the revision that is read. */
  public static Tables of(DesiredFlows.Snapshot snapshot, Id<Node> node) {
    List<Flow> flows = new ArrayList<>();
    for (FlowKey key : snapshot.keys(node)) {
      snapshot.flow(node, key).ifPresent(flows::add);
    }
    return of(flows);
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
    return flows.values().stream().flatMap(List::stream).toList();
  }

  Optional<Group> group(long id) {
    return Optional.ofNullable(groups.get(id));
  }

  /** True if some flow learns what meets the condition. */
  boolean learns(Predicate<Learn> condition) {
    return learners.stream().anyMatch(condition);
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
    return flows.getOrDefault(table, List.of());
  }

  /** The index of a table. */
  Classifier classifier(int table) {
    return classifiers.getOrDefault(table, EMPTY);
  }

  /** The index of a table in which {@code learned} flows stand for those with their key. */
  Classifier classifier(int table, Collection<Flow> learned) {
    Set<FlowKey> replaced = learned.stream().map(Flow::key).collect(Collectors.toSet());
    List<Flow> all = new ArrayList<>(learned);
    flows(table).stream().filter(f -> !replaced.contains(f.key())).forEach(all::add);
    return new Classifier(all);
  }
}
