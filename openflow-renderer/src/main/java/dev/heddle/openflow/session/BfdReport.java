package dev.heddle.openflow.session;

import dev.heddle.openflow.ovsdb.BfdStatus;
import dev.heddle.openflow.ovsdb.NodeSnapshot;
import dev.heddle.pipeline.Confirmations.Bfd;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/** What a node's database says of the nodes it watches, in sentences. Pure. */
final class BfdReport {

  private BfdReport() {}

  /**
   * @param peers the nodes that there is to be BFD with, and where they are
   */
  static List<Bfd> of(NodeSnapshot seen, SortedMap<String, String> peers) {
    SortedSet<String> all = new TreeSet<>(peers.keySet());
    all.addAll(seen.watched().peers());
    return all.stream().map(peer -> of(peer, seen, peers)).toList();
  }

  private static Bfd of(String peer, NodeSnapshot seen, SortedMap<String, String> peers) {
    BfdStatus status = seen.bfd().get(peer);
    if (!peers.containsKey(peer)) {
      return new Bfd(
          peer, "none", peer + " is not watched: no Geneve tunnel between the two is known.");
    }
    if (status == null || status.state().equals("none")) {
      return new Bfd(peer, "none", peer + " is not watched yet.");
    }
    String at = peer + " at " + status.remote();
    return status.state().equals("up")
        ? new Bfd(peer, "up", at + " answers.")
        : new Bfd(
            peer,
            status.state(),
            at
                + " does not answer"
                + (status.diagnostic().isEmpty() ? "" : ": " + status.diagnostic())
                + ".");
  }
}
