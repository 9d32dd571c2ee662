package dev.heddle.openflow.session;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.openflow.ovsdb.NodeDatabase;
import dev.heddle.openflow.ovsdb.NodeSnapshot;
import dev.heddle.pipeline.Confirmations.Bfd;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * With whom a node is to do BFD, and what became of it. Used by one thread at a time, what it says
 * is readable by any.
 */
final class BfdPeers {

  private static final Logger LOG = LoggerFactory.getLogger(BfdPeers.class);

  private final Id<Node> node;
  private final Runnable changed;
  private SortedMap<String, String> peers = new TreeMap<>();
  private volatile List<Bfd> said = List.of();

  /**
   * @param changed called when something else is said
   */
  BfdPeers(Id<Node> node, Runnable changed) {
    this.node = node;
    this.changed = changed;
  }

  List<Bfd> said() {
    return said;
  }

  /** From now on with these nodes, by name, and where they are. */
  void set(SortedMap<String, String> addresses) {
    peers = addresses;
  }

  /** Has the node's database watch them, and tells what it says of them. */
  void look(NodeDatabase database, NodeSnapshot seen) {
    database.watch(peers);
    List<Bfd> now = BfdReport.of(seen, peers);
    if (!now.equals(said)) {
      List<Bfd> before = said;
      said = now;
      now.stream()
          .filter(b -> !before.contains(b))
          .forEach(b -> LOG.info("node {}: {}", node.name(), b.message()));
      changed.run();
    }
  }
}
