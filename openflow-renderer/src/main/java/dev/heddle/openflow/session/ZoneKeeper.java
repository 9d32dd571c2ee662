package dev.heddle.openflow.session;

import dev.heddle.openflow.channel.SwitchConnection;
import dev.heddle.openflow.ovsdb.NodeDatabase;
import dev.heddle.openflow.ovsdb.NodeSnapshot;
import dev.heddle.openflow.ovsdb.Zones;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each interface of a node a connection tracking zone, and takes it back when the interface
 * is gone. A zone comes back only when the switch has no flow of its owner any more and it was
 * emptied; and it is emptied once more before it is written down as somebody's: so nobody finds
 * connections of the one who had it before, whatever fails in between. Runs on one executor.
 */
@SuppressWarnings("ReferenceEquality")
final class ZoneKeeper {

  private static final Logger LOG = LoggerFactory.getLogger(ZoneKeeper.class);

  /** No interface can have this name. */
  private static final SortedSet<String> NOBODY = new TreeSet<>(Set.of(" "));

  private final String node;
  private final Executor executor;
  private Zones told = Zones.NONE;

  /** A free zone that is empty already: the next interface has its zone before it has a number. */
  private OptionalInt spare = OptionalInt.empty();

  /** Zones that were emptied since the switch has no flow of their owners, and are theirs still. */
  private final BitSet emptied = new BitSet();

  private boolean emptying;

  /** What it was to look at last, if it found nothing to do: looking again would find nothing. */
  private List<Object> idle = List.of();

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
    List<Object> now = List.of(database, seen, connection.get(), settled);
    if (!isSame(now, idle)) {
      give(database, seen, connection.get(), settled, again);
      idle = emptying ? List.of() : now;
    }
  }

  /** Not equal but the same: to compare what a node says of hundreds of interfaces is work. */
  private static boolean isSame(List<Object> a, List<Object> b) {
    return a.size() == b.size() && IntStream.range(0, a.size()).allMatch(i -> a.get(i) == b.get(i));
  }

  private void give(
      NodeDatabase database,
      NodeSnapshot seen,
      SwitchConnection to,
      boolean settled,
      Runnable again) {
    SortedSet<String> owners = new TreeMap<>(seen.interfaces()).navigableKeySet();
    // What we wrote may not have come back yet: it is as good as given.
    boolean isBack = told.sameAs(seen.zones());
    Zones now = isBack ? told : seen.zones().with(told.of(owners).given());
    BitSet resting = told.taken();
    resting.or(seen.zones().taken());
    SortedMap<String, Integer> fresh = now.missing(owners, resting);
    noteExhaustion(now.without(owners).size() > fresh.size());
    Zones left = settled ? now.of(owners) : now;
    BitSet going = now.taken();
    going.andNot(left.taken());
    emptied.and(going); // who has come back fills it again
    going.andNot(emptied);
    if (fresh.isEmpty() && !going.isEmpty()) {
      empty(to, going.stream().boxed().toList(), again, () -> emptied.or(going));
    } else if (fresh.isEmpty()) {
      tell(database, left);
      prepare(to, now, resting, again);
    } else if (fresh.size() == 1 && spare.equals(OptionalInt.of(fresh.get(fresh.firstKey())))) {
      spare = OptionalInt.empty();
      tell(database, now.with(fresh));
      fresh.values().forEach(resting::set);
      prepare(to, now, resting, again);
    } else {
      empty(to, fresh.values(), again, () -> tell(database, now.with(fresh)));
    }
  }

  /** Empties the zone that is the next to be given. */
  private void prepare(SwitchConnection connection, Zones now, BitSet resting, Runnable again) {
    SortedMap<String, Integer> next = now.missing(NOBODY, resting);
    OptionalInt free = next.values().stream().mapToInt(z -> z).findFirst();
    if (free.isPresent() && !free.equals(spare)) {
      spare = OptionalInt.empty();
      empty(connection, next.values(), again, () -> spare = free);
    }
  }

  private void empty(
      SwitchConnection connection, Collection<Integer> zones, Runnable again, Runnable then) {
    emptying = true;
    connection
        .emptyZones(zones)
        .whenComplete(
            (ok, error) ->
                executor.execute(
                    () -> {
                      emptying = false;
                      if (error == null) {
                        then.run();
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

  private void noteExhaustion(boolean now) {
    if (now && !exhausted) {
      LOG.warn("node {}: all 32767 connection tracking zones are in use", node);
    }
    exhausted = now;
  }
}
