package dev.heddle.openflow.channel;

import com.google.common.util.concurrent.MoreExecutors;
import dev.heddle.openflow.admission.Admission;
import dev.heddle.openflow.admission.Budget;
import dev.heddle.openflow.admission.Refusals;
import dev.heddle.openflow.codec.EncodedFlows;
import dev.heddle.openflow.tls.Identity;
import dev.heddle.openflow.tls.TlsGate;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.opendaylight.openflowjava.protocol.api.connection.ConnectionAdapter;
import org.opendaylight.openflowjava.protocol.api.connection.SwitchConnectionHandler;
import org.opendaylight.openflowjava.protocol.impl.core.TcpHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for switches and hands over each one that speaks OpenFlow 1.3 and has named itself. A
 * peer that does not get that far in time is dropped.
 */
public final class SwitchListener implements AutoCloseable {

  private static final long START_SECONDS = 10;
  private static final Logger LOG = LoggerFactory.getLogger(SwitchListener.class);

  private final Set<OvsConnection> connections = ConcurrentHashMap.newKeySet();
  private final Limits limits;
  private final EncodedFlows encoded;
  private final Consumer<SwitchConnection> onConnect;
  private final Admission admission;
  private final Budget dumps = Budget.ofHeap(4);
  private final TcpHandler server;
  private final CompletableFuture<Void> online = new CompletableFuture<>();

  private SwitchListener(
      InetSocketAddress bind,
      Optional<TlsGate> gate,
      Limits limits,
      EncodedFlows encoded,
      Consumer<SwitchConnection> onConnect) {
    this.limits = limits;
    this.encoded = encoded;
    this.onConnect = onConnect;
    this.admission = new Admission(limits.bounds(), new Refusals(LOG::warn));
    this.server = new Listening(gate, admission, limits.patience(), Door::new).start(bind, online);
  }

  /**
   * Listens from now on.
   *
   * @param bind port 0 takes a free one: {@link #port}
   * @param gate switches must come through it by TLS; empty for plain TCP
   * @param onConnect runs on the connection's own thread: it may start requests, not wait for them
   * @throws SwitchFailure if the address cannot be listened on
   */
  public static SwitchListener open(
      InetSocketAddress bind,
      Optional<TlsGate> gate,
      Limits limits,
      Consumer<SwitchConnection> onConnect) {
    return open(bind, gate, limits, EncodedFlows.inPartOfTheHeap(), onConnect);
  }

  /** As above; {@code encoded} is what all its connections share. */
  public static SwitchListener open(
      InetSocketAddress bind,
      Optional<TlsGate> gate,
      Limits limits,
      EncodedFlows encoded,
      Consumer<SwitchConnection> onConnect) {
    SwitchListener listener = new SwitchListener(bind, gate, limits, encoded, onConnect);
    try {
      listener.online.orTimeout(START_SECONDS, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      listener.close();
      throw new SwitchFailure("cannot listen for switches on " + bind + ": " + e.getCause());
    }
    return listener;
  }

  /** The port that switches are to connect to. */
  public int port() {
    return server.getPort();
  }

  /** Connections refused or ended for what they sent or did not send. */
  public long refused() {
    return admission.refused();
  }

  /** Says why a switch is turned away, once for each reason, and ends its connection. */
  public void refuse(SwitchConnection connection, String why) {
    admission.refuse(connection.address(), why);
    connection.close();
  }

  /** Connections open now, whoever they are. */
  public int open() {
    return admission.open();
  }

  /** Stops listening and closes every connection. */
  @Override
  @SuppressWarnings("CheckReturnValue") // threads end by themselves; nobody needs to wait for them
  public void close() {
    Set.copyOf(connections).forEach(OvsConnection::close);
    server.shutdown();
  }

  /** Takes the connections of one peer. */
  private final class Door implements SwitchConnectionHandler {
    private final Identity identity;
    private final Admission.Place place;

    Door(Identity identity, Admission.Place place) {
      this.identity = identity;
      this.place = place;
    }

    @Override
    public boolean accept(InetAddress peer) {
      return true; // it has a place already
    }

    @Override
    public void onSwitchConnected(ConnectionAdapter adapter) {
      OvsConnection connection =
          new OvsConnection(
              adapter, identity, limits.patience(), encoded, dumps, new Unasked(unwanted(adapter)));
      connections.add(connection);
      connection.onClose(
          () -> {
            connections.remove(connection);
            LOG.debug("{} ends: {}", connection.peer(), connection.whyClosed());
            place.leave(); // before the other end can see that it is free
            connection.fault().ifPresent(why -> admission.refuse(connection.address(), why));
          });
      CompletableFuture<Void> introduced = new CompletableFuture<>();
      introduced
          .orTimeout(limits.patience().toMillis(), TimeUnit.MILLISECONDS)
          .whenComplete((ok, late) -> settle(connection, late));
      Inbound inbound = new Inbound(connection, adapter, introduced);
      adapter.setMessageListener(inbound);
      adapter.setSystemListener(inbound);
      adapter.setAlienMessageListener(inbound);
      adapter.setConnectionReadyListener(inbound);
      adapter.setExecutorService(MoreExecutors.newDirectExecutorService());
    }

    private Consumer<String> unwanted(ConnectionAdapter adapter) {
      InetSocketAddress peer = adapter.getRemoteAddress();
      return error -> admission.note(peer, "sent an error nobody waits for: " + error);
    }

    private void settle(OvsConnection connection, Throwable failure) {
      if (failure != null) {
        connection.refuse("it did not say in time which switch it is");
        return;
      }
      place.introduced();
      LOG.debug(
          "Switch {} connected from {}",
          String.format("%016x", connection.datapathId()),
          connection.peer());
      try {
        onConnect.accept(connection);
      } catch (RuntimeException e) {
        LOG.error("Nobody could take the connection of {}", connection.peer(), e);
        connection.close();
      }
    }
  }
}
