package dev.heddle.openflow.channel;

import dev.heddle.openflow.admission.Budget;
import dev.heddle.openflow.channel.Askers.Asker;
import dev.heddle.openflow.codec.AggregateCodec;
import dev.heddle.openflow.codec.Change;
import dev.heddle.openflow.codec.EncodedFlows;
import dev.heddle.openflow.codec.FlowUpdate;
import dev.heddle.openflow.codec.Installed;
import dev.heddle.openflow.codec.MalformedMessage;
import dev.heddle.openflow.codec.Messages;
import dev.heddle.openflow.codec.Messages.Fragments;
import dev.heddle.openflow.codec.Messages.Role;
import dev.heddle.openflow.codec.MeterChange;
import dev.heddle.openflow.codec.MeterCodec;
import dev.heddle.openflow.codec.MonitorCodec;
import dev.heddle.openflow.codec.OpenFlow;
import dev.heddle.openflow.codec.OpenFlowError;
import dev.heddle.openflow.codec.PacketCodec;
import dev.heddle.openflow.codec.PacketIn;
import dev.heddle.openflow.codec.PacketOut;
import dev.heddle.openflow.codec.PhysicalPort;
import dev.heddle.openflow.codec.TlvMapping;
import dev.heddle.openflow.tls.Identity;
import dev.heddle.pipeline.Confirmations.Counted;
import dev.heddle.pipeline.Group;
import dev.heddle.pipeline.Meter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import org.opendaylight.openflowjava.protocol.api.connection.ConnectionAdapter;

/** A {@link SwitchConnection} over one channel of openflowjava: requests and answers by xid. */
final class OvsConnection implements SwitchConnection, Dialogue {

  private final ConnectionAdapter adapter;
  private final Identity identity;
  private final String peer;
  private final Duration patience;
  private final EncodedFlows encoded;
  private final Budget room;
  private final AtomicInteger bundles = new AtomicInteger(1);
  private final Askers askers = new Askers();
  private final Unasked unasked;
  private final LongAdder flowModsSent = new LongAdder();
  private final CompletableFuture<String> gone = new CompletableFuture<>();
  private CompletableFuture<?> lastCommit = CompletableFuture.completedFuture(null);
  private volatile Optional<BundleCommit> running = Optional.empty();
  private volatile String fault = "";
  private volatile long datapathId;

  OvsConnection(
      ConnectionAdapter adapter,
      Identity identity,
      Duration patience,
      EncodedFlows encoded,
      Budget room,
      Unasked unasked) {
    this.adapter = adapter;
    this.room = room;
    this.unasked = unasked;
    this.identity = identity;
    this.encoded = encoded;
    this.patience = patience;
    this.peer = String.valueOf(adapter.getRemoteAddress());
  }

  /** Offers OpenFlow 1.3; the other hello is awaited by the listener. */
  void sayHello() {
    send(out -> Messages.writeHello(out, askers.number())).whenComplete(this::closeOn);
  }

  /** Asks for the datapath id. */
  CompletableFuture<Void> introduce() {
    return ask(
            patience,
            (out, xid) -> Messages.writeBare(out, xid, OpenFlow.FEATURES_REQUEST),
            m -> Optional.of(Messages.readDatapathId(m)))
        .thenAccept(id -> datapathId = id);
  }

  /** Finds out whether a silent switch is still there; closes if not. */
  void probe() {
    confirmed((out, xid) -> Messages.writeBare(out, xid, OpenFlow.ECHO_REQUEST));
  }

  /** Takes one message off the channel; its bytes are not to be trusted. */
  void received(RawMessage message) {
    if (message.version() != OpenFlow.VERSION) {
      refuse("it does not speak OpenFlow 1.3");
      return;
    }
    try {
      dispatch(message);
    } catch (MalformedMessage e) {
      refuse("it broke the protocol: " + e.getMessage());
    }
  }

  private void dispatch(RawMessage message) {
    if (message.bytes().length < OpenFlow.HEADER) {
      throw new MalformedMessage("a message of " + message.bytes().length + " bytes");
    }
    int xid = message.xid();
    Optional<BundleCommit> commit = running.filter(c -> c.has(xid));
    Optional<Asker> asker = askers.get(xid);
    if (message.type() == OpenFlow.ERROR) {
      OpenFlowError error = OpenFlowError.read(message.bytes());
      commit.ifPresent(c -> c.error(xid, error));
      asker.ifPresent(a -> a.refused().accept(error));
      if (commit.isEmpty() && asker.isEmpty()) {
        unasked.error(error);
      }
    } else if (unasked.takes(message)) {
      return;
    } else if (message.type() == OpenFlow.EXPERIMENTER && commit.isPresent()) {
      commit.get().answer(xid, message.bytes());
    } else if (asker.isPresent()) {
      asker.get().answer().accept(message.bytes());
    } else {
      unasked.takesRest(message);
    }
  }

  @Override
  public <T> CompletableFuture<T> ask(
      Duration limit, Question question, Function<byte[], Optional<T>> read) {
    int xid = askers.number();
    CompletableFuture<T> answer = new CompletableFuture<>();
    askers.put(
        xid,
        new Asker(
            m -> {
              try {
                read.apply(m).ifPresent(answer::complete);
              } catch (MalformedMessage e) {
                answer.completeExceptionally(new SwitchFailure(e.getMessage()));
                throw e;
              }
            },
            e -> answer.completeExceptionally(new SwitchFailure("the switch says " + e.text())),
            answer::completeExceptionally));
    answer.whenComplete((ok, failure) -> askers.remove(xid));
    limit(answer, limit);
    if (gone.isDone()) {
      answer.completeExceptionally(new SwitchFailure("the connection to " + peer + " is closed"));
    } else {
      send(out -> question.write(out, xid)).whenComplete(this::closeOn);
    }
    return answer;
  }

  /** A request without answer leaves the switch in a state we do not know: start afresh. */
  private void limit(CompletableFuture<?> request, Duration limit) {
    String what = "did not answer within " + limit.toMillis() + " ms";
    request
        .handle((ok, failure) -> null)
        .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (done, late) -> {
              if (late != null) {
                fault = "it " + what;
                lost("the switch at " + peer + " " + what);
              }
            });
  }

  private CompletableFuture<Void> send(Consumer<ByteBuf> content) {
    return Writing.to(peer, adapter.experimenter(new RawRequest(content)));
  }

  private void closeOn(Object ok, Throwable failure) {
    if (failure != null) {
      lost(failure.getMessage());
    }
  }

  @Override
  public void tell(Question statement) {
    int xid = askers.number();
    send(out -> statement.write(out, xid)).whenComplete(this::closeOn);
  }

  @Override
  public CompletableFuture<Void> claim(long generation) {
    return confirmed((out, xid) -> Messages.writeRoleRequest(out, xid, Role.PRIMARY, generation))
        .thenCompose(ok -> each(List.of(Fragments.NX_MATCH), Messages::writeFragments))
        .thenAccept(BundleOutcome::require);
  }

  @Override
  public CompletableFuture<Void> ensureTlvMap(TlvMapping wanted) {
    return new TlvTable(this, patience, peer).ensure(wanted);
  }

  @Override
  public CompletableFuture<List<Installed>> dump(long cookie, long cookieMask) {
    return new Dumps(this, patience, room).flows(cookie, cookieMask);
  }

  @Override
  public CompletableFuture<Counted> counted(long cookie) {
    return ask(
        patience,
        (out, xid) -> AggregateCodec.writeRequest(out, xid, cookie),
        m -> Optional.of(AggregateCodec.read(m)));
  }

  @Override
  public CompletableFuture<Numbered<Group>> dumpGroups() {
    return new Dumps(this, patience, room).groups();
  }

  @Override
  public CompletableFuture<Numbered<Meter>> dumpMeters() {
    return new Dumps(this, patience, room).meters();
  }

  @Override
  public CompletableFuture<BundleOutcome> changeMeters(List<? extends MeterChange> changes) {
    return each(changes, MeterCodec::write);
  }

  @Override
  public CompletableFuture<Void> emptyZones(Collection<Integer> zones) {
    return each(zones, Messages::writeEmptyZone).thenAccept(BundleOutcome::require);
  }

  private <T> CompletableFuture<BundleOutcome> each(
      Collection<T> all, Statements.Statement<T> say) {
    return new Statements(
            askers, content -> send(content).whenComplete(this::closeOn), this::barrier)
        .each(List.copyOf(all), say);
  }

  @Override
  public CompletableFuture<Boolean> monitor(Consumer<List<FlowUpdate>> who) {
    unasked.flows = who;
    return ask(
            patience,
            MonitorCodec::writeRequest,
            m -> Optional.of(MonitorCodec.readUpdates(m).isEmpty()))
        .handle(
            (ok, refused) -> {
              if (refused != null && !isOpen()) {
                throw new SwitchFailure(refused.getMessage());
              }
              return refused == null;
            });
  }

  @Override
  public synchronized CompletableFuture<BundleOutcome> commit(List<? extends Change> changes) {
    List<Change> all = List.copyOf(changes);
    CompletableFuture<BundleOutcome> outcome =
        lastCommit.handle((ok, failure) -> null).thenCompose(previous -> begin(all));
    lastCommit = outcome;
    return outcome;
  }

  private CompletableFuture<BundleOutcome> begin(List<? extends Change> changes) {
    if (changes.isEmpty()) {
      return CompletableFuture.completedFuture(new BundleOutcome.Accepted(0));
    }
    BundleCommit commit =
        new BundleCommit(
            bundles.getAndIncrement(),
            askers.numbers(BundleCommit.numbers(changes.size())),
            changes,
            encoded,
            this::send,
            flowModsSent);
    running = Optional.of(commit);
    CompletableFuture<BundleOutcome> outcome = commit.outcome();
    // OVS takes more than 10 000 changes a second by far
    limit(outcome, patience.plusMillis(changes.size() / 10));
    if (gone.isDone()) {
      outcome.completeExceptionally(new SwitchFailure("the connection to " + peer + " is closed"));
    } else {
      commit.start();
    }
    return outcome.whenComplete(
        (ok, failure) -> {
          running = Optional.empty();
          closeOn(ok, failure);
        });
  }

  @Override
  public CompletableFuture<List<PhysicalPort>> ports(Consumer<PhysicalPort> changed) {
    unasked.ports = changed;
    return new Dumps(this, patience, room).ports();
  }

  @Override
  public void onPacketIn(Consumer<PacketIn> receiver) {
    unasked.packets = receiver;
    tell(PacketCodec::writeFormat);
  }

  @Override
  public void send(PacketOut packet) {
    ByteBuf bytes = Unpooled.buffer();
    PacketCodec.write(bytes, askers.number(), packet); // here, where it may be refused
    send(out -> out.writeBytes(bytes)).whenComplete(this::closeOn);
  }

  @Override
  public CompletableFuture<Void> barrier() {
    return confirmed((out, xid) -> Messages.writeBare(out, xid, OpenFlow.BARRIER_REQUEST));
  }

  private CompletableFuture<Void> confirmed(Question question) {
    return ask(patience, question, m -> Optional.of(m.length)).thenApply(length -> null);
  }

  /** Ends the connection for what the peer has done; {@code why} begins with "it". */
  void refuse(String why) {
    fault = why;
    lost("the switch at " + peer + " is refused: " + why);
  }

  /** What the peer has done, if that ended the connection. */
  Optional<String> fault() {
    return Optional.of(fault).filter(f -> !f.isEmpty());
  }

  /** Ends the connection and all that waits for it; the first reason counts. */
  void lost(String reason) {
    if (gone.complete(reason)) {
      adapter.disconnect();
      SwitchFailure failure = new SwitchFailure(reason);
      askers.fail(failure);
      running.ifPresent(c -> c.outcome().completeExceptionally(failure));
    }
  }

  @Override
  public long datapathId() {
    return datapathId;
  }

  @Override
  public String peer() {
    return peer;
  }

  @Override
  public InetSocketAddress address() {
    return adapter.getRemoteAddress();
  }

  @Override
  public Identity identity() {
    return identity;
  }

  @Override
  public long flowModsSent() {
    return flowModsSent.sum();
  }

  @Override
  public boolean isOpen() {
    return !gone.isDone();
  }

  @Override
  public String whyClosed() {
    return gone.getNow("");
  }

  @Override
  public void onClose(Runnable r) {
    gone.thenAccept(why -> r.run());
  }

  @Override
  public void close() {
    lost("closed by the controller");
  }
}
