package dev.heddle.engine;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.ActionList;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Scope;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
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

  /** Up to so many flows of a unit are compared one by one. */
  private static final int FEW = 24;

  /** What is wanted in one scope, and the nodes that are in it. */
  private static final class Scoped {
    private static final Wish[] NONE = {};

    private Wish[] wishes = NONE;
    private int size;
    Set<Id<Node>> nodes = Set.of();

    void add(Wish wish) {
      if (size == wishes.length) {
        wishes = Arrays.copyOf(wishes, size + Math.max(4, size / 2));
      }
      wish.place = size;
      wishes[size++] = wish;
    }

    void remove(Wish wish) {
      Wish last = wishes[--size];
      wishes[wish.place] = last;
      last.place = wish.place;
      wishes[size] = null;
    }

    void addKeys(Set<FlowKey> keys) {
      for (int i = 0; i < size; i++) {
        keys.add(wishes[i].flow.key());
      }
    }

    void enters(Id<Node> node) {
      if (nodes.isEmpty()) {
        nodes = Set.of(node);
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
      return size == 0 && nodes.isEmpty();
    }
  }

  private final Wishes wishes = new Wishes();
  private final Set<FlowKey> shared = new HashSet<>();
  private final Map<Scope, Scoped> scopes = new HashMap<>();
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
    Collection<DesiredFlow> had = before.size() > FEW ? new HashSet<>(before) : before;
    Collection<DesiredFlow> kept = now.size() > FEW ? new HashSet<>(now) : now;
    for (DesiredFlow f : distinct(had)) {
      if (!kept.contains(f)) {
        remove(cookie, f);
      }
    }
    for (DesiredFlow f : distinct(kept)) {
      if (!had.contains(f)) {
        add(cookie, f);
      }
    }
  }

  /** A unit that says a flow twice wants it once. */
  private static Collection<DesiredFlow> distinct(Collection<DesiredFlow> flows) {
    if (flows instanceof List<DesiredFlow> few) {
      for (int i = 1; i < few.size(); i++) {
        if (few.subList(0, i).contains(few.get(i))) {
          return new HashSet<>(few);
        }
      }
    }
    return flows;
  }

  private Scoped scoped(Scope scope) {
    return scopes.computeIfAbsent(scope, s -> new Scoped());
  }

  private void dropIfIdle(Scope scope, Scoped scoped) {
    if (scoped.isIdle()) {
      scopes.remove(scope);
    }
  }

  private void add(long cookie, DesiredFlow flow) {
    Wish wish = new Wish(cookie, flow);
    wishes.add(wish);
    if (wish.next != null) {
      shared.add(flow.key());
    }
    scoped(flow.scope()).add(wish);
    mark(flow);
  }

  private void remove(long cookie, DesiredFlow flow) {
    Wish gone = wishes.first(flow.key());
    while (!gone.is(cookie, flow)) {
      gone = gone.next;
    }
    Wish left = wishes.remove(gone);
    if (left == null || left.next == null) {
      shared.remove(flow.key());
    }
    Scoped scoped = scopes.get(flow.scope());
    scoped.remove(gone);
    dropIfIdle(flow.scope(), scoped);
    mark(flow);
  }

  private void mark(DesiredFlow flow) {
    if (followed) {
      changedByScope.computeIfAbsent(flow.scope(), s -> new HashSet<>(4)).add(flow.key());
    }
  }

  private void mark(Id<Node> node, Scope scope) {
    if (followed) {
      Set<FlowKey> keys = changed.computeIfAbsent(node, n -> new HashSet<>());
      scoped(scope).addKeys(keys);
      keys.addAll(changedByScope.getOrDefault(scope, Set.of())); // gone from it just before
    }
  }

  void enters(Id<Node> node, Scope scope) {
    scoped(scope).enters(node);
    scopesByNode.computeIfAbsent(node, n -> new HashSet<>()).add(scope);
    mark(node, scope);
  }

  void leaves(Id<Node> node, Scope scope) {
    mark(node, scope);
    Scoped scoped = scopes.get(scope);
    scoped.leaves(node);
    dropIfIdle(scope, scoped);
    Set<Scope> ofNode = scopesByNode.get(node);
    ofNode.remove(scope);
    if (ofNode.isEmpty()) {
      scopesByNode.remove(node);
    }
  }

  /** The keys that may have changed, by node, since the last call; not to be changed. */
  Map<Id<Node>, Set<FlowKey>> takeChanged() {
    Map<Id<Node>, Set<FlowKey>> taken = new HashMap<>();
    // One set for all nodes of a scope; told apart by identity, since there may be very many.
    Set<Set<FlowKey>> ofScopes = Collections.newSetFromMap(new IdentityHashMap<>());
    changedByScope.forEach(
        (scope, keys) -> {
          ofScopes.add(keys);
          nodes(scope).forEach(n -> taken.merge(n, keys, (a, b) -> union(a, b, ofScopes)));
        });
    changed.forEach(
        (node, keys) -> {
          if (!keys.isEmpty()) {
            taken.merge(node, keys, (a, b) -> union(a, b, ofScopes));
          }
        });
    changedByScope = new HashMap<>();
    changed = new HashMap<>();
    return taken;
  }

  private static Set<FlowKey> union(Set<FlowKey> a, Set<FlowKey> b, Set<Set<FlowKey>> ofScopes) {
    Set<FlowKey> all = ofScopes.contains(a) ? new HashSet<>(a) : a;
    all.addAll(b);
    return all;
  }

  private Set<Id<Node>> nodes(Scope scope) {
    Scoped scoped = scopes.get(scope);
    return scoped == null ? Set.of() : scoped.nodes;
  }

  Set<FlowKey> keys(Id<Node> node) {
    Set<FlowKey> keys = new HashSet<>();
    scopesByNode.getOrDefault(node, Set.of()).forEach(s -> scopes.get(s).addKeys(keys));
    return keys;
  }

  private Wish best(Id<Node> node, FlowKey key) {
    Wish best = null;
    for (Wish w = wishes.first(key); w != null; w = w.next) {
      if (nodes(w.flow.scope()).contains(node) && (best == null || precedes(w, best))) {
        best = w;
      }
    }
    return best;
  }

  /** For whose sake the flow with this key is wanted on a node. */
  Optional<Id<?>> object(Id<Node> node, FlowKey key) {
    return Optional.ofNullable(best(node, key)).map(w -> w.flow.owner());
  }

  Optional<Flow> flow(Id<Node> node, FlowKey key) {
    Wish best = best(node, key);
    if (best == null) {
      return Optional.empty();
    }
    List<Action> actions = best.flow.actions();
    if (ActionList.isClause(actions)) {
      for (Wish w = wishes.first(key); w != null; w = w.next) {
        if (w != best
            && nodes(w.flow.scope()).contains(node)
            && ActionList.isClause(w.flow.actions())) {
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

  /** How many keys there are in each table that has any. */
  Map<Integer, Long> byTable() {
    Map<Integer, Long> counts = new HashMap<>();
    wishes.firsts().forEach(w -> counts.merge(w.key().table(), 1L, Long::sum));
    return counts;
  }

  /** How many keys have wishes that contradict each other on some node. */
  long conflicts() {
    return shared.stream().map(wishes::first).filter(this::contradict).count();
  }

  private boolean contradict(Wish first) {
    Map<Id<Node>, List<Action>> actions = new HashMap<>();
    for (Wish w = first; w != null; w = w.next) {
      for (Id<Node> node : nodes(w.flow.scope())) {
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
