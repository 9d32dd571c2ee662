package dev.heddle.engine;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The flows that units want now, by key and by scope, and which nodes are in each scope. Several
 * units may want one key: equal actions are one flow with the least cookie; otherwise dropping
 * wins, then the least cookie, then the least text, so the outcome depends on no order of arrival.
 * Confined to the model's thread, save under the controller's lock.
 */
final class Board {

  /** One unit's wish for a key. */
  private record Wish(long cookie, DesiredFlow flow) {}

  private final Map<FlowKey, List<Wish>> wishes = new HashMap<>();
  private final Map<Scope, Set<FlowKey>> keysByScope = new HashMap<>();
  private final Map<Scope, Set<Id<Node>>> nodesByScope = new HashMap<>();
  private final Map<Id<Node>, Set<Scope>> scopesByNode = new HashMap<>();
  private Map<Id<Node>, Set<FlowKey>> changed = new HashMap<>();

  /** A unit's flows are {@code now} instead of {@code before}. */
  void replace(long cookie, List<DesiredFlow> before, List<DesiredFlow> now) {
    Set<DesiredFlow> kept = new HashSet<>(now);
    Set<DesiredFlow> had = new HashSet<>(before);
    had.stream().filter(f -> !kept.contains(f)).forEach(f -> remove(new Wish(cookie, f)));
    kept.stream().filter(f -> !had.contains(f)).forEach(f -> add(new Wish(cookie, f)));
  }

  private void add(Wish wish) {
    FlowKey key = wish.flow().key();
    List<Wish> others = wishes.get(key);
    if (others == null) {
      wishes.put(key, List.of(wish)); // nearly always the only one
    } else {
      List<Wish> all = new ArrayList<>(others);
      all.add(wish);
      wishes.put(key, all);
    }
    keysByScope.computeIfAbsent(wish.flow().scope(), s -> new HashSet<>()).add(key);
    mark(wish.flow());
  }

  private void remove(Wish wish) {
    FlowKey key = wish.flow().key();
    List<Wish> rest = new ArrayList<>(wishes.get(key));
    rest.remove(wish);
    if (rest.isEmpty()) {
      wishes.remove(key);
    } else {
      wishes.put(key, List.copyOf(rest));
    }
    Scope scope = wish.flow().scope();
    if (rest.stream().noneMatch(w -> w.flow().scope().equals(scope))) {
      Set<FlowKey> keys = keysByScope.get(scope);
      keys.remove(key);
      if (keys.isEmpty()) {
        keysByScope.remove(scope);
      }
    }
    mark(wish.flow());
  }

  private void mark(DesiredFlow flow) {
    nodesByScope.getOrDefault(flow.scope(), Set.of()).forEach(n -> changed(n).add(flow.key()));
  }

  private Set<FlowKey> changed(Id<Node> node) {
    return changed.computeIfAbsent(node, n -> new HashSet<>());
  }

  void enters(Id<Node> node, Scope scope) {
    nodesByScope.computeIfAbsent(scope, s -> new HashSet<>(4)).add(node);
    scopesByNode.computeIfAbsent(node, n -> new HashSet<>()).add(scope);
    changed(node).addAll(keysByScope.getOrDefault(scope, Set.of()));
  }

  void leaves(Id<Node> node, Scope scope) {
    changed(node).addAll(keysByScope.getOrDefault(scope, Set.of()));
    Set<Id<Node>> nodes = nodesByScope.get(scope);
    nodes.remove(node);
    if (nodes.isEmpty()) {
      nodesByScope.remove(scope);
    }
    Set<Scope> scopes = scopesByNode.get(node);
    scopes.remove(scope);
    if (scopes.isEmpty()) {
      scopesByNode.remove(node);
    }
  }

  /** The keys that may have changed, by node, since the last call. */
  Map<Id<Node>, Set<FlowKey>> takeChanged() {
    Map<Id<Node>, Set<FlowKey>> taken = changed;
    changed = new HashMap<>();
    taken.values().removeIf(Set::isEmpty);
    return taken;
  }

  Set<FlowKey> keys(Id<Node> node) {
    Set<FlowKey> keys = new HashSet<>();
    scopesByNode
        .getOrDefault(node, Set.of())
        .forEach(s -> keys.addAll(keysByScope.getOrDefault(s, Set.of())));
    return keys;
  }

  Optional<Flow> flow(Id<Node> node, FlowKey key) {
    Set<Scope> scopes = scopesByNode.getOrDefault(node, Set.of());
    Wish best = null;
    for (Wish w : wishes.getOrDefault(key, List.of())) {
      if (scopes.contains(w.flow().scope()) && (best == null || precedes(w, best))) {
        best = w;
      }
    }
    return Optional.ofNullable(best).map(w -> new Flow(key, w.cookie(), w.flow().actions()));
  }

  private static boolean precedes(Wish a, Wish b) {
    List<Action> mine = a.flow().actions();
    if (mine.isEmpty() != b.flow().actions().isEmpty()) {
      return mine.isEmpty();
    }
    int c = Long.compareUnsigned(a.cookie(), b.cookie());
    // One unit that contradicts itself, or two whose hashes collide: then the text decides.
    return c != 0 ? c < 0 : mine.toString().compareTo(b.flow().actions().toString()) < 0;
  }

  int size() {
    return wishes.size();
  }

  /** How many keys there are in a table. */
  long inTable(int table) {
    return wishes.keySet().stream().filter(k -> k.table() == table).count();
  }

  /** How many keys have wishes that contradict each other on some node. */
  long conflicts() {
    return wishes.values().stream().filter(w -> w.size() > 1).filter(this::contradict).count();
  }

  private boolean contradict(List<Wish> all) {
    Map<Id<Node>, List<Action>> actions = new HashMap<>();
    for (Wish w : all) {
      for (Id<Node> node : nodesByScope.getOrDefault(w.flow().scope(), Set.of())) {
        List<Action> others = actions.putIfAbsent(node, w.flow().actions());
        if (others != null && !others.equals(w.flow().actions())) {
          return true;
        }
      }
    }
    return false;
  }
}
