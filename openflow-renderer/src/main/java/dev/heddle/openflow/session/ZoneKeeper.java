package dev.heddle.openflow.session;

import dev.heddle.openflow.channel.SwitchConnection;
import dev.heddle.openflow.ovsdb.NodeDatabase;
import dev.heddle.openflow.ovsdb.NodeSnapshot;
import dev.heddle.openflow.ovsdb.Zones;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each interface of a node a connection tracking zone, and takes it back when the interface
 * is gone. A zone is emptied before it is written down as somebody's, and comes back only when the
 * switch has no flow of its owner any more: so nobody finds connections of the one who had it
 * before, whatever fails in between. Runs on one executor.
 */
final class ZoneKeeper {

  private static final Logger LOG = LoggerFactory.getLogger(ZoneKeeper.class);

  private final String node;
  private final Executor executor;
  private Zones told = Zones.NONE;
  private boolean emptying;
  private boolean exhausted;

  ZoneKeeper(String node, Executor executor) {
    this.node = node;
    this.executor = executor;
  }

  /**
   * Looks whether zones are to be given or taken back.
   *
   * @param seen what the model knows of the node
   * @param settled the switch has confirmed all that follows from {@code seen}
   * @param again called when it should look again
   */
  void look(
      NodeDatabase database,
      NodeSnapshot seen,
      Optional<SwitchConnection> connection,
      boolean settled,
      Runnable again) {
    if (emptying || connection.filter(SwitchConnection::isOpen).isEmpty()) {
      return;
    }
    Set<String> owners = seen.interfaces().keySet();
    // What we wrote may not have come back yet: it is as good as given.
    Set<Integer> resting = new HashSet<>(told.given().values());
    SortedMap<String, Integer> written = told.of(owners).given();
    Zones now = seen.zones().with(written);
    resting.addAll(seen.zones().given().values());
    SortedMap<String, Integer> fresh = now.missing(owners, resting);
    noteExhaustion(now, owners, fresh);
    if (fresh.isEmpty()) {
      tell(database, settled ? now.of(owners) : now);
      return;
    }
    emptying = true;
    connection
        .get()
        .emptyZones(fresh.values())
        .whenComplete(
            (ok, error) ->
                executor.execute(
                    () -> {
                      emptying = false;
                      if (error == null) {
                        tell(database, now.with(fresh));
                        again.run();
                      } else {
                        LOG.warn("node {}: zones stay as they are: {}", node, error.getMessage());
                      }
                    }));
  }

  private void tell(NodeDatabase database, Zones zones) {
    told = zones;
    database.zones(zones);
  }

  private void noteExhaustion(Zones now, Set<String> owners, SortedMap<String, Integer> fresh) {
    boolean short_ =
        owners.stream().anyMatch(o -> !now.given().containsKey(o) && !fresh.containsKey(o));
    if (short_ && !exhausted) {
      LOG.warn("node {}: all 65535 connection tracking zones are in use", node);
    }
    exhausted = short_;
  }
}
