package dev.heddle.engine;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** By node, what was wanted of the keys that have changed since remembering began. */
final class Remembered {

  /** The flow of a key, if there was one, and for whose sake. */
  record Was(Optional<Flow> flow, Optional<Id<?>> object) {}

  private final Map<Id<Node>, Map<FlowKey, Was>> was = new HashMap<>();

  /** Called before a change: the first call for a key tells what it was. */
  void note(Id<Node> node, FlowKey key, Supplier<Was> before) {
    was.computeIfAbsent(node, n -> new HashMap<>()).computeIfAbsent(key, k -> before.get());
  }

  Map<Id<Node>, Map<FlowKey, Was>> byNode() {
    return was;
  }
}
