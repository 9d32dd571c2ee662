package dev.heddle.openflow.session;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.DesiredFlows.Revision;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Owner;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Revisions that can be read and may be marked later. Added to by any thread, taken by one. */
final class Heard {

  private final Queue<Revision> revisions = new ConcurrentLinkedQueue<>();

  void add(Revision revision) {
    revisions.add(revision);
  }

  /**
   * The keys that they changed on a node, and those of its flows that are to be looked at again.
   *
   * @param table null if the node's switch has not been read yet
   */
  Set<FlowKey> take(Id<Node> node, FlowTable table) {
    Set<FlowKey> keys = new HashSet<>();
    for (Revision r = revisions.poll(); r != null; r = revisions.poll()) {
      keys.addAll(r.changed().getOrDefault(node, Set.of()));
      if (table != null && !r.arrived().isEmpty()) {
        // What the feature left in the switch before is compared with what it wants now.
        keys.addAll(table.ownedBy(r.arrived()));
      } else if (table != null && retires(r)) {
        keys.addAll(table.flows().keySet()); // whatever carries its number goes
      }
    }
    return keys;
  }

  /** Whether a revision may change flows of a node. */
  static boolean concerns(Revision revision, Id<Node> node) {
    return revision.changed().containsKey(node)
        || !revision.arrived().isEmpty()
        || retires(revision);
  }

  private static boolean retires(Revision revision) {
    return revision.arrived().isEmpty()
        && revision.objects().stream().anyMatch(o -> o.kind().equals(Owner.KIND.name()));
  }
}
