package dev.heddle.simulator.laws;

import dev.heddle.engine.Controller;
import dev.heddle.model.Condition;
import dev.heddle.model.Id;
import dev.heddle.model.Kind;
import dev.heddle.model.Network.State;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Flow;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a controller wants of the switches at one moment.
 *
 * @param flows by node, to the last bit
 * @param names of the objects that have a number
 * @param contested the kinds that have an object which is not accepted, as where two claim one
 *     address: which of them is, follows from who was created first
 */
record Picture(Map<String, Set<Flow>> flows, Named names, Set<String> contested) {

  static Picture of(Controller controller) {
    Map<Kind<?>, List<State>> objects = new HashMap<>();
    controller.kinds().forEach(kind -> objects.put(kind, controller.list(kind.name())));
    Set<String> contested = new TreeSet<>();
    objects.forEach(
        (kind, all) -> {
          if (!all.stream().allMatch(Picture::isAccepted)) {
            contested.add(kind.name());
          }
        });
    return new Picture(flows(controller), Named.of(objects), contested);
  }

  static Map<String, Set<Flow>> flows(Controller controller) {
    Map<String, Set<Flow>> byNode = new TreeMap<>();
    for (State s : controller.list(Node.KIND.name())) {
      Id<Node> node = Node.KIND.id(s.document().name());
      byNode.put(
          node.name(),
          controller.read(
              r ->
                  r.keys(node).stream()
                      .flatMap(k -> r.flow(node, k).stream())
                      .collect(Collectors.toSet())));
    }
    return byNode;
  }

  private static boolean isAccepted(State object) {
    return object.conditions().stream()
        .noneMatch(c -> c.type().equals(Condition.ACCEPTED) && !c.status());
  }

  /** How {@code found} is another but for numbers, if it is. */
  Optional<String> differs(String when, Picture found) {
    return flows.equals(found.flows) && names.equals(found.names)
        ? Optional.empty()
        : Difference.between(when, named(), found.named());
  }

  private Map<String, Set<String>> named() {
    Map<Flow, String> texts = new HashMap<>(); // most flows are the same on every node
    Function<Flow, String> text = f -> texts.computeIfAbsent(f, names::text);
    Map<String, Set<String>> named = new TreeMap<>();
    flows.forEach(
        (node, own) -> named.put(node, own.stream().map(text).collect(Collectors.toSet())));
    return named;
  }
}
