package dev.heddle.openflow.ovsdb;

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
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicBoolean full = new AtomicBoolean();
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
    int now = open.incrementAndGet();
    channel.closeFuture().addListener(closed -> open.decrementAndGet());
    if (now > limits.maxConnections()) {
      // Once per crowding: a flood of connections must not become a flood of lines.
      if (full.compareAndSet(false, true)) {
        LOG.warn("{} OVSDB connections are open, refusing more", limits.maxConnections());
      }
      channel.close();
      return;
    }
    full.set(false);
    channels.add(channel);
    gate.ifPresentOrElse(
        g -> g.admit(channel, identity -> speak(channel, identity)),
        () -> speak(channel, Identity.UNPROVED));
  }

  private void speak(SocketChannel channel, Identity identity) {
    OvsdbConnection connection = OvsdbConnection.attach(channel, identity, limits, onConnect);
    connection.closed().thenAccept(why -> LOG.debug("{} left: {}", channel.remoteAddress(), why));
    LOG.debug("{} connected", channel.remoteAddress());
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
