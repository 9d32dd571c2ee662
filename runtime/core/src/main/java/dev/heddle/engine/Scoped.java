package dev.heddle.engine;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Scope;
import java.util.HashSet;
import java.util.Set;

/** Who wants flows in one scope, and the nodes that are in it. */
final class Scoped {

  final Scope scope;
  private Object wishers;
  private Set<Id<Node>> nodes = Set.of();

  Scoped(Scope scope) {
    this.scope = scope;
  }

  void add(Wisher by) {
    wishers = SmallSet.add(wishers, by);
  }

  void remove(Wisher by) {
    wishers = SmallSet.remove(wishers, by);
  }

  void addKeys(Set<FlowKey> keys) {
    SmallSet.forEach(
        wishers,
        Wisher.class,
        by -> {
          for (Wish wish : by.wishes()) {
            if (wish.scoped == this) {
              keys.add(wish.key);
            }
          }
        });
  }

  /** Not to be changed. */
  Set<Id<Node>> nodes() {
    return nodes;
  }

  /** {@code alone}: the set of this node and no other, the same one for many scopes. */
  void enters(Id<Node> node, Set<Id<Node>> alone) {
    if (nodes.isEmpty()) {
      nodes = alone;
      return;
    }
    if (!(nodes instanceof HashSet)) {
      nodes = new HashSet<>(nodes);
    }
    nodes.add(node);
  }

  void leaves(Id<Node> node) {
    if (nodes.size() == 1) {
      nodes = Set.of();
    } else {
      nodes.remove(node);
    }
  }

  boolean isIdle() {
    return wishers == null && nodes.isEmpty();
  }
}
