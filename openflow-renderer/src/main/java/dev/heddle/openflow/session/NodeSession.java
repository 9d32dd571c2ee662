package dev.heddle.openflow.session;

import dev.heddle.model.Binding;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Network;
import dev.heddle.model.Node;
import dev.heddle.openflow.channel.SwitchConnection;
import dev.heddle.openflow.ovsdb.Answer;
import dev.heddle.openflow.ovsdb.NodeDatabase;
import dev.heddle.openflow.ovsdb.NodeSnapshot;
import dev.heddle.pipeline.Confirmations.NodeState;
import dev.heddle.pipeline.DesiredFlows;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
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

  private final Id<Node> id;
  private final Network network;
  private final Executor executor;
  private final SwitchSession flows;
  private final ZoneKeeper zones;
  private Optional<SwitchConnection> connection = Optional.empty();
  private final Map<String, Answer> answers = new HashMap<>();
  private final Set<Id<LogicalPort>> unanswered = new HashSet<>();
  private Set<Id<LogicalPort>> bound;
  private NodeDatabase database;
  private NodeSnapshot seen;
  private NodeSnapshot absorbed;
  private boolean absorbing;
  private Set<Id<?>> refused = Set.of();
  private long boundRevision;
  private SwitchConnection waiting;

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
      Executor executor,
      Runnable changed) {
    this.id = id;
    this.bound = bound;
    this.network = network;
    this.executor = executor;
    this.zones = new ZoneKeeper(id.name(), executor);
    this.flows =
        new SwitchSession(
            id,
            generation,
            desired,
            executor,
            () -> {
              changed.run();
              noteRefusals();
              answer();
            });
  }

  Id<Node> id() {
    return id;
  }

  /** Readable by any thread. */
  NodeState state() {
    return flows.state();
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
    database = from;
    seen = snapshot;
    List<String> problems = Inventory.problems(snapshot);
    problems.forEach(p -> LOG.warn("node {}: {}", id.name(), p));
    flows.troubled(problems);
    absorb();
  }

  private void absorb() {
    if (absorbing || seen == null || seen.equals(absorbed)) {
      return;
    }
    absorbing = true;
    NodeSnapshot taken = seen;
    Inventory inventory = Inventory.of(id, taken, bound);
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
    absorbed = taken;
    unanswered.addAll(inventory.bound());
    answers.keySet().removeIf(name -> !taken.interfaces().containsKey(name));
    inventory.refused().forEach((name, why) -> answers.put(name, new Answer.Held(why)));
    bound = inventory.bound();
    boundRevision = result.revision();
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
          connectSwitch();
          keepZones();
        });
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
    if (revision.changed().containsKey(id)
        || !revision.arrived().isEmpty()
        || SwitchSession.retires(revision)) {
      flows.heard(revision);
    }
  }

  /** A revision is out; it was heard before. */
  void published(DesiredFlows.Revision revision) {
    executor.execute(() -> follow(revision));
  }

  private void follow(DesiredFlows.Revision revision) {
    if (!revision.arrived().isEmpty()) {
      // Who came while the feature was away may be let in now.
      bound.stream()
          .filter(p -> answers.get(p.name()) instanceof Answer.Held)
          .forEach(unanswered::add);
    }
    Set<String> touched = new HashSet<>();
    for (Id<?> object : revision.objects()) {
      if (object.kind().equals(LogicalSwitch.KIND.name())) {
        unanswered.addAll(bound);
      } else if (object.kind().equals(LogicalPort.KIND.name())) {
        touched.add(object.name());
      } else if (object.kind().equals(Binding.KIND.name())) {
        touched.addAll(Binding.mayBeOf(object.name())); // perhaps on another node
      }
    }
    if (!touched.isEmpty()) {
      // Whoever was refused may be so no longer: an address or a name has become free.
      bound.stream()
          .filter(p -> touched.contains(p.name()) || answers.get(p.name()) instanceof Answer.Held)
          .forEach(unanswered::add);
    }
    flows.mark(Set.of(), revision.number());
    answer();
  }

  /** Ports of which the switch refuses a flow, or does so no longer, are told anew. */
  private void noteRefusals() {
    Set<Id<?>> now = state().refused().keySet();
    if (!now.equals(refused)) {
      bound.stream().filter(p -> now.contains(p) != refused.contains(p)).forEach(unanswered::add);
      refused = now;
    }
  }

  private void answer() {
    if (database == null || absorbed == null || flows.isBusy()) {
      return; // a feature that comes back changes flows without a new revision to wait for
    }
    unanswered.retainAll(bound);
    boolean fresh = !unanswered.isEmpty();
    if (fresh) {
      Map<String, Answer> now =
          Answers.of(network, id, Set.copyOf(unanswered), state().installed(), boundRevision);
      now.forEach(
          (name, answer) -> {
            answers.put(name, answer);
            unanswered.remove(LogicalPort.KIND.id(name));
          });
    }
    database.answer(answers);
    keepZones();
  }

  private void keepZones() {
    if (database != null && absorbed != null && absorbed.equals(seen)) {
      boolean settled =
          !flows.isBusy() && state().connected() && state().installed() >= boundRevision;
      zones.look(database, absorbed, connection, settled, this::keepZones);
    }
  }

  /** The node's database is gone; its switch may still be here. */
  void left(NodeDatabase which, String why) {
    executor.execute(
        () -> {
          if (which == database) {
            LOG.info("node {}: its database left: {}", id.name(), why);
            database = null;
          }
        });
  }

  static Id<Node> idOf(NodeSnapshot snapshot) {
    return Node.KIND.id(snapshot.name());
  }

  /** By node, the ports it had when it was last heard of. */
  static Map<Id<Node>, Set<Id<LogicalPort>>> bound(List<Network.State> bindings) {
    Map<Id<Node>, Set<Id<LogicalPort>>> byNode = new HashMap<>();
    for (Network.State b : bindings) {
      byNode
          .computeIfAbsent(
              Node.KIND.id(b.document().spec().path("node").asText()), n -> new HashSet<>())
          .add(LogicalPort.KIND.id(b.document().spec().path("port").asText()));
    }
    return byNode;
  }
}
