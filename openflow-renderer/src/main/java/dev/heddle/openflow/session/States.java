package dev.heddle.openflow.session;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Confirmations.NodeState;
import java.util.AbstractMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The states of all nodes as they are at the moment they are looked at: whoever wants to know of
 * one node pays for one.
 */
final class States extends AbstractMap<Id<Node>, NodeState> {

  private final Map<Id<Node>, NodeSession> sessions;

  States(Map<Id<Node>, NodeSession> sessions) {
    this.sessions = sessions;
  }

  @Override
  public NodeState get(Object node) {
    return Optional.ofNullable(sessions.get(node)).map(NodeSession::state).orElse(null);
  }

  @Override
  public boolean containsKey(Object node) {
    return sessions.containsKey(node);
  }

  @Override
  public int size() {
    return sessions.size();
  }

  @Override
  public Set<Entry<Id<Node>, NodeState>> entrySet() {
    return sessions.values().stream()
        .map(s -> Map.entry(s.id(), s.state()))
        .collect(Collectors.toUnmodifiableSet());
  }
}
