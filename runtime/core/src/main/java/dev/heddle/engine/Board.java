package dev.heddle.engine;

import dev.heddle.engine.Remembered.Was;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.ActionList;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
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

  private final Wishes wishes = new Wishes();
  private final Set<FlowKey> shared = new HashSet<>();
  private final KeyedTable<Scoped> scopes = new KeyedTable<>(s -> s.scope);
  private final Map<Id<Node>, Set<Scoped>> scopesByNode = new HashMap<>();
  private final Map<Id<Node>, Set<Id<Node>>> alone = new HashMap<>();
  private Map<Scope, Set<FlowKey>> changedByScope = new HashMap<>();
  private Map<Id<Node>, Set<FlowKey>> changed = new HashMap<>();
  private boolean followed;

  /** Null unless somebody wants to know what was. */
  private Remembered before;

  /** From now on what changes is noted; until then nobody wants to know. */
  void follow() {
    followed = true;
  }

  /** From now on what changes is remembered as it was, until {@link #forget}. */
  Remembered remember() {
    before = new Remembered();
    return before;
  }

  void forget() {
    before = null;
  }

  /** Does what takes itself back: nothing is noted as changed. */
  void tried(Runnable trial) {
    boolean was = followed;
    followed = false;
    try {
      trial.run();
    } finally {
      followed = was;
    }
  }

  /** These keys of a node count as changed. */
  void changed(Id<Node> node, Set<FlowKey> keys) {
    changed.computeIfAbsent(node, n -> new HashSet<>()).addAll(keys);
  }

  private void remember(Wish wish) {
    if (before != null) {
      for (Id<Node> node : wish.scoped.nodes()) {
        before.note(node, wish.key, () -> new Was(flow(node, wish.key), object(node, wish.key)));
      }
    }
  }

  /** What {@code by} wants now. */
  static List<DesiredFlow> flows(Wisher by) {
    return Arrays.stream(by.wishes()).map(Wish::flow).toList();
  }

  /** What {@code by} wants is {@code now}, where no flow is twice, instead of what it wanted. */
  void replace(Wisher by, Collection<DesiredFlow> now) {
    Wish[] before = by.wishes();
    Wish[] gone = before.length == 0 ? before : before.clone();
    Map<DesiredFlow, Integer> places = before.length > FEW ? places(before) : null;
    Wish[] wanted = now.isEmpty() ? Wish.NONE : new Wish[now.size()];
    List<Wish> come = before.length == 0 ? null : new ArrayList<>();
    int count = 0;
    for (DesiredFlow flow : now) {
      int same = places == null ? place(before, flow) : places.getOrDefault(flow, -1);
      if (same >= 0) {
        wanted[count++] = before[same];
        gone[same] = null;
      } else {
        Wish wish = Wish.of(by, flow, scoped(flow.scope()));
        wanted[count++] = wish;
        if (come != null) {
          come.add(wish);
        }
      }
    }
    by.wishes(wanted);
    for (Wish wish : gone) {
      if (wish != null) {
        remove(wish, wanted);
      }
    }
    (come == null ? Arrays.asList(wanted) : come).forEach(this::add);
  }

  private static int place(Wish[] wishes, DesiredFlow flow) {
    for (int i = 0; i < wishes.length; i++) {
      if (wishes[i].is(flow)) {
        return i;
      }
    }
    return -1;
  }

  private static Map<DesiredFlow, Integer> places(Wish[] wishes) {
    Map<DesiredFlow, Integer> places = new HashMap<>();
    for (int i = 0; i < wishes.length; i++) {
      places.put(wishes[i].flow(), i);
    }
    return places;
  }

  /** A unit that says a flow twice wants it once. */
  static List<DesiredFlow> distinct(List<DesiredFlow> flows) {
    if (flows.size() > FEW) {
      return List.copyOf(new LinkedHashSet<>(flows));
    }
    for (int i = 1; i < flows.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (flows.get(i).equals(flows.get(j))) {
          return List.copyOf(new LinkedHashSet<>(flows));
        }
      }
    }
    return flows;
  }

  /** What {@code from} wants, {@code to} wants from now on; no flow changes by that. */
  void handOver(Wisher from, Wisher to) {
    Wish[] wishes = from.wishes();
    from.wishes(Wish.NONE);
    to.wishes(wishes);
    for (Wish wish : wishes) {
      wish.by = to;
      wish.scoped.remove(from);
      wish.scoped.add(to);
    }
  }

  private Scoped scoped(Scope scope) {
    Scoped scoped = scopes.get(scope);
    if (scoped == null) {
      scoped = new Scoped(scope);
      scopes.add(scoped);
    }
    return scoped;
  }

  private void dropIfIdle(Scoped scoped) {
    if (scoped.isIdle()) {
      scopes.remove(scoped);
    }
  }

  private void add(Wish wish) {
    remember(wish);
    wishes.add(wish);
    if (wish.next != null) {
      shared.add(wish.key);
    }
    wish.scoped.add(wish.by);
    mark(wish);
  }

  private void remove(Wish gone, Wish[] kept) {
    remember(gone);
    Wish left = wishes.remove(gone);
    if (left == null || left.next == null) {
      shared.remove(gone.key);
    }
    mark(gone);
    for (Wish wish : kept) {
      if (wish.scoped == gone.scoped) {
        return;
      }
    }
    gone.scoped.remove(gone.by);
    dropIfIdle(gone.scoped);
  }

  private void mark(Wish wish) {
    if (followed) {
      changedByScope.computeIfAbsent(wish.scoped.scope, s -> new HashSet<>(4)).add(wish.key);
    }
  }

  private void mark(Id<Node> node, Scoped scoped) {
    if (followed) {
      Set<FlowKey> keys = changed.computeIfAbsent(node, n -> new HashSet<>());
      scoped.addKeys(keys);
      // gone from it just before
      keys.addAll(changedByScope.getOrDefault(scoped.scope, Set.of()));
    }
  }

  private void remember(Id<Node> node, Scoped scoped) {
    if (before != null) {
      Set<FlowKey> keys = new HashSet<>();
      scoped.addKeys(keys);
      keys.forEach(k -> before.note(node, k, () -> new Was(flow(node, k), object(node, k))));
    }
  }

  void enters(Id<Node> node, Scope scope) {
    Scoped scoped = scoped(scope);
    remember(node, scoped);
    scoped.enters(node, alone.computeIfAbsent(node, Set::of));
    scopesByNode
        .computeIfAbsent(node, n -> Collections.newSetFromMap(new IdentityHashMap<>()))
        .add(scoped);
    mark(node, scoped);
  }

  void leaves(Id<Node> node, Scope scope) {
    Scoped scoped = scopes.get(scope);
    remember(node, scoped);
    mark(node, scoped);
    scoped.leaves(node);
    dropIfIdle(scoped);
    Set<Scoped> ofNode = scopesByNode.get(node);
    ofNode.remove(scoped);
    if (ofNode.isEmpty()) {
      scopesByNode.remove(node);
      alone.remove(node);
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
    return scoped == null ? Set.of() : scoped.nodes();
  }

  Set<FlowKey> keys(Id<Node> node) {
    Set<FlowKey> keys = new HashSet<>();
    scopesByNode.getOrDefault(node, Set.of()).forEach(s -> s.addKeys(keys));
    return keys;
  }

  private Wish best(Id<Node> node, FlowKey key) {
    Wish best = null;
    for (Wish w = wishes.first(key); w != null; w = w.next) {
      if (w.scoped.nodes().contains(node) && (best == null || precedes(w, best))) {
        best = w;
      }
    }
    return best;
  }

  /** For whose sake the flow with this key is wanted on a node. */
  Optional<Id<?>> object(Id<Node> node, FlowKey key) {
    return Optional.ofNullable(best(node, key)).map(Wish::owner);
  }

  Optional<Flow> flow(Id<Node> node, FlowKey key) {
    Wish best = best(node, key);
    if (best == null) {
      return Optional.empty();
    }
    List<Action> actions = ActionList.isClause(best.actions) ? clauses(node, key) : best.actions;
    return Optional.of(new Flow(key, best.by.cookie(), actions));
  }

  /** Of all that want any: many rules may share one key. */
  private List<Action> clauses(Id<Node> node, FlowKey key) {
    List<List<Action>> all = new ArrayList<>();
    for (Wish w = wishes.first(key); w != null; w = w.next) {
      if (w.scoped.nodes().contains(node) && ActionList.isClause(w.actions)) {
        all.add(w.actions);
      }
    }
    return all.size() == 1 ? all.get(0) : ActionList.unite(all);
  }

  private static boolean precedes(Wish a, Wish b) {
    List<Action> mine = a.actions;
    if (mine.isEmpty() != b.actions.isEmpty()) {
      return mine.isEmpty();
    }
    int c = Long.compareUnsigned(a.by.cookie(), b.by.cookie());
    // One unit that contradicts itself, or two whose hashes collide: then the text decides.
    return c != 0 ? c < 0 : mine.toString().compareTo(b.actions.toString()) < 0;
  }

  int size() {
    return wishes.size();
  }

  /** How many keys there are in each table that has any. */
  Map<Integer, Long> byTable() {
    Map<Integer, Long> counts = new HashMap<>();
    wishes.firsts().forEach(w -> counts.merge(w.key.table(), 1L, Long::sum));
    return counts;
  }

  /** How many keys have wishes that contradict each other on some node. */
  long conflicts() {
    return shared.stream().map(wishes::first).filter(this::contradict).count();
  }

  private boolean contradict(Wish first) {
    Map<Id<Node>, List<Action>> actions = new HashMap<>();
    for (Wish w = first; w != null; w = w.next) {
      for (Id<Node> node : w.scoped.nodes()) {
        List<Action> others = actions.putIfAbsent(node, w.actions);
        if (others != null && !agree(others, w.actions)) {
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
