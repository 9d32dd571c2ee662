package dev.heddle.openflow.ovsdb;

import dev.heddle.openflow.admission.Admission;
import dev.heddle.openflow.admission.Budget;
import dev.heddle.openflow.admission.Refusals;
import dev.heddle.openflow.tls.Identity;
import dev.heddle.openflow.tls.TlsGate;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for the ovsdb-servers of nodes. Each connection is handed over when it is open; what is
 * done with it then is not this class's concern. The event loops belong to the caller.
 */
public final class OvsdbListener implements AutoCloseable {

  /** IANA's port for OVSDB (RFC 7047 section 6). */
  public static final int PORT = 6640;

  private static final Logger LOG = LoggerFactory.getLogger(OvsdbListener.class);

  private final Limits limits;
  private final Optional<TlsGate> gate;
  private final Consumer<OvsdbConnection> onConnect;
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
  private final Admission admission;
  private final Budget rows = Budget.ofHeap(4);
  private final Budget halves = Budget.ofHeap(8);
  private final Channel server;

  /**
   * Binds and listens.
   *
   * @param group event loops (NIO) for accepting and for the connections
   * @param address where to listen; port 0 takes a free one
   * @param gate nodes must come through it by TLS ({@code set-manager ssl:...}); empty for plain
   *     TCP
   * @param onConnect runs on the connection's event loop and must not block
   * @throws io.netty.channel.ChannelException or java.net.BindException if the address is taken
   */
  public OvsdbListener(
      EventLoopGroup group,
      InetSocketAddress address,
      Limits limits,
      Optional<TlsGate> gate,
      Consumer<OvsdbConnection> onConnect) {
    this.limits = limits;
    this.gate = gate;
    this.onConnect = onConnect;
    this.admission = new Admission(limits.bounds(), new Refusals(LOG::warn));
    this.server =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true) // a restart must not wait for old sockets
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    admit(channel);
                  }
                })
            .bind(address)
            .syncUninterruptibly()
            .channel();
    channels.add(server);
    LOG.info(
        "listening for OVSDB on {}{}", server.localAddress(), gate.isPresent() ? " (TLS)" : "");
  }

  private void admit(SocketChannel channel) {
    Optional<Admission.Place> entered = admission.enter(channel.remoteAddress());
    if (entered.isEmpty()) {
      channel.close();
      return;
    }
    Admission.Place place = entered.get();
    channel.closeFuture().addListener(closed -> place.leave());
    channels.add(channel);
    gate.ifPresentOrElse(
        g -> g.admit(channel, identity -> speak(channel, identity, place)),
        () -> speak(channel, Identity.UNPROVED, place));
  }

  private void speak(SocketChannel channel, Identity identity, Admission.Place place) {
    SocketAddress peer = channel.remoteAddress();
    OvsdbConnection connection =
        OvsdbConnection.attach(
            channel, identity, limits, new OvsdbConnection.Room(rows, halves), onConnect);
    connection.onIntroduced(place::introduced);
    connection.onNote(what -> admission.note(peer, what));
    connection.onRemark(what -> admission.refuse(peer, what));
    Future<?> late =
        channel
            .eventLoop()
            .schedule(
                () -> {
                  if (place.isStranger()) {
                    connection.refuse("it did not say in time which node it is");
                  }
                },
                limits.introduction().toMillis(),
                TimeUnit.MILLISECONDS);
    connection
        .closed()
        .thenAccept(
            why -> {
              late.cancel(false);
              connection.fault().ifPresent(fault -> admission.refuse(peer, fault));
              LOG.debug("{} left: {}", peer, why);
            });
    LOG.debug("{} connected", peer);
  }

  /** Connections refused or ended for what they sent or did not send. */
  public long refused() {
    return admission.refused();
  }

  /** Connections open now, whoever they are. */
  public int open() {
    return admission.open();
  }

  /** Where it listens, with the port that was taken. */
  public InetSocketAddress localAddress() {
    return (InetSocketAddress) server.localAddress();
  }

  /** Stops listening and closes all connections; returns when they are closed. */
  @Override
  public void close() {
    channels.close().awaitUninterruptibly();
  }
}
