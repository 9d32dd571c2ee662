package dev.heddle.rest;

import dev.heddle.tls.CertificateWatch;
import dev.heddle.tls.Credentials;
import dev.heddle.tls.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Puts TLS before HTTP: nothing of HTTP is there until the handshake is done, in bounded time. Who
 * speaks plain HTTP is told so in plain HTTP, and no more. New files are used for new handshakes
 * and leave what is connected alone.
 */
final class TlsEntrance {

  /** As many bytes as tell a TLS record from anything else (RFC 8446, 5.1). */
  private static final int TELLING = 5;

  private static final String SENTENCE =
      "This port speaks TLS: the address begins with https://.\n";

  private final CertificateWatch files;
  private final Duration patience;
  private final BiConsumer<SocketAddress, String> refused;

  /**
   * @param patience for the first bytes and for the handshake
   * @param refused is told which peer was turned away and why
   */
  TlsEntrance(
      CertificateWatch files, Duration patience, BiConsumer<SocketAddress, String> refused) {
    this.files = files;
    this.patience = patience;
    this.refused = refused;
  }

  /** Looks whether the files have changed: to be called every second or so, never in parallel. */
  void refresh() {
    files.look();
  }

  /** For a new connection; {@code then} adds the handlers of HTTP once the handshake is done. */
  void admit(SocketChannel channel, Runnable then) {
    Optional<Credentials> now = files.current();
    if (now.isEmpty()) {
      refused.accept(channel.remoteAddress(), "it came while REST has no certificate");
      channel.close();
    } else {
      channel.pipeline().addLast(new FirstBytes(now.get(), then));
    }
  }

  private final class FirstBytes extends ByteToMessageDecoder {
    private final Credentials credentials;
    private final Runnable then;
    private Future<?> deadline;

    FirstBytes(Credentials credentials, Runnable then) {
      this.credentials = credentials;
      this.then = then;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      deadline =
          context
              .channel()
              .eventLoop()
              .schedule(() -> late(context), patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void late(ChannelHandlerContext context) {
      refused.accept(context.channel().remoteAddress(), "it did not begin a handshake in time");
      context.close();
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) {
      deadline.cancel(false);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
      if (in.readableBytes() < TELLING) {
        return;
      }
      if (!SslHandler.isEncrypted(in, false)) {
        in.skipBytes(in.readableBytes());
        tell(context);
        return;
      }
      SslHandler ssl = credentials.context().newHandler(context.alloc());
      ssl.setHandshakeTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
      context.pipeline().addLast(ssl, new Waiting(then));
      context.pipeline().remove(this); // hands over what was read
    }

    private void tell(ChannelHandlerContext context) {
      deadline.cancel(false);
      String answer =
          "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
              + SENTENCE.length()
              + "\r\nConnection: close\r\n\r\n"
              + SENTENCE;
      refused.accept(context.channel().remoteAddress(), "it does not speak TLS (https)");
      context.pipeline().replace(this, "discard", new Discarding());
      context
          .writeAndFlush(Unpooled.copiedBuffer(answer, StandardCharsets.US_ASCII))
          .addListener(done -> Lingering.closeSoon((SocketChannel) context.channel()));
    }
  }

  /** What still comes is thrown away. */
  private static final class Discarding extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      io.netty.util.ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }

  /** Stands behind TLS until the handshake is done. */
  private final class Waiting extends ChannelInboundHandlerAdapter {
    private final Runnable then;
    private boolean settled;

    Waiting(Runnable then) {
      this.then = then;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
      if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
        super.userEventTriggered(context, event);
      } else if (handshake.isSuccess()) {
        settled = true;
        then.run();
        context.fireChannelActive();
        context.pipeline().remove(this);
      } else {
        turnAway(context, handshake.cause());
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      turnAway(context, cause);
    }

    private void turnAway(ChannelHandlerContext context, Throwable cause) {
      if (!settled) {
        settled = true;
        refused.accept(context.channel().remoteAddress(), Reason.of(cause));
      }
      context.close();
    }
  }
}
