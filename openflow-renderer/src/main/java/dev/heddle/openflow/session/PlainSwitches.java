package dev.heddle.openflow.session;

import dev.heddle.model.Id;
import dev.heddle.model.Network;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Node;
import dev.heddle.model.PlainSwitch;
import dev.heddle.model.PlainSwitch.End;
import dev.heddle.openflow.channel.SwitchConnection;
import dev.heddle.openflow.discovery.Discovery;
import dev.heddle.openflow.discovery.Probes;
import dev.heddle.openflow.discovery.Probes.Probe;
import dev.heddle.pipeline.Confirmations.NodeState;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.DesiredFlows.Ownership;
import dev.heddle.pipeline.Owner;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Switches that speak OpenFlow and whose database is not ours. While the feature for them is here,
 * one that has waited in vain for a database is taken in: what it is cabled to goes into the model,
 * what the feature makes of that goes into the switch. Without the feature they wait on. All of it
 * runs on one executor.
 */
final class PlainSwitches {

  /** Seconds that a switch waits for a database before it is taken for a plain one. */
  private static final int PATIENCE = 3;

  private static final Logger LOG = LoggerFactory.getLogger(PlainSwitches.class);

  private final Network network;
  private final DesiredFlows desired;
  private final Executor executor;
  private final Function<Id<PlainSwitch>, PlainSession> maker;
  private final Discovery discovery;
  private final Probes probes;
  private final Map<Id<PlainSwitch>, PlainSession> sessions = new ConcurrentHashMap<>();
  private final Map<SwitchConnection, Integer> waited = new HashMap<>();
  private final List<PlainSession> ready = new ArrayList<>();
  private SortedMap<Id<PlainSwitch>, PlainSwitch> written;
  private long writtenRevision;
  private boolean writing;

  /**
   * @param executor all that is called here must run on it
   * @param maker of the session of one switch
   */
  PlainSwitches(
      Network network,
      DesiredFlows desired,
      Executor executor,
      Function<Id<PlainSwitch>, PlainSession> maker) {
    this.network = network;
    this.desired = desired;
    this.executor = executor;
    this.maker = maker;
    this.written = new TreeMap<>();
    network.list(PlainSwitch.KIND.name()).stream()
        .map(state -> PlainSwitch.of(state.document()))
        .forEach(s -> written.put(s.id(), s));
    this.discovery = new Discovery(written.values());
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    this.probes = new Probes(key);
  }

  /** Readable by any thread. */
  Map<Id<Node>, NodeState> states() {
    return sessions.values().stream()
        .collect(Collectors.toMap(s -> PlainSwitch.node(s.id()), PlainSession::state));
  }

  /** Those whose switches refuse a flow of an object, with what they say. */
  Map<Id<Node>, String> refusing(Id<?> object) {
    return sessions.values().stream()
        .filter(s -> s.state().refused().containsKey(object))
        .collect(
            Collectors.toMap(s -> PlainSwitch.node(s.id()), s -> s.state().refused().get(object)));
  }

  /**
   * A second has passed.
   *
   * @param unclaimed switches of which no database has spoken
   * @return those of them that were taken in
   */
  Collection<SwitchConnection> tick(Collection<SwitchConnection> unclaimed) {
    sessions.values().forEach(PlainSession::tick);
    waited.keySet().retainAll(unclaimed);
    if (unclaimed.isEmpty() && sessions.isEmpty() || !isHere()) {
      return List.of(); // whoever is in stays as he is
    }
    List<SwitchConnection> taken = new ArrayList<>();
    for (SwitchConnection c : unclaimed) {
      boolean back = sessions.containsKey(PlainSwitch.id(c.datapathId()));
      if ((back || waited.merge(c, 1, Integer::sum) > PATIENCE) && !isOfNode(c.datapathId())) {
        takeIn(c);
        taken.add(c);
      }
    }
    discovery.next(this::hasConfirmed);
    write();
    probe();
    return taken;
  }

  private void probe() {
    Set<Id<PlainSwitch>> hearing =
        sessions.values().stream()
            .filter(PlainSession::isReady)
            .map(PlainSession::id)
            .collect(Collectors.toSet());
    long round = discovery.round();
    for (End end : discovery.probed(hearing)) {
      sessions.get(end.at()).send(end.port(), probes.write(new Probe(end, round)));
    }
  }

  /** The feature is here. One that was stopped leaves its switches as they are. */
  private boolean isHere() {
    return network
        .get(Owner.KIND.name(), PlainSwitch.FEATURE)
        .filter(owner -> desired.read(s -> s.owner(owner.key())) == Ownership.LIVE)
        .isPresent();
  }

  /** A node's switch waits for its node, however long. */
  private boolean isOfNode(long datapathId) {
    String id = String.format("%016x", datapathId);
    return network.list(Node.KIND.name()).stream()
        .anyMatch(n -> n.document().spec().path("datapathId").asText().equals(id));
  }

  private boolean hasConfirmed(Id<PlainSwitch> id) {
    PlainSession session = sessions.get(id);
    return session != null
        && session.isReady()
        && !writing
        && written.equals(discovery.switches())
        && session.state().installed() >= writtenRevision;
  }

  private void takeIn(SwitchConnection connection) {
    Id<PlainSwitch> id = PlainSwitch.id(connection.datapathId());
    LOG.info("{} from {} is taken in as a plain switch", id, connection.peer());
    PlainSession session = sessions.computeIfAbsent(id, maker);
    connection.onClose(() -> later(() -> left(session, connection)));
    session
        .introduce(
            connection,
            port ->
                later(
                    () -> {
                      if (session.has(connection)) {
                        discovery.port(id, port);
                        write();
                      }
                    }),
            (at, frame) ->
                later(
                    () -> {
                      session.looked();
                      probes.read(frame).ifPresent(probe -> heard(at, probe));
                    }))
        .whenComplete(
            (introduction, error) ->
                later(
                    () -> {
                      if (error != null || !session.has(connection)) {
                        connection.close(); // it comes again
                      } else {
                        discovery.connected(id, introduction.ports(), introduction.fresh());
                        ready.add(session);
                        write();
                      }
                    }));
  }

  private void heard(End at, Probe probe) {
    if (discovery.heard(at, probe)) {
      write();
    }
  }

  private void left(PlainSession session, SwitchConnection connection) {
    if (session.has(connection)) {
      session.gone();
      ready.remove(session);
      discovery.left(session.id());
    }
  }

  /** A database says that this is its node's switch. */
  void release(long datapathId) {
    Id<PlainSwitch> id = PlainSwitch.id(datapathId);
    if (discovery.has(id)) {
      LOG.warn("{} is a node's switch now", id);
      discovery.remove(id);
      Optional.ofNullable(sessions.remove(id)).ifPresent(PlainSession::close);
      write();
    }
  }

  /** A revision is about to be readable. On any thread. */
  void heard(DesiredFlows.Revision revision) {
    sessions.values().forEach(s -> s.heard(revision));
  }

  void published(DesiredFlows.Revision revision) {
    sessions.values().forEach(s -> s.published(revision));
  }

  /** Brings what is known into the model, the difference only; one transaction at a time. */
  private void write() {
    if (writing) {
      return; // once that one is stored the newest difference is taken
    }
    SortedMap<Id<PlainSwitch>, PlainSwitch> known = discovery.switches();
    List<Change> changes = new ArrayList<>();
    known.forEach(
        (id, s) -> {
          if (!s.equals(written.get(id))) {
            changes.add(new Change.Put(s.document()));
          }
        });
    written.keySet().stream()
        .filter(id -> !known.containsKey(id))
        .forEach(id -> changes.add(new Change.Remove(PlainSwitch.KIND.name(), id.name(), false)));
    if (changes.isEmpty()) {
      stored(known);
      return;
    }
    writing = true;
    network
        .transact(Network.Writer.SYSTEM, changes)
        .whenComplete(
            (result, error) ->
                later(
                    () -> {
                      writing = false;
                      if (error != null) {
                        LOG.error("what plain switches are cabled to could not be stored", error);
                        return; // the next round tries again
                      }
                      writtenRevision = result.revision();
                      written = known;
                      stored(known);
                      write();
                    }));
  }

  /** Whoever the model knows may be spoken to; whoever it knows no longer is let go. */
  private void stored(SortedMap<Id<PlainSwitch>, PlainSwitch> known) {
    for (PlainSession session : List.copyOf(ready)) {
      if (known.containsKey(session.id())) {
        ready.remove(session);
        session.begin();
      }
    }
    sessions.values().removeIf(s -> s.isIdle() && !known.containsKey(s.id()));
  }

  private void later(Runnable task) {
    executor.execute(task);
  }
}
