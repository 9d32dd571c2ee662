package dev.heddle.kubernetes.edge;

import dev.heddle.kubernetes.cluster.ObjectRef;
import dev.heddle.kubernetes.mapping.Desired;
import dev.heddle.kubernetes.mapping.Notice;
import dev.heddle.model.Condition;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.Network;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What of the bridge's documents is not done yet, as the model's conditions say, and for how long:
 * what takes longer than usual is told to the user of the object. For one thread.
 */
final class Progress {

  /** Of a policy that is not in all switches yet. */
  static final String LATE = "NotEnforced";

  /** Of so many documents the conditions are asked for at a time. */
  private static final int PART = 2_000;

  private final Network network;
  private final long patience;
  private final Map<Id<?>, Long> since = new HashMap<>();
  private final Map<Id<?>, String> waiting = new HashMap<>();
  private List<Id<?>> asked = List.of();
  private int next;

  /**
   * @param patience nanoseconds that a change may take before anybody is told
   */
  Progress(Network network, long patience) {
    this.network = network;
    this.patience = patience;
  }

  /** These documents are looked after from now on. */
  void follow(Desired desired) {
    asked = List.copyOf(desired.origins().keySet());
    Set<Id<?>> now = new HashSet<>(asked);
    since.keySet().retainAll(now);
    waiting.keySet().retainAll(now);
  }

  /**
   * Looks at the next part of the documents; the notices are of all of them, one for each object.
   *
   * @param now nanoseconds
   */
  List<Notice> look(Desired desired, long now) {
    List<Id<?>> part = new ArrayList<>();
    for (int i = 0; i < Math.min(PART, asked.size()); i++) {
      next = (next + 1) % asked.size();
      part.add(asked.get(next));
    }
    Set<Id<?>> found = new HashSet<>();
    for (Network.State s : network.get(part)) {
      found.add(s.document().id());
      s.conditions().stream()
          .filter(c -> c.type().equals(Condition.REALIZED) && isMissing(c, s.document()))
          .findFirst()
          .ifPresentOrElse(
              c -> {
                since.putIfAbsent(s.document().id(), now);
                waiting.put(s.document().id(), c.message());
              },
              () -> forget(s.document().id()));
    }
    part.stream().filter(id -> !found.contains(id)).forEach(this::forget);
    return notices(desired, now);
  }

  /** Whether all documents that are there for the object are in all switches that need them. */
  boolean isRealized(Desired desired, ObjectRef about) {
    List<Id<?>> its = new ArrayList<>();
    desired
        .origins()
        .forEach(
            (id, of) -> {
              if (of.contains(about)) {
                its.add(id);
              }
            });
    List<Network.State> states = network.get(its);
    return states.size() == its.size()
        && states.stream()
            .allMatch(
                s ->
                    s.conditions().stream()
                        .anyMatch(
                            c ->
                                c.type().equals(Condition.REALIZED)
                                    && !isMissing(c, s.document())));
  }

  /** A rule is missing also where a node is away; of a port it is said by its own node. */
  private static boolean isMissing(Condition c, Document d) {
    return !c.status() || c.reason().equals(Condition.NODES_AWAY) && d.kind().equals("Acl");
  }

  private void forget(Id<?> id) {
    since.remove(id);
    waiting.remove(id);
  }

  private List<Notice> notices(Desired desired, long now) {
    Map<ObjectRef, Notice> byObject = new TreeMap<>();
    since.forEach(
        (id, begun) -> {
          if (now - begun >= patience) {
            for (ObjectRef about : desired.origins().getOrDefault(id, List.of())) {
              byObject.merge(about, notice(about, waiting.get(id)), Progress::first);
            }
          }
        });
    return List.copyOf(byObject.values());
  }

  private static Notice notice(ObjectRef about, String message) {
    return about.kind().isPolicy()
        ? new Notice(about, LATE, "The policy is not enforced everywhere yet: " + message)
        : new Notice(about, "NotConnected", "The pod is not connected yet: " + message);
  }

  private static Notice first(Notice a, Notice b) {
    return a.message().compareTo(b.message()) <= 0 ? a : b;
  }
}
