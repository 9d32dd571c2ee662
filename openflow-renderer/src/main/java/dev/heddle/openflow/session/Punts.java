package dev.heddle.openflow.session;

import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network;
import dev.heddle.model.Node;
import dev.heddle.openflow.channel.BundleOutcome;
import dev.heddle.openflow.channel.SwitchConnection;
import dev.heddle.openflow.codec.MeterChange;
import dev.heddle.openflow.codec.PacketIn;
import dev.heddle.openflow.codec.PacketOut;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.Meter;
import dev.heddle.pipeline.PuntMeters;
import dev.heddle.pipeline.Punted;
import dev.heddle.pipeline.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the flows of one node send to the controller: the feature that owns the flow is asked, its
 * replies go back into the switch, its reports to whoever keeps them. The switch's meters bound how
 * much comes; what comes faster than it is answered is let go. Runs on one executor.
 */
final class Punts {

  private static final Logger LOG = LoggerFactory.getLogger(Punts.class);

  /** Packets that wait here at most. */
  private static final int MOST_WAITING = 1_000;

  private final Id<Node> node;
  private final Network network;
  private final DesiredFlows desired;
  private final Supplier<Set<Id<LogicalPort>>> bound;
  private final Executor executor;
  private final Consumer<Response.Report> reports;
  private final AtomicInteger waiting = new AtomicInteger();

  /**
   * Names of the ports of the node, by key; looked up again when one is asked for that it lacks.
   */
  private Map<Integer, String> names = Map.of();

  private Set<Id<LogicalPort>> named = Set.of();

  /**
   * @param bound the ports that the node has
   */
  Punts(
      Id<Node> node,
      Network network,
      DesiredFlows desired,
      Supplier<Set<Id<LogicalPort>>> bound,
      Executor executor,
      Consumer<Response.Report> reports) {
    this.node = node;
    this.network = network;
    this.desired = desired;
    this.bound = bound;
    this.executor = executor;
    this.reports = reports;
  }

  /** From now on what this connection sends is answered; its switch has the meters for it. */
  void listen(SwitchConnection connection) {
    ensureMeters(connection);
    connection.onPacketIn(
        packet -> {
          if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            return;
          }
          executor.execute(
              () -> {
                waiting.decrementAndGet();
                answer(connection, packet);
              });
        });
  }

  private void ensureMeters(SwitchConnection connection) {
    connection
        .dumpMeters()
        .thenCompose(
            there -> {
              List<MeterChange> changes = new ArrayList<>();
              for (Meter wanted : PuntMeters.ALL) {
                boolean has =
                    there.foreign().contains(wanted.id())
                        || there.known().stream().anyMatch(m -> m.id() == wanted.id());
                if (!there.known().contains(wanted)) {
                  changes.add(has ? new MeterChange.Modify(wanted) : new MeterChange.Add(wanted));
                }
              }
              return connection.changeMeters(changes);
            })
        .thenAccept(BundleOutcome::require)
        .whenComplete(
            (ok, error) -> {
              if (error != null && connection.isOpen()) {
                LOG.warn(
                    "node {}: its switch takes no meters, what it sends here is bounded by the"
                        + " controller only: {}",
                    node.name(),
                    error.getMessage());
              }
            });
  }

  private void answer(SwitchConnection to, PacketIn packet) {
    Punted punted =
        new Punted(
            node,
            packet.table(),
            packet.userdata(),
            packet.metadata(),
            packet.packet(),
            packet.length(),
            this::port);
    try {
      Response response = desired.respond(Cookie.owner(packet.cookie()), punted);
      response.replies().forEach(r -> to.send(new PacketOut(0, r.actions(), r.packet())));
      response.report().ifPresent(reports);
    } catch (RuntimeException e) {
      LOG.warn("node {}: a packet of table {} found no answer", node.name(), packet.table(), e);
    }
  }

  private Optional<String> port(int key) {
    Set<Id<LogicalPort>> now = bound.get();
    if (!names.containsKey(key) && key != 0 && !now.equals(named)) {
      names = new HashMap<>();
      network.get(now).forEach(s -> names.put(s.key(), s.document().name()));
      named = Set.copyOf(now);
    }
    return Optional.ofNullable(names.get(key));
  }
}
