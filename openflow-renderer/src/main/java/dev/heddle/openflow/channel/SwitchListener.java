package dev.heddle.openflow.channel;

import com.google.common.util.concurrent.MoreExecutors;
import dev.heddle.openflow.codec.EncodedFlows;
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
import org.opendaylight.openflowjava.protocol.impl.core.SwitchConnectionProviderImpl;
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

  private final SwitchConnectionProviderImpl provider;
  private final Set<OvsConnection> connections = ConcurrentHashMap.newKeySet();
  private final Limits limits;
  private final EncodedFlows encoded;
  private final Consumer<SwitchConnection> onConnect;

  private SwitchListener(
      SwitchConnectionProviderImpl provider,
      Limits limits,
      EncodedFlows encoded,
      Consumer<SwitchConnection> onConnect) {
    this.provider = provider;
    this.limits = limits;
    this.encoded = encoded;
    this.onConnect = onConnect;
  }

  /**
   * Listens from now on.
   *
   * @param bind port 0 takes a free one: {@link #port}
   * @param onConnect runs on the connection's own thread: it may start requests, not wait for them
   * @throws SwitchFailure if the address cannot be listened on
   */
  public static SwitchListener open(
      InetSocketAddress bind,
      Optional<Tls> tls,
      Limits limits,
      Consumer<SwitchConnection> onConnect) {
    return open(bind, tls, limits, EncodedFlows.inPartOfTheHeap(), onConnect);
  }

  /** As above; {@code encoded} is what all its connections share. */
  public static SwitchListener open(
      InetSocketAddress bind,
      Optional<Tls> tls,
      Limits limits,
      EncodedFlows encoded,
      Consumer<SwitchConnection> onConnect) {
    CompletableFuture<Void> online = new CompletableFuture<>();
    SwitchConnectionProviderImpl provider =
        new SwitchConnectionProviderImpl(new StartReport(online), new Listening(bind, tls));
    RawMessage.takeOver(provider);
    RawRequest.takeOver(provider);
    SwitchListener listener = new SwitchListener(provider, limits, encoded, onConnect);
    provider.setSwitchConnectionHandler(listener.new Door());
    provider.startup();
    try {
      online.orTimeout(START_SECONDS, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      provider.shutdown();
      throw new SwitchFailure("cannot listen for switches on " + bind + ": " + e.getCause());
    }
    return listener;
  }

  /** The port that switches are to connect to. */
  public int port() {
    return ((TcpHandler) provider.getServerFacade()).getPort();
  }

  /** Stops listening and closes every connection. */
  @Override
  public void close() {
    Set.copyOf(connections).forEach(OvsConnection::close);
    provider.shutdown();
  }

  /** Lets switches in. */
  private final class Door implements SwitchConnectionHandler {

    @Override
    public boolean accept(InetAddress peer) {
      boolean room = connections.size() < limits.connections();
      if (!room) {
        LOG.warn(
            "Switch at {} refused: {} connections are open already", peer, limits.connections());
      }
      return room;
    }

    @Override
    public void onSwitchConnected(ConnectionAdapter adapter) {
      OvsConnection connection = new OvsConnection(adapter, limits.patience(), encoded);
      connections.add(connection);
      connection.onClose(() -> connections.remove(connection));
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

    private void settle(OvsConnection connection, Throwable failure) {
      if (failure != null) {
        connection.lost("it did not introduce itself: " + failure.getMessage());
        return;
      }
      LOG.info(
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
