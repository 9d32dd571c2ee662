package dev.heddle.openflow.session;

import dev.heddle.model.Id;
import dev.heddle.pipeline.FlowKey;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Flows that one switch would not take, why, and for whose sake they are wanted. */
final class Refusals {

  private static final int SHOWN_OBJECTS = 1_000;

  private record Refused(String why, Optional<Id<?>> object) {}

  private final Map<FlowKey, Refused> flows = new LinkedHashMap<>();

  /** True if the flow was not refused before. */
  boolean add(FlowKey key, String why, Optional<Id<?>> object) {
    return flows.put(key, new Refused(why, object)) == null;
  }

  boolean isEmpty() {
    return flows.isEmpty();
  }

  Set<FlowKey> keys() {
    return Set.copyOf(flows.keySet());
  }

  void remove(FlowKey key) {
    flows.remove(key);
  }

  void removeIf(Predicate<FlowKey> settled) {
    flows.keySet().removeIf(settled);
  }

  void clear() {
    flows.clear();
  }

  /** A sentence about all of them; empty if there is none. */
  String sentence() {
    if (flows.isEmpty()) {
      return "";
    }
    Map.Entry<FlowKey, Refused> first = flows.entrySet().iterator().next();
    return "The switch refuses "
        + flows.size()
        + " flows, such as "
        + first.getKey()
        + ": "
        + first.getValue().why()
        + ".";
  }

  /** By object, what the switch says of a flow of it; for the first 1,000 objects. */
  Map<Id<?>, String> byObject() {
    Map<Id<?>, String> said = new HashMap<>();
    flows.forEach(
        (key, refused) ->
            refused
                .object()
                .filter(o -> said.size() < SHOWN_OBJECTS)
                .ifPresent(o -> said.putIfAbsent(o, refused.why() + " [" + key + "]")));
    return said;
  }
}
