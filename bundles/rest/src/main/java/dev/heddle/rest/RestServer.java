package dev.heddle.rest;

import dev.heddle.model.Network;
import dev.heddle.pipeline.Confirmations;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.Inspection;
import dev.heddle.show.Objects;
import dev.heddle.tls.CertificateWatch;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens and answers. Two event loops move bytes; a few workers, with a bounded queue before them,
 * do what is asked; one follower looks at the model when it changes, for those who wait and watch.
 */
final class RestServer implements AutoCloseable, Connection.Door {

  private static final Logger LOG = LoggerFactory.getLogger(RestServer.class);

  private final Limits limits;
  private final Tokens tokens;
  private final Doorway doorway;
  private final Optional<TlsEntrance> tls;
  private final Routes routes;
  private final EventLoopGroup loops = new NioEventLoopGroup(2, named("heddle-rest-io"));
  private final ThreadPoolExecutor workers;
  private final ScheduledThreadPoolExecutor follower;
  private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final AtomicLong bodyBytes = new AtomicLong();
  private final AtomicLong revision = new AtomicLong();
  private final AutoCloseable modelWatch;
  private final Latencies latencies;
  private final Channel listening;

  /**
   * @param address where to listen; port 0 takes a free one
   * @param certificates of TLS; without them HTTP goes in the clear
   * @throws IOException if it cannot listen there
   */
  RestServer(
      InetSocketAddress address,
      Optional<CertificateWatch> certificates,
      Tokens tokens,
      Limits limits,
      Network network,
      DesiredFlows flows,
      Inspection inspection,
      Supplier<Optional<Confirmations>> confirmations)
      throws IOException {
    this.limits = limits;
    this.tokens = tokens;
    doorway = new Doorway(limits.connections(), limits.connectionsOfOne(), System::nanoTime);
    tls = certificates.map(c -> new TlsEntrance(c, limits.handshakeTime(), doorway::refuse));
    workers =
        new ThreadPoolExecutor(
            limits.workers(),
            limits.workers(),
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(limits.queued()),
            named("heddle-rest"));
    follower = new ScheduledThreadPoolExecutor(1, named("heddle-rest-follower"));
    follower.setRemoveOnCancelPolicy(true);
    Objects objects = new Objects(network, confirmations);
    Watches watches = new Watches(objects, revision::get, follower, limits.watches());
    Waits waits = new Waits(network, follower, limits.waits());
    Edits edits = new Edits(network, waits);
    ObjectRoutes byKind = new ObjectRoutes(network, objects, revision::get, watches, waits, edits);
    latencies = new Latencies(network, flows, confirmations, follower, System::nanoTime);
    routes =
        new Routes(
            network,
            inspection,
            revision::get,
            byKind,
            edits,
            new Traces(network, flows, inspection),
            new Simulations(inspection),
            new Hits(network, inspection, confirmations),
            new HealthRoutes(inspection, confirmations, latencies));
    modelWatch =
        network.watch(
            r -> {
              revision.accumulateAndGet(r, Math::max);
              watches.look();
              waits.look();
              latencies.look();
            });
    revision.accumulateAndGet(inspection.work().revision(), Math::max);
    listening = listen(address);
    follower.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
  }

  private static DefaultThreadFactory named(String name) {
    return new DefaultThreadFactory(name, true);
  }

  private Channel listen(InetSocketAddress address) throws IOException {
    var bound =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    accept(channel);
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      close();
      throw new IOException(
          "cannot listen on " + address + ": " + bound.cause().getMessage(), bound.cause());
    }
    return bound.channel();
  }

  private void accept(SocketChannel channel) {
    if (!doorway.enter(channel)) {
      channel.close();
      return;
    }
    clients.add(channel);
    if (tls.isPresent()) {
      tls.get().admit(channel, () -> speak(channel));
    } else {
      speak(channel);
    }
  }

  private void speak(SocketChannel channel) {
    channel
        .pipeline()
        .addLast(
            new HttpServerCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(Limits.LINE_BYTES)
                    .setMaxHeaderSize(Limits.HEADER_BYTES)),
            new Connection(limits, this));
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listening.localAddress();
  }

  @Override
  public boolean admits(HttpRequest request, SocketAddress from) {
    String token = request.headers().get("Authorization");
    if (request.uri().equals(Routes.READY) || tokens.admits(token)) {
      return true;
    }
    doorway.unknown(from, request.method().name(), request.uri(), token != null);
    return false;
  }

  @Override
  public boolean take(long bytes) {
    if (bodyBytes.addAndGet(bytes) <= limits.allBodyBytes()) {
      return true;
    }
    bodyBytes.addAndGet(-bytes);
    return false;
  }

  @Override
  public void giveBack(long bytes) {
    bodyBytes.addAndGet(-bytes);
  }

  @Override
  public void handle(
      String method, String uri, HttpHeaders headers, byte[] body, Connection connection) {
    Media media = Media.accepted(headers.get("Accept", ""));
    try {
      workers.execute(
          () ->
              outcome(method, uri, headers, body, connection.peer())
                  .whenComplete(
                      (reply, failure) ->
                          connection.reply(
                              failure == null ? reply : Reply.of(Refusal.of(failure), media))));
    } catch (RejectedExecutionException e) {
      connection.reply(Reply.of(new Refusal(503, "Too many requests wait already."), media));
    }
  }

  /** What has to be looked at from time to time: an exception would end that. */
  private void look() {
    try {
      tls.ifPresent(TlsEntrance::refresh);
      doorway.sweep();
    } catch (RuntimeException e) {
      LOG.error("REST cannot look at its certificates", e);
    }
  }

  private CompletionStage<Reply> outcome(
      String method, String uri, HttpHeaders headers, byte[] body, String peer) {
    try {
      // Asked again: the token may have been revoked while the body came.
      Caller caller =
          uri.equals(Routes.READY)
              ? Caller.stranger(peer)
              : tokens
                  .caller(headers.get("Authorization"), peer)
                  .orElseThrow(() -> new Refusal(401, "This token lets nobody in any more."));
      return routes.handle(Request.of(method, uri, headers, body, caller));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public void close() {
    if (listening != null) {
      listening.close().awaitUninterruptibly();
    }
    try {
      modelWatch.close();
      latencies.close();
    } catch (Exception e) {
      throw new IllegalStateException("the model's watch cannot be ended", e);
    }
    clients.close().awaitUninterruptibly();
    workers.shutdownNow();
    follower.shutdownNow();
    doorway.close();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
