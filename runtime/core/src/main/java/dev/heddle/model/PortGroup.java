package dev.heddle.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Ports that policy treats alike: those it names and those its selector chooses.
 *
 * @param key 16 bits: a port's groups travel with a packet
 * @param ports by name; those that do not exist are no members yet
 * @param selector of labels of ports; none selects nothing
 */
public record PortGroup(
    Id<PortGroup> id,
    Map<String, String> labels,
    int key,
    List<Id<LogicalPort>> ports,
    Optional<Selector> selector)
    implements Entity<PortGroup> {

  /** How many ports a group may name. */
  public static final int MOST_PORTS = 10_000;

  public static final Kind<PortGroup> KIND =
      new Kind<>("PortGroup", "portgroups", false, KeySpace.PORT_GROUP, PortGroup::parse);

  private static final Index<PortGroup, PortGroup, Id<LogicalPort>, Id<PortGroup>> NAMING =
      Index.of(
          "groups-naming-port",
          KIND,
          (id, g) -> g.ports.stream().map(p -> new Index.Pair<>(p, id)));

  private static final Index<PortGroup, PortGroup, Selector.Label, Id<PortGroup>> SELECTING =
      Index.of(
          "groups-by-label",
          KIND,
          (id, g) ->
              g.selector.stream()
                  .flatMap(Selector::filed)
                  .map(label -> new Index.Pair<>(label, id)));

  /** The groups that a port is a member of; none of a port that does not exist. */
  public static final Fact<Id<LogicalPort>, Set<Id<PortGroup>>> OF_PORT =
      new Fact<>("groups-of-port", 1, PortGroup::of);

  /** The members that exist. */
  public static final Index<LogicalPort, Set<Id<PortGroup>>, Id<PortGroup>, Id<LogicalPort>>
      MEMBERS =
          Index.over(
              "members-of-group",
              LogicalPort.KIND,
              OF_PORT,
              (port, groups) -> groups.stream().map(g -> new Index.Pair<>(g, port)));

  /** As written by a user: at least one of the two. */
  record Form(List<String> ports, Selector selector) {}

  private static PortGroup parse(Document d, int key) {
    Form f = Spec.read(d, Form.class);
    List<String> ports = f.ports == null ? List.of() : f.ports;
    if (ports.size() > MOST_PORTS) {
      throw new RefusedException(
          d.path() + " spec.ports", "at most " + MOST_PORTS + " are expected");
    }
    return new PortGroup(
        KIND.id(d),
        d.labels(),
        key,
        ports.stream().distinct().map(LogicalPort.KIND::id).toList(),
        Optional.ofNullable(f.selector));
  }

  private static Set<Id<PortGroup>> of(Id<LogicalPort> id, View view) {
    Optional<LogicalPort> port = view.get(id);
    if (port.isEmpty()) {
      return Set.of();
    }
    Set<Id<PortGroup>> groups = new TreeSet<>(view.ids(NAMING, id));
    Selector.found(port.get().labels())
        .flatMap(label -> view.ids(SELECTING, label).stream())
        .filter(g -> !groups.contains(g))
        .filter(
            g ->
                view.get(g)
                    .flatMap(PortGroup::selector)
                    .filter(s -> s.selects(port.get().labels()))
                    .isPresent())
        .toList()
        .forEach(groups::add);
    return Set.copyOf(groups);
  }

  /** Whether the ports it names exist; it is of use without them. */
  public static List<Condition> conditions(PortGroup group, View view) {
    List<Id<?>> missing = new ArrayList<>();
    group.ports.stream().filter(p -> view.get(p).isEmpty()).limit(10).forEach(missing::add);
    return List.of(Condition.met(Condition.ACCEPTED, ""), Condition.resolved(missing));
  }
}
