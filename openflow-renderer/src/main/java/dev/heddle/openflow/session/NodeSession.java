package dev.heddle.openflow.session;

import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network;
import dev.heddle.model.Node;
import dev.heddle.openflow.admission.Told;
import dev.heddle.openflow.channel.SwitchConnection;
import dev.heddle.openflow.ovsdb.Answer;
import dev.heddle.openflow.ovsdb.NodeDatabase;
import dev.heddle.openflow.ovsdb.NodeSnapshot;
import dev.heddle.pipeline.Confirmations.Counted;
import dev.heddle.pipeline.Confirmations.NodeState;
import dev.heddle.pipeline.DesiredFlows;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node: what its database says goes into the model, what the model wants goes into its switch,
 * what became of it goes back onto its interfaces. The switch is spoken to only once the model
 * contains the node as it is. What it is told may come on any thread and is done on its executor,
 * one thing after the other.
 */
final class NodeSession {

  private static final Logger LOG = LoggerFactory.getLogger(NodeSession.class);

  private final Told told = new Told();
  private final Id<Node> id;
  private final Network network;
  private final Whereabouts whereabouts;
  private final Executor executor;
  private final SwitchSession flows;
  private final ZoneKeeper zones;
  private final Punts punts;
  private volatile Optional<SwitchConnection> connection = Optional.empty();
  private final Map<String, Answer> answers = new HashMap<>();
  private final Set<Id<LogicalPort>> unanswered = new HashSet<>();

  /** Those that are told why they do not work: whatever changes, they may from now on. */
  private final Set<Id<LogicalPort>> held = new HashSet<>();

  /** The database has not been given the answers as they are. */
  private boolean untold;

  /** Zones may have to be given or taken back. */
  private boolean zonesDue;

  private Set<Id<LogicalPort>> bound;
  private NodeDatabase database;
  private NodeSnapshot seen;
  private NodeSnapshot absorbed;
  private boolean absorbing;
  private final BfdPeers bfd;
  private Set<Id<?>> refused = Set.of();
  private long boundRevision;
  private SwitchConnection waiting;
  private boolean asks;

  /** Revisions that it has been told of and not followed yet. */
  private final AtomicInteger unfollowed = new AtomicInteger();

  /** Confirmed before it was told of the first of those. */
  private volatile long before = -1;

  private volatile InetAddress address;
  private volatile boolean here;
  private volatile long awaited = Long.MAX_VALUE;

  /**
   * @param bound the ports this node had when it was last heard of
   * @param generation with which its switch is claimed
   */
  NodeSession(
      Id<Node> id,
      long generation,
      Set<Id<LogicalPort>> bound,
      Network network,
      DesiredFlows desired,
      Whereabouts whereabouts,
      Executor executor,
      Reports reports,
      Runnable changed) {
    this.id = id;
    this.bound = bound;
    this.network = network;
    this.whereabouts = whereabouts;
    this.executor = executor;
    this.bfd = new BfdPeers(id, changed);
    whereabouts.moved(this, Set.of(), bound);
    this.zones = new ZoneKeeper(id.name(), executor);
    this.punts = new Punts(id, network, desired, () -> this.bound, executor, reports);
    this.flows =
        new SwitchSession(
            id,
            generation,
            desired,
            this::followed,
            executor,
            () -> {
              noteRefusals();
              changed.run();
              answer();
            });
  }

  /** Whether the node's database is or was last connected from there; readable by any thread. */
  boolean isAt(InetAddress from) {
    return from.equals(address);
  }

  /** Whether a database there may be the node's: not while it is connected from elsewhere. */
  boolean mayMoveTo(InetAddress from) {
    return !here || isAt(from);
  }

  Id<Node> id() {
    return id;
  }

  /** Readable by any thread. */
  NodeState state() {
    long newest = followed();
    boolean settled = flows.isSettled();
    return flows.state().confirming(settled ? Math.max(newest, before) : before).with(bfd.said());
  }

  private long followed() {
    long newest = whereabouts.published(); // first: whom it concerns is told before it is this
    return unfollowed.get() > 0 ? -1 : newest;
  }

  /** The lowest revision that an answer waits for; readable by any thread. */
  long awaited() {
    return awaited;
  }

  /** Perhaps an answer can be given now. */
  void lookAgain() {
    executor.execute(this::answer);
  }

  /** The node's database is here, or has changed. */
  void seen(NodeDatabase from, NodeSnapshot snapshot) {
    executor.execute(() -> see(from, snapshot));
  }

  private void see(NodeDatabase from, NodeSnapshot snapshot) {
    if (database != null && database != from) {
      LOG.warn(
          "node {} connected from {} in place of {}",
          id.name(),
          from.connection().peer(),
          database.connection().peer());
      database.close("another database calls itself " + id.name());
    }
    untold |= database != from;
    zonesDue |= database != from;
    database = from;
    address = ((InetSocketAddress) from.connection().peer()).getAddress();
    here = true;
    seen = snapshot;
    List<String> problems = Inventory.problems(snapshot);
    problems.stream().filter(told::isNews).forEach(p -> LOG.warn("node {}: {}", id.name(), p));
    flows.troubled(problems);
    bfd.look(database, seen);
    absorb();
  }

  /** The nodes to be watched by BFD, and where they are. */
  void watch(SortedMap<String, String> addresses) {
    executor.execute(
        () -> {
          bfd.set(addresses);
          if (database != null) {
            bfd.look(database, seen);
          }
        });
  }

  private void absorb() {
    if (absorbing || seen == null) {
      return;
    }
    if (seen.equals(absorbed)) {
      absorbed = seen;
      return;
    }
    absorbing = true;
    NodeSnapshot taken = seen;
    Inventory inventory = Inventory.of(id, taken, bound, Optional.ofNullable(absorbed));
    if (inventory.changes().isEmpty() && absorbed != null) {
      absorbed(taken, inventory); // an interface without a number, say: nothing for the model
      return;
    }
    network
        .transact(Network.Writer.SYSTEM, inventory.changes())
        .whenComplete(
            (result, error) -> executor.execute(() -> absorbed(taken, inventory, result, error)));
  }

  private void absorbed(
      NodeSnapshot taken, Inventory inventory, Network.Result result, Throwable error) {
    absorbing = false;
    if (error != null) {
      LOG.error("node {} could not be taken into the model", id.name(), error);
      flows.troubled(List.of("The node could not be taken into the model: " + error.getMessage()));
      return; // what its database says next is tried again
    }
    boundRevision = result.revision();
    absorbed(taken, inventory);
  }

  private void absorbed(NodeSnapshot taken, Inventory inventory) {
    absorbing = false;
    boolean first = absorbed == null;
    absorbed = taken;
    unanswered.addAll(inventory.fresh());
    asks = true;
    if (first) {
      answers.keySet().retainAll(taken.interfaces().keySet());
    }
    answers.keySet().removeAll(inventory.unplugged());
    inventory.refused().forEach((name, why) -> answers.put(name, new Answer.Held(why)));
    whereabouts.moved(this, inventory.gone(), inventory.fresh());
    bound = inventory.bound();
    held.retainAll(bound);
    untold = true;
    zonesDue = true;
    connectSwitch();
    answer();
    absorb();
  }

  /** The node's switch is here. */
  void connected(SwitchConnection fresh) {
    executor.execute(
        () -> {
          waiting = fresh;
          connection = Optional.of(fresh);
          zonesDue = true;
          punts.listen(fresh);
          connectSwitch();
          keepZones();
        });
  }

  /** What the flows of a unit have counted; on any thread. Empty while the switch is away. */
  Optional<CompletableFuture<Counted>> counted(long cookie) {
    return connection.filter(SwitchConnection::isOpen).map(c -> c.counted(cookie));
  }

  /** Another second has passed. */
  void tick() {
    executor.execute(flows::tick);
  }

  private void connectSwitch() {
    if (waiting != null && absorbed != null && absorbed.datapathId().isPresent()) {
      SwitchConnection ready = waiting;
      waiting = null;
      flows.connected(ready);
    }
  }

  /** A revision is about to be readable. On any thread. */
  void heard(DesiredFlows.Revision revision) {
    if (Heard.concerns(revision, id)) {
      flows.heard(revision);
    }
  }

  /** A revision is out; it was heard before. */
  void published(DesiredFlows.Revision revision) {
    long newest = followed();
    if (flows.isSettled()) {
      before = Math.max(before, newest);
    }
    unfollowed.incrementAndGet();
    executor.execute(
        () -> {
          try {
            follow(revision);
          } finally {
            unfollowed.decrementAndGet();
          }
          answer();
        });
  }

  private void follow(DesiredFlows.Revision revision) {
    if (!revision.arrived().isEmpty()) {
      unanswered.addAll(held); // who came while the feature was away may be let in now
    }
    if (Whereabouts.touchesSwitch(revision)) {
      unanswered.addAll(bound);
    }
    Set<String> touched = Whereabouts.ports(revision);
    if (!touched.isEmpty()) {
      // Whoever was refused may be so no longer: an address or a name has become free.
      unanswered.addAll(held);
      touched.stream().map(LogicalPort.KIND::id).filter(bound::contains).forEach(unanswered::add);
    }
    asks = true;
    flows.mark(Set.of(), revision.number());
  }

  /** Ports of which the switch refuses a flow, or does so no longer, are told anew. */
  private void noteRefusals() {
    Set<Id<?>> now = state().refused().keySet();
    if (!now.equals(refused)) {
      bound.stream().filter(p -> now.contains(p) != refused.contains(p)).forEach(unanswered::add);
      asks = true;
      refused = now;
      whereabouts.refuses(this, !now.isEmpty());
    }
  }

  private void answer() {
    if (database == null || absorbed == null || flows.isBusy()) {
      return; // a feature that comes back changes flows without a new revision to wait for
    }
    unanswered.retainAll(bound);
    long installed = state().installed();
    if (!unanswered.isEmpty() && (asks || installed >= awaited)) {
      asks = false;
      Answers now = Answers.of(network, id, Set.copyOf(unanswered), installed, boundRevision);
      now.given().forEach(this::give);
      whereabouts.holds(this, !held.isEmpty());
      await(now.next(), installed);
    }
    if (untold) {
      untold = false;
      database.answer(answers);
    }
    keepZones();
  }

  private void give(String name, Answer answer) {
    Id<LogicalPort> port = LogicalPort.KIND.id(name);
    untold |= !answer.equals(answers.put(name, answer));
    unanswered.remove(port);
    if (answer instanceof Answer.Held) {
      held.add(port);
    } else {
      held.remove(port);
    }
  }

  /** Looks again when a later revision is confirmed: perhaps by having nothing to do. */
  private void await(long revision, long installed) {
    awaited = revision;
    if (revision != Long.MAX_VALUE) {
      whereabouts.await(this);
      if (state().installed() > installed) { // meanwhile, and nobody may have seen us wait
        lookAgain();
      }
    }
  }

  private void keepZones() {
    if (zonesDue && database != null && seen.equals(absorbed) && connection.isPresent()) {
      boolean settled =
          !flows.isBusy() && state().connected() && state().installed() >= boundRevision;
      zonesDue = !settled;
      zones.look(database, absorbed, connection, settled, this::zonesEmptied);
    }
  }

  private void zonesEmptied() {
    zonesDue = true;
    keepZones();
  }

  /** The node's database is gone; its switch may still be here. */
  void left(NodeDatabase which, String why) {
    executor.execute(
        () -> {
          if (which == database) {
            LOG.info("node {}: its database left: {}", id.name(), why);
            database = null;
            here = false;
          }
        });
  }
}
