package dev.heddle.openflow.channel;

import dev.heddle.openflow.admission.Admission;
import dev.heddle.openflow.tls.Identity;
import dev.heddle.openflow.tls.TlsGate;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.opendaylight.openflowjava.protocol.api.connection.SwitchConnectionHandler;
import org.opendaylight.openflowjava.protocol.api.connection.ThreadConfiguration;
import org.opendaylight.openflowjava.protocol.impl.core.TcpChannelInitializer;
import org.opendaylight.openflowjava.protocol.impl.core.TcpHandler;
import org.opendaylight.openflowjava.protocol.impl.deserialization.DeserializationFactory;
import org.opendaylight.openflowjava.protocol.impl.deserialization.DeserializerRegistryImpl;
import org.opendaylight.openflowjava.protocol.impl.serialization.SerializationFactory;
import org.opendaylight.openflowjava.protocol.impl.serialization.SerializerRegistryImpl;

/**
 * openflowjava's server, put together here instead of by its provider, so that TLS is ours: its own
 * reads key stores anew for every connection and logs a stack trace for every stranger. A
 * connection meets the first handler of openflowjava once the gate has let it in.
 */
final class Listening extends TcpChannelInitializer {

  /** Bounds what a switch that asks and never reads can make us keep. */
  private static final int QUEUED_MESSAGES = 256;

  /** OVS that is well asks us every 5 s by itself: who is silent for longer is asked. */
  private static final long IDLE_MILLIS = 10_000;

  private final Optional<TlsGate> gate;
  private final Admission admission;
  private final Duration patience;
  private final BiFunction<Identity, Admission.Place, SwitchConnectionHandler> door;
  private final DeserializationFactory in;
  private final SerializationFactory out;

  /**
   * @param door takes what a peer with this identity connects
   */
  Listening(
      Optional<TlsGate> gate,
      Admission admission,
      Duration patience,
      BiFunction<Identity, Admission.Place, SwitchConnectionHandler> door) {
    this.gate = gate;
    this.admission = admission;
    this.patience = patience;
    this.door = door;
    DeserializerRegistryImpl readers = new DeserializerRegistryImpl();
    readers.init();
    in = new DeserializationFactory(readers);
    RawMessage.takeOver(in, readers);
    SerializerRegistryImpl writers = new SerializerRegistryImpl();
    writers.init();
    out = new SerializationFactory(writers);
    RawRequest.takeOver(writers);
  }

  /**
   * Binds on a thread of its own; {@code online} completes when the server listens, or fails with
   * the reason why it cannot.
   */
  TcpHandler start(InetSocketAddress bind, CompletableFuture<Void> online) {
    TcpHandler server =
        new TcpHandler(bind.getAddress(), bind.getPort(), () -> online.complete(null));
    server.setChannelInitializer(this);
    server.initiateNioEventLoopGroups(new Threads());
    Thread waiting =
        new Thread(
            () -> {
              try {
                server.run(); // returns when the server's channel is closed
              } catch (Exception e) { // netty throws BindException without declaring it
                online.completeExceptionally(e);
              }
            },
            "heddle-openflow");
    waiting.setDaemon(true);
    waiting.start();
    return server;
  }

  @Override
  protected void initChannel(SocketChannel channel) {
    Optional<Admission.Place> entered = admission.enter(channel.remoteAddress());
    if (entered.isEmpty()) {
      channel.close();
      return;
    }
    Admission.Place place = entered.get();
    channel.closeFuture().addListener(closed -> place.leave());
    Consumer<Identity> speak =
        identity ->
            channel
                .pipeline()
                .addLast(new Framing(admission, place, patience))
                .addLast(speaking(identity, place));
    gate.ifPresentOrElse(g -> g.admit(channel, speak), () -> speak.accept(Identity.UNPROVED));
  }

  /** Adds openflowjava's handlers to one channel. */
  private TcpChannelInitializer speaking(Identity identity, Admission.Place place) {
    TcpChannelInitializer handlers = new TcpChannelInitializer();
    handlers.setSwitchIdleTimeout(IDLE_MILLIS);
    handlers.setDeserializationFactory(in);
    handlers.setSerializationFactory(out);
    handlers.setSwitchConnectionHandler(door.apply(identity, place));
    handlers.setUseBarrier(false);
    handlers.setChannelOutboundQueueSize(QUEUED_MESSAGES);
    return handlers;
  }

  private record Threads() implements ThreadConfiguration {

    @Override
    public int getWorkerThreadCount() {
      return Math.max(2, Runtime.getRuntime().availableProcessors());
    }

    @Override
    public int getBossThreadCount() {
      return 1;
    }
  }
}
