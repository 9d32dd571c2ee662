package dev.heddle.openflow.ovsdb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.openflow.admission.Budget;
import dev.heddle.openflow.ovsdb.OvsdbException.BadMessage;
import dev.heddle.openflow.ovsdb.OvsdbException.Refused;
import dev.heddle.openflow.tls.Identity;
import io.netty.channel.Channel;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database "Open_vSwitch" of one node, as long as its connection lasts.
 *
 * <p>Methods may be called from any thread. Futures and consumers run on the connection's event
 * loop, in the order of what arrived, and must not block. A failed future carries an {@link
 * OvsdbException}. After a disconnect nothing is kept: the node connects again and everything
 * starts anew with another {@code OvsdbConnection}.
 */
public final class OvsdbConnection {

  /** The only database of a node that concerns us. */
  public static final String DATABASE = "Open_vSwitch";

  private static final Logger LOG = LoggerFactory.getLogger(OvsdbConnection.class);

  private record Monitor(Replica replica, Consumer<Tables> onChange) {
    void update(JsonNode updates) {
      onChange.accept(replica.apply(updates));
    }
  }

  /** What all connections share: for the rows they make us keep, and for messages not whole yet. */
  record Room(Budget rows, Budget halves) {}

  private final Channel channel;
  private final Room room;
  private final Identity identity;
  private final Limits limits;
  private final JsonRpc rpc;
  private final Map<String, Monitor> monitors = new HashMap<>();
  private volatile Runnable onIntroduced = () -> {};
  private volatile Consumer<String> onRemark = what -> {};
  private volatile Consumer<String> onNote = what -> {};
  private int lastMonitor;

  private OvsdbConnection(
      Channel channel,
      Identity identity,
      Limits limits,
      Room room,
      Consumer<OvsdbConnection> onConnect) {
    this.channel = channel;
    this.room = room;
    this.identity = identity;
    this.limits = limits;
    this.rpc = new JsonRpc(limits, this::notified, () -> onConnect.accept(this));
  }

  /** Makes a channel speak OVSDB; {@code onConnect} runs when it is open. */
  static OvsdbConnection attach(
      Channel channel,
      Identity identity,
      Limits limits,
      Room room,
      Consumer<OvsdbConnection> onConnect) {
    OvsdbConnection connection = new OvsdbConnection(channel, identity, limits, room, onConnect);
    long probe = limits.inactivityProbe().toMillis();
    channel
        .pipeline()
        .addLast(new JsonFraming(limits.maxMessageBytes(), limits.maxDepth(), room.halves()))
        // Behind the framing: only whole messages count as a sign of life.
        .addLast(new IdleStateHandler(probe, 0, 0, TimeUnit.MILLISECONDS))
        .addLast(connection.rpc);
    return connection;
  }

  /** Where futures and consumers of this connection run. */
  Executor executor() {
    return channel.eventLoop();
  }

  public SocketAddress peer() {
    return channel.remoteAddress();
  }

  /** Who the node has proved to be. */
  public Identity identity() {
    return identity;
  }

  /** The address of ours that the peer has reached, as it stands in an OVS target. */
  public String localHost() {
    InetAddress address = ((InetSocketAddress) channel.localAddress()).getAddress();
    String digits = NetUtil.toAddressString(address);
    return address instanceof Inet6Address ? "[" + digits + "]" : digits;
  }

  /**
   * Does all operations, or none and fails with {@link OvsdbException.TransactionFailed}. On {@link
   * OvsdbException.TimedOut} and {@link OvsdbException.Disconnected} either may be the case.
   */
  public CompletableFuture<List<OperationResult>> transact(List<Operation> operations) {
    ArrayNode params = JsonNodeFactory.instance.arrayNode().add(DATABASE);
    operations.forEach(operation -> params.add(operation.json()));
    return unwrapped(
        rpc.call("transact", params)
            .thenApply(reply -> OperationResult.parse(reply, operations.size())));
  }

  /**
   * Watches columns of tables. {@code onChange} receives all watched rows, first as they are, then
   * after every change. Columns this peer does not have are left out. The future completes after
   * the first call.
   */
  public CompletableFuture<Void> monitor(
      Map<String, Set<String>> columns, Consumer<Tables> onChange) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    // On the event loop, so that what follows an answer is handled before the next message is.
    channel
        .eventLoop()
        .execute(
            () ->
                unwrapped(startMonitor(columns, onChange))
                    .whenComplete(
                        (ok, error) -> {
                          if (error == null) {
                            done.complete(null);
                          } else {
                            done.completeExceptionally(error);
                          }
                        }));
    return done;
  }

  private CompletableFuture<Void> startMonitor(
      Map<String, Set<String>> columns, Consumer<Tables> onChange) {
    String id = "heddle-" + ++lastMonitor;
    return rpc.call("get_schema", JsonNodeFactory.instance.arrayNode().add(DATABASE))
        .thenCompose(
            json -> {
              Schema schema = readOrClose(() -> Schema.parse(json));
              Map<String, Set<String>> present = schema.present(columns);
              Monitor monitor = new Monitor(replica(schema, present), onChange);
              JsonNode params = monitorParams(id, present);
              return rpc.call("monitor_cond", params)
                  .handle((reply, error) -> fallBack(params, reply, error))
                  .thenCompose(reply -> reply)
                  .thenAccept(
                      initial -> {
                        monitors.put(id, monitor);
                        deliver(monitor, initial);
                      });
            });
  }

  private Replica replica(Schema schema, Map<String, Set<String>> columns) {
    Replica replica = new Replica(schema, columns, limits, room.rows());
    rpc.closed().thenAccept(why -> replica.release());
    return replica;
  }

  /** ovsdb-server before 2.6 knows only the monitor of the RFC, whose parameters are the same. */
  private CompletionStage<JsonNode> fallBack(JsonNode params, JsonNode reply, Throwable error) {
    if (error instanceof Refused) {
      LOG.debug("{} has no monitor_cond, using monitor", peer());
      return rpc.call("monitor", params);
    }
    return error == null
        ? CompletableFuture.completedFuture(reply)
        : CompletableFuture.failedFuture(error);
  }

  private static JsonNode monitorParams(String id, Map<String, Set<String>> columns) {
    ObjectNode tables = JsonNodeFactory.instance.objectNode();
    columns.forEach(
        (table, names) -> {
          ArrayNode list = tables.putArray(table).addObject().putArray("columns");
          names.forEach(list::add);
        });
    return JsonNodeFactory.instance.arrayNode().add(DATABASE).add(id).add(tables);
  }

  private void notified(String method, JsonNode params) {
    if (method.equals("update") || method.equals("update2")) {
      Monitor monitor = monitors.get(params.path(0).asText());
      if (monitor == null) {
        throw new BadMessage("an update is for a monitor we did not ask for");
      }
      deliver(monitor, params.path(1));
    }
    // "locked" and "stolen" belong to locks, which we never take.
  }

  private void deliver(Monitor monitor, JsonNode updates) {
    readOrClose(
        () -> {
          monitor.update(updates);
          return null;
        });
  }

  private <T> T readOrClose(java.util.function.Supplier<T> read) {
    try {
      return read.get();
    } catch (BadMessage e) {
      rpc.refuse(e.getMessage());
      throw e;
    } catch (RuntimeException e) {
      // A consumer of ours is at fault, not the peer; a fresh start is the only sound state.
      LOG.error("{}: an update could not be handled, closing", peer(), e);
      rpc.fail("an update could not be handled here");
      throw e;
    }
  }

  /** Closes for what the peer has done or left undone; {@code why} begins with "it". */
  public void refuse(String why) {
    rpc.refuse(why);
  }

  /** What the peer has done, if that ended the connection. */
  Optional<String> fault() {
    return rpc.fault();
  }

  /** To be called when the peer has said which node it is, and may be it. */
  public void introduced() {
    onIntroduced.run();
  }

  /** Says in the log what is wrong with the peer, once; {@code what} begins with "it". */
  void remark(String what) {
    onRemark.accept(what);
  }

  /** Says something of the peer in the log, in bounds; {@code what} follows its address. */
  void note(String what) {
    onNote.accept(what);
  }

  void onNote(Consumer<String> log) {
    onNote = log;
  }

  void onRemark(Consumer<String> log) {
    onRemark = log;
  }

  void onIntroduced(Runnable first) {
    onIntroduced = first;
  }

  /** Closes; {@code why} is a sentence for the log and for {@link #closed}. */
  public void close(String why) {
    rpc.fail(why);
  }

  /** Completes with the reason, as a sentence, once the connection is gone. Never fails. */
  public CompletionStage<String> closed() {
    return rpc.closed().minimalCompletionStage();
  }

  /** The exception itself instead of the wrapping that composed futures put around it. */
  private static <T> CompletableFuture<T> unwrapped(CompletableFuture<T> future) {
    CompletableFuture<T> plain = new CompletableFuture<>();
    future.whenComplete(
        (value, error) -> {
          if (error == null) {
            plain.complete(value);
          } else {
            plain.completeExceptionally(
                error instanceof CompletionException && error.getCause() != null
                    ? error.getCause()
                    : error);
          }
        });
    return plain;
  }
}
