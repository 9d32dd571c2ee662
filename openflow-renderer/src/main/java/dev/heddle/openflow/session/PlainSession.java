package dev.heddle.openflow.session;

import dev.heddle.model.Id;
import dev.heddle.model.PlainSwitch;
import dev.heddle.model.PlainSwitch.End;
import dev.heddle.openflow.channel.SwitchConnection;
import dev.heddle.openflow.codec.Installed;
import dev.heddle.openflow.codec.PacketIn;
import dev.heddle.openflow.codec.PacketOut;
import dev.heddle.openflow.codec.PhysicalPort;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Confirmations.NodeState;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Spine;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** One plain switch: its flows as of any node's switch, its ports, and probes out and in. */
final class PlainSession {

  /** What its ports say that was not looked at yet; guests can send such frames, too. */
  private static final int MOST_UNHEARD = 4_096;

  /** It is told of each revision and follows none unseen. */
  private static final LongSupplier TOLD_OF_ALL = () -> -1;

  private final Id<PlainSwitch> id;
  private final Executor executor;
  private final SwitchSession flows;
  private final AtomicInteger unheard = new AtomicInteger();
  private SwitchConnection connection;

  /**
   * @param executor one thing after the other
   */
  PlainSession(
      Id<PlainSwitch> id,
      long generation,
      DesiredFlows desired,
      Executor executor,
      Runnable changed) {
    this.id = id;
    this.executor = executor;
    this.flows =
        new SwitchSession(
            PlainSwitch.node(id), generation, desired, TOLD_OF_ALL, executor, changed);
  }

  Id<PlainSwitch> id() {
    return id;
  }

  /** Readable by any thread. */
  NodeState state() {
    return flows.state();
  }

  /**
   * What a switch is like when it connects.
   *
   * @param fresh it has none of our flows
   */
  record Introduction(List<PhysicalPort> ports, boolean fresh) {}

  /**
   * Another connection, in place of one before; nothing is changed by it yet.
   *
   * @param ports told of each change of a port; {@code probes} of each frame that the flows for
   *     probes send, with the port it came in at. Both on the connection's thread.
   */
  CompletableFuture<Introduction> introduce(
      SwitchConnection fresh, Consumer<PhysicalPort> ports, BiConsumer<End, String> probes) {
    if (connection != null) {
      connection.close();
    }
    connection = fresh;
    fresh.onPacketIn(packet -> heard(packet, probes));
    return fresh
        .ports(ports)
        .thenCombine(fresh.dump(), (all, dump) -> new Introduction(all, isFresh(dump)));
  }

  private static boolean isFresh(List<Installed> dump) {
    return dump.stream()
        .noneMatch(
            i ->
                i instanceof Installed.Known known
                    && known.flow().key().table() == Spine.PLAIN_FROM.table());
  }

  private void heard(PacketIn packet, BiConsumer<End, String> probes) {
    if (packet.userdata().equals(PlainSwitch.PROBE)) {
      packet
          .metadata()
          .value(Field.OF_PORT)
          .filter(port -> unheard.get() < MOST_UNHEARD)
          .ifPresent(
              port -> {
                unheard.incrementAndGet();
                probes.accept(new End(id, (int) port.low()), packet.packet());
              });
    }
  }

  /** A frame was looked at. */
  void looked() {
    unheard.decrementAndGet();
  }

  boolean has(SwitchConnection which) {
    return connection == which;
  }

  /** The model says what was found out: its flows may be compared. */
  void begin() {
    SwitchConnection ready = connection;
    executor.execute(() -> flows.connected(ready));
  }

  /** It is connected and has flows that send us probes. */
  boolean isReady() {
    return connection != null && state().connected() && state().installed() >= 0;
  }

  boolean isIdle() {
    return connection == null;
  }

  void gone() {
    connection = null;
  }

  /** It is somebody else's. */
  void close() {
    if (connection != null) {
      connection.close();
    }
  }

  /** A revision is about to be readable. On any thread. */
  void heard(DesiredFlows.Revision revision) {
    flows.heard(revision);
  }

  /** A revision is out; it was heard before. */
  void published(DesiredFlows.Revision revision) {
    executor.execute(() -> flows.mark(Set.of(), revision.number()));
  }

  void tick() {
    executor.execute(flows::tick);
  }

  /** Out of a port. */
  void send(int port, String frame) {
    if (connection != null) {
      connection.send(new PacketOut(0, List.of(new Action.Output(port)), frame));
    }
  }
}
