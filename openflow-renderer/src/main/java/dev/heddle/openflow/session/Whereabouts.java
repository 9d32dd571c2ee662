package dev.heddle.openflow.session;

import dev.heddle.model.Binding;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Node;
import dev.heddle.pipeline.DesiredFlows.Revision;
import dev.heddle.pipeline.Owner;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Which sessions a revision concerns, found by what it changes: to ask every session about every
 * revision would cost nodes times changes. The rest learns only that there is a newer one. Safe to
 * call from any thread.
 */
final class Whereabouts {

  private final ConcurrentMap<Id<LogicalPort>, Set<NodeSession>> byPort = new ConcurrentHashMap<>();
  private final Set<NodeSession> holding = ConcurrentHashMap.newKeySet();
  private final Set<NodeSession> refused = ConcurrentHashMap.newKeySet();
  private final Set<NodeSession> waiting = ConcurrentHashMap.newKeySet();
  private volatile long published = -1;

  /** A node has lost some ports and got others. */
  void moved(
      NodeSession session, Collection<Id<LogicalPort>> gone, Collection<Id<LogicalPort>> come) {
    for (Id<LogicalPort> port : come) {
      byPort.computeIfAbsent(port, p -> ConcurrentHashMap.newKeySet()).add(session);
    }
    for (Id<LogicalPort> port : gone) {
      byPort.computeIfPresent(
          port,
          (p, all) -> {
            all.remove(session);
            return all.isEmpty() ? null : all;
          });
    }
  }

  /** Whether a session holds a port back, which a change of another port may let go. */
  void holds(NodeSession session, boolean some) {
    if (some) {
      holding.add(session);
    } else {
      holding.remove(session);
    }
  }

  /** Whether the switch of a session refuses flows. */
  void refuses(NodeSession session, boolean some) {
    if (some) {
      refused.add(session);
    } else {
      refused.remove(session);
    }
  }

  /** The nodes whose switches refuse a flow of an object, with what they say. */
  Map<Id<Node>, String> refusing(Id<?> object) {
    Map<Id<Node>, String> said = new HashMap<>();
    for (NodeSession session : refused) {
      Optional.ofNullable(session.state().refused().get(object))
          .ifPresent(text -> said.put(session.id(), text));
    }
    return said;
  }

  /** The session is to look again once its {@link NodeSession#awaited} is confirmed. */
  void await(NodeSession session) {
    waiting.add(session);
  }

  /** The newest revision of which all whom it concerns have been told. */
  long published() {
    return published;
  }

  /** Tells those whom it concerns; then everybody may know of it. */
  void tell(Revision revision, Map<Id<Node>, NodeSession> sessions) {
    of(revision, sessions).forEach(s -> s.published(revision));
    published = revision.number();
    for (NodeSession session : waiting) {
      if (session.awaited() <= revision.number()) {
        waiting.remove(session);
        session.lookAgain();
      }
    }
  }

  private Collection<NodeSession> of(Revision revision, Map<Id<Node>, NodeSession> sessions) {
    Set<NodeSession> concerned = new HashSet<>();
    for (Id<?> object : revision.objects()) {
      String kind = object.kind();
      if (kind.equals(Owner.KIND.name()) || kind.equals(LogicalSwitch.KIND.name())) {
        return sessions.values();
      } else if (kind.equals(LogicalPort.KIND.name())) {
        touched(object.name(), concerned);
      } else if (kind.equals(Binding.KIND.name())) {
        Binding.mayBeOf(object.name()).forEach(port -> touched(port, concerned));
      }
    }
    if (!revision.arrived().isEmpty()) {
      return sessions.values();
    }
    for (Id<Node> node : revision.changed().keySet()) {
      NodeSession session = sessions.get(node);
      if (session != null) {
        concerned.add(session);
      }
    }
    return concerned;
  }

  /** Whether a logical switch is another than before. */
  static boolean touchesSwitch(Revision revision) {
    return revision.objects().stream().anyMatch(o -> o.kind().equals(LogicalSwitch.KIND.name()));
  }

  /** The names of ports that a revision may have changed, or moved to another node. */
  static Set<String> ports(Revision revision) {
    Set<String> ports = new HashSet<>();
    for (Id<?> object : revision.objects()) {
      if (object.kind().equals(LogicalPort.KIND.name())) {
        ports.add(object.name());
      } else if (object.kind().equals(Binding.KIND.name())) {
        ports.addAll(Binding.mayBeOf(object.name()));
      }
    }
    return ports;
  }

  private void touched(String port, Set<NodeSession> concerned) {
    concerned.addAll(byPort.getOrDefault(LogicalPort.KIND.id(port), Set.of()));
    concerned.addAll(holding);
  }
}
