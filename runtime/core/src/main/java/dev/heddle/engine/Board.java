package dev.heddle.engine;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.ActionList;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Scope;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The flows that units want now, by key and by scope, and which nodes are in each scope. Several
 * units may want one key: equal actions are one flow with the least cookie; clauses of conjunctions
 * are one flow with all of them; otherwise dropping wins, then the least cookie, then the least
 * text, so the outcome depends on no order of arrival. Confined to the model's thread, save under
 * the controller's lock.
 */
final class Board {

  /** One unit's wish for a key, and the next of those that others have for the same key. */
  private static final class Wish {
    final long cookie;
    final DesiredFlow flow;
    Wish next;

    Wish(long cookie, DesiredFlow flow, Wish next) {
      this.cookie = cookie;
      this.flow = flow;
      this.next = next;
    }

    boolean is(long otherCookie, DesiredFlow otherFlow) {
      return cookie == otherCookie && flow.equals(otherFlow);
    }
  }

  private final Map<FlowKey, Wish> wishes = new HashMap<>();
  private final Map<Scope, Set<FlowKey>> keysByScope = new HashMap<>();
  private final Map<Scope, Set<Id<Node>>> nodesByScope = new HashMap<>();
  private final Map<Id<Node>, Set<Scope>> scopesByNode = new HashMap<>();
  private Map<Scope, Set<FlowKey>> changedByScope = new HashMap<>();
  private Map<Id<Node>, Set<FlowKey>> changed = new HashMap<>();
  private boolean followed;

  /** From now on what changes is noted; until then nobody wants to know. */
  void follow() {
    followed = true;
  }

  /** A unit's flows are {@code now} instead of {@code before}. */
  void replace(long cookie, List<DesiredFlow> before, List<DesiredFlow> now) {
    if (before.isEmpty()) {
      distinct(now).forEach(f -> add(cookie, f));
      return;
    }
    Set<DesiredFlow> kept = new HashSet<>(now);
    Set<DesiredFlow> had = new HashSet<>(before);
    had.stream().filter(f -> !kept.contains(f)).forEach(f -> remove(cookie, f));
    kept.stream().filter(f -> !had.contains(f)).forEach(f -> add(cookie, f));
  }

  private static Collection<DesiredFlow> distinct(List<DesiredFlow> flows) {
    return flows.size() < 2 ? flows : new HashSet<>(flows);
  }

  private void add(long cookie, DesiredFlow flow) {
    FlowKey key = flow.key();
    wishes.compute(key, (k, others) -> new Wish(cookie, flow, others));
    keysByScope.computeIfAbsent(flow.scope(), s -> new HashSet<>()).add(key);
    mark(flow);
  }

  private void remove(long cookie, DesiredFlow flow) {
    FlowKey key = flow.key();
    Scope scope = flow.scope();
    Wish first = wishes.get(key);
    Wish before = null;
    Wish gone = first;
    while (!gone.is(cookie, flow)) {
      before = gone;
      gone = gone.next;
    }
    if (before != null) {
      before.next = gone.next;
    } else if (gone.next == null) {
      wishes.remove(key);
    } else {
      first = gone.next;
      wishes.put(key, first);
    }
    if (before == null && gone.next == null || !wanted(first, scope)) {
      Set<FlowKey> keys = keysByScope.get(scope);
      keys.remove(key);
      if (keys.isEmpty()) {
        keysByScope.remove(scope);
      }
    }
    mark(flow);
  }

  private static boolean wanted(Wish first, Scope scope) {
    for (Wish w = first; w != null; w = w.next) {
      if (w.flow.scope().equals(scope)) {
        return true;
      }
    }
    return false;
  }

  private void mark(DesiredFlow flow) {
    if (followed) {
      changedByScope.computeIfAbsent(flow.scope(), s -> new HashSet<>()).add(flow.key());
    }
  }

  private void mark(Id<Node> node, Set<FlowKey> keys) {
    if (followed && !keys.isEmpty()) {
      changed.computeIfAbsent(node, n -> new HashSet<>()).addAll(keys);
    }
  }

  void enters(Id<Node> node, Scope scope) {
    nodesByScope.computeIfAbsent(scope, s -> new HashSet<>(4)).add(node);
    scopesByNode.computeIfAbsent(node, n -> new HashSet<>()).add(scope);
    mark(node, keysByScope.getOrDefault(scope, Set.of()));
  }

  void leaves(Id<Node> node, Scope scope) {
    mark(node, keysByScope.getOrDefault(scope, Set.of()));
    mark(node, changedByScope.getOrDefault(scope, Set.of())); // gone from it just before
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
    changedByScope.forEach(
        (scope, keys) ->
            nodesByScope.getOrDefault(scope, Set.of()).forEach(node -> mark(node, keys)));
    changedByScope = new HashMap<>();
    Map<Id<Node>, Set<FlowKey>> taken = changed;
    changed = new HashMap<>();
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
    for (Wish w = wishes.get(key); w != null; w = w.next) {
      if (scopes.contains(w.flow.scope()) && (best == null || precedes(w, best))) {
        best = w;
      }
    }
    if (best == null) {
      return Optional.empty();
    }
    List<Action> actions = best.flow.actions();
    if (ActionList.isClause(actions)) {
      for (Wish w = wishes.get(key); w != null; w = w.next) {
        if (w != best && scopes.contains(w.flow.scope()) && ActionList.isClause(w.flow.actions())) {
          actions = ActionList.unite(actions, w.flow.actions());
        }
      }
    }
    return Optional.of(new Flow(key, best.cookie, actions));
  }

  private static boolean precedes(Wish a, Wish b) {
    List<Action> mine = a.flow.actions();
    if (mine.isEmpty() != b.flow.actions().isEmpty()) {
      return mine.isEmpty();
    }
    int c = Long.compareUnsigned(a.cookie, b.cookie);
    // One unit that contradicts itself, or two whose hashes collide: then the text decides.
    return c != 0 ? c < 0 : mine.toString().compareTo(b.flow.actions().toString()) < 0;
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
    return wishes.values().stream().filter(w -> w.next != null).filter(this::contradict).count();
  }

  private boolean contradict(Wish first) {
    Map<Id<Node>, List<Action>> actions = new HashMap<>();
    for (Wish w = first; w != null; w = w.next) {
      for (Id<Node> node : nodesByScope.getOrDefault(w.flow.scope(), Set.of())) {
        List<Action> others = actions.putIfAbsent(node, w.flow.actions());
        if (others != null && !agree(others, w.flow.actions())) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean agree(List<Action> a, List<Action> b) {
    return a.equals(b) || ActionList.isClause(a) && ActionList.isClause(b);
  }
}
