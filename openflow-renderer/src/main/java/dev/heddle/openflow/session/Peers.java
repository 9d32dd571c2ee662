package dev.heddle.openflow.session;

import dev.heddle.model.Encapsulation;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.Network;
import dev.heddle.model.Network.State;
import dev.heddle.model.Node;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Between which nodes there is to be BFD: where one of the two asks for it, as long as both have
 * Geneve tunnels. For one thread at a time.
 */
final class Peers {

  private final Network network;
  private final Map<Id<Node>, Node> nodes = new HashMap<>();

  /** By node, those that ask for BFD with it. */
  private final Map<Id<Node>, Set<Id<Node>>> asking = new HashMap<>();

  Peers(Network network) {
    this.network = network;
    network.list(Node.KIND.name()).forEach(s -> put(Node.KIND.id(s.document()), List.of(s)));
  }

  /** True if some of these objects are nodes: then all may have other peers than before. */
  boolean follow(Collection<Id<?>> changed) {
    boolean any = false;
    for (Id<?> object : changed) {
      if (object.kind().equals(Node.KIND.name())) {
        put(Node.KIND.id(object.name()), network.get(List.of(object)));
        any = true;
      }
    }
    return any;
  }

  private void put(Id<Node> id, List<State> now) {
    Node before = nodes.remove(id);
    if (before != null) {
      before.watched().forEach(w -> asking.getOrDefault(w, new HashSet<>()).remove(id));
    }
    for (State state : now) {
      Node node = Node.KIND.parser().parse(state.document(), 0);
      nodes.put(id, node);
      node.watched().forEach(w -> asking.computeIfAbsent(w, k -> new HashSet<>()).add(id));
    }
  }

  /** By name, where the tunnels end of the nodes that this one is to watch. */
  SortedMap<String, String> of(Id<Node> id) {
    SortedMap<String, String> peers = new TreeMap<>();
    if (tunnelEnd(id).isPresent()) {
      Set<Id<Node>> wanted = new HashSet<>(asking.getOrDefault(id, Set.of()));
      wanted.addAll(nodes.get(id).watched());
      wanted.remove(id);
      wanted.forEach(
          peer -> tunnelEnd(peer).ifPresent(at -> peers.put(peer.name(), at.toString())));
    }
    return peers;
  }

  private Optional<IpAddress> tunnelEnd(Id<Node> id) {
    return Optional.ofNullable(nodes.get(id))
        .filter(node -> node.encapsulations().contains(Encapsulation.GENEVE))
        .flatMap(Node::encapAddress);
  }
}
