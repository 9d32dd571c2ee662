package dev.heddle.openflow.session;

import dev.heddle.openflow.channel.BundleOutcome;
import dev.heddle.openflow.channel.SwitchConnection;
import dev.heddle.openflow.codec.Change;
import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.openflow.codec.FlowUpdate;
import dev.heddle.openflow.codec.Installed;
import dev.heddle.openflow.codec.MeterChange;
import dev.heddle.openflow.codec.PacketIn;
import dev.heddle.openflow.codec.PacketOut;
import dev.heddle.openflow.codec.PhysicalPort;
import dev.heddle.openflow.codec.TlvMapping;
import dev.heddle.openflow.tls.Identity;
import dev.heddle.pipeline.Confirmations.Counted;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Group;
import dev.heddle.pipeline.Meter;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A switch with flows that answers when it is told to. It does what it is asked at once, or, while
 * {@link #hang}, once {@link #resume} is called; in order in both cases.
 */
final class FakeSwitch implements SwitchConnection {

  final Map<FlowKey, Flow> flows;
  final List<List<FlowChange>> commits = new ArrayList<>();
  boolean tells = true;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private final List<Runnable> onClose = new ArrayList<>();
  private Consumer<List<FlowUpdate>> heard = updates -> {};
  private boolean hangs;
  private boolean closed;
  private long sent;

  FakeSwitch(Map<FlowKey, Flow> flows) {
    this.flows = flows;
  }

  /** Another connection to the same switch. */
  FakeSwitch again() {
    return new FakeSwitch(new HashMap<>(flows));
  }

  @Override
  public InetSocketAddress address() {
    return InetSocketAddress.createUnresolved("fake", 1);
  }

  @Override
  public Identity identity() {
    return Identity.UNPROVED;
  }

  void hang() {
    hangs = true;
  }

  /** How many requests it has not answered. */
  int outstanding() {
    return waiting.size();
  }

  void resume() {
    hangs = false;
    while (!waiting.isEmpty() && !hangs) {
      waiting.remove().run();
    }
  }

  /** Does the oldest request and sends no answer any more. */
  void doOneAndDie(boolean doIt) {
    Runnable oldest = waiting.remove();
    if (doIt) {
      closed = true;
      oldest.run();
      closed = false;
    }
    close();
  }

  private <T> CompletableFuture<T> answer(Supplier<T> request) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Runnable act =
        () -> {
          T result = request.get();
          if (!closed) {
            answer.complete(result);
          }
        };
    if (hangs) {
      waiting.add(act);
    } else {
      act.run();
    }
    return answer;
  }

  /** Somebody else adds or changes a flow. */
  void meddle(Flow flow) {
    flows.put(flow.key(), flow);
    if (tells) {
      heard.accept(List.of(new FlowUpdate.Present(new Installed.Known(flow))));
    }
  }

  /** Somebody else takes a flow away. */
  void steal(FlowKey key) {
    Flow gone = flows.remove(key);
    if (tells) {
      Installed.Foreign place =
          new Installed.Foreign(key.table(), key.priority(), gone.cookie(), Optional.of(key), "");
      heard.accept(List.of(new FlowUpdate.Gone(place)));
    }
  }

  @Override
  public CompletableFuture<List<Installed>> dump(long cookie, long cookieMask) {
    return answer(
        () ->
            flows.values().stream()
                .filter(f -> (f.cookie() & cookieMask) == cookie)
                .<Installed>map(Installed.Known::new)
                .toList());
  }

  @Override
  public CompletableFuture<Counted> counted(long cookie) {
    return answer(() -> new Counted(0, 0, flows.size()));
  }

  @Override
  public CompletableFuture<Boolean> monitor(Consumer<List<FlowUpdate>> who) {
    heard = who;
    return answer(() -> tells);
  }

  @Override
  public CompletableFuture<Numbered<Group>> dumpGroups() {
    return answer(() -> new Numbered<>(List.of(), List.of()));
  }

  @Override
  public CompletableFuture<Numbered<Meter>> dumpMeters() {
    return answer(() -> new Numbered<>(List.of(), List.of()));
  }

  @Override
  public CompletableFuture<BundleOutcome> changeMeters(List<? extends MeterChange> changes) {
    return answer(() -> new BundleOutcome.Accepted(changes.size()));
  }

  @Override
  public CompletableFuture<List<PhysicalPort>> ports(Consumer<PhysicalPort> changed) {
    return answer(List::of);
  }

  @Override
  public void onPacketIn(Consumer<PacketIn> receiver) {}

  @Override
  public void send(PacketOut packet) {}

  /** It has flows only. */
  @Override
  public CompletableFuture<BundleOutcome> commit(List<? extends Change> changes) {
    List<FlowChange> all = changes.stream().map(FlowChange.class::cast).toList();
    commits.add(all);
    sent += all.size();
    return answer(
        () -> {
          for (FlowChange c : all) {
            if (c instanceof FlowChange.Put put) {
              flows.put(put.flow().key(), put.flow());
            } else if (c instanceof FlowChange.Remove remove) {
              flows.remove(remove.key());
            }
          }
          return new BundleOutcome.Accepted(all.size());
        });
  }

  @Override
  public CompletableFuture<Void> emptyZones(Collection<Integer> zones) {
    return answer(() -> null);
  }

  @Override
  public CompletableFuture<Void> claim(long generation) {
    return answer(() -> null);
  }

  @Override
  public String whyClosed() {
    return closed ? "it was closed" : "";
  }

  @Override
  public CompletableFuture<Void> ensureTlvMap(TlvMapping mapping) {
    return answer(() -> null);
  }

  @Override
  public CompletableFuture<Void> barrier() {
    return answer(() -> null);
  }

  @Override
  public long datapathId() {
    return 1;
  }

  @Override
  public String peer() {
    return "fake";
  }

  @Override
  public long flowModsSent() {
    return sent;
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public void onClose(Runnable r) {
    onClose.add(r);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      onClose.forEach(Runnable::run);
    }
  }
}
