package dev.heddle.openflow.session;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Confirmations.NodeState;
import java.util.AbstractMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The states of all nodes as they are at the moment they are looked at: whoever wants to know of
 * one node pays for one.
 */
final class States extends AbstractMap<Id<Node>, NodeState> {

  private final Map<Id<Node>, NodeSession> sessions;

  private final Map<Id<Node>, NodeState> plain;

  /**
   * @param plain the states of plain switches, which have names of their own
   */
  States(Map<Id<Node>, NodeSession> sessions, Map<Id<Node>, NodeState> plain) {
    this.sessions = sessions;
    this.plain = plain;
  }

  @Override
  public NodeState get(Object node) {
    return Optional.ofNullable(sessions.get(node))
        .map(NodeSession::state)
        .orElseGet(() -> plain.get(node));
  }

  @Override
  public boolean containsKey(Object node) {
    return sessions.containsKey(node) || plain.containsKey(node);
  }

  @Override
  public int size() {
    return sessions.size() + plain.size();
  }

  @Override
  public Set<Entry<Id<Node>, NodeState>> entrySet() {
    return Stream.concat(
            sessions.values().stream().map(s -> Map.entry(s.id(), s.state())),
            plain.entrySet().stream())
        .collect(Collectors.toUnmodifiableSet());
  }
}
