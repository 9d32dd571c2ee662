package dev.heddle.policy;

import dev.heddle.model.Fact;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.PortGroup;
import dev.heddle.model.View;
import dev.heddle.policy.Acl.Subject;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A port under policy: a rule concerns it, or its switch drops what no rule decides.
 *
 * @param key of the port
 * @param closed what no rule decides is dropped
 * @param stateless a rule that concerns it may allow without a look at connections
 * @param groups keys of its groups that rules ask for, the oldest first
 */
public record Policed(int key, boolean closed, boolean stateless, List<Integer> groups) {

  /** So many groups of a port travel with a packet; rules over further ones name the port. */
  public static final int CARRIED = 4;

  /** Empty for a port that is under no policy. A rule more mostly changes nothing of it. */
  public static final Fact<Id<LogicalPort>, Optional<Policed>> OF_PORT =
      new Fact<>("policed", 2, Policed::of);

  public Policed {
    groups = List.copyOf(groups);
  }

  /** By the key of a group, its members that carry four older ones. */
  public static final Index<LogicalPort, Optional<Policed>, Integer, Id<LogicalPort>> BEYOND =
      Index.over(
          "subjects-beyond-carried",
          LogicalPort.KIND,
          OF_PORT,
          (id, p) ->
              p.stream()
                  .flatMap(x -> beyond(x.groups).stream())
                  .map(group -> new Index.Pair<>(group, id)));

  /** The groups that travel with a packet. */
  public List<Integer> carried() {
    return carried(groups);
  }

  static List<Integer> carried(List<Integer> groups) {
    return groups.size() <= CARRIED ? groups : groups.subList(0, CARRIED);
  }

  static List<Integer> beyond(List<Integer> groups) {
    return groups.size() <= CARRIED ? List.of() : groups.subList(CARRIED, groups.size());
  }

  private static Optional<Policed> of(Id<LogicalPort> id, View view) {
    Optional<LogicalPort> port = view.get(id);
    if (port.isEmpty()) {
      return Optional.empty();
    }
    Id<LogicalSwitch> network = port.get().network();
    boolean closed = view.get(network).filter(LogicalSwitch::closed).isPresent();
    Set<Id<PortGroup>> groups = view.fact(PortGroup.OF_PORT, id);
    List<Uses.Rules> rules =
        Stream.concat(
                Stream.of(new Subject(Optional.empty(), Optional.of(network))),
                groups.stream().map(g -> new Subject(Optional.of(g), Optional.empty())))
            .map(s -> Uses.rules(s, view))
            .toList();
    if (!closed && rules.stream().noneMatch(Uses.Rules::any)) {
      return Optional.empty();
    }
    return Optional.of(
        new Policed(
            port.get().key(),
            closed,
            rules.stream().anyMatch(Uses.Rules::stateless),
            groups.stream()
                .filter(g -> Uses.isAsked(g, view))
                .flatMap(g -> view.get(g).stream())
                .map(PortGroup::key)
                .sorted()
                .toList()));
  }
}
