package dev.heddle.rest;

import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The end of a connection after its last answer. Closing at once while the client still sends would
 * reset the connection and lose the answer on its way (RFC 9112, 9.6): we say that no more comes,
 * and throw away for a moment what does.
 */
final class Lingering {

  private static final Duration LINGER = Duration.ofSeconds(2);

  private Lingering() {}

  /** To be called on the channel's event loop, with handlers that throw away what comes. */
  static void closeSoon(SocketChannel channel) {
    channel.config().setAutoRead(true);
    channel.eventLoop().schedule(() -> channel.close(), LINGER.toMillis(), TimeUnit.MILLISECONDS);
    SslHandler ssl = channel.pipeline().get(SslHandler.class);
    if (ssl == null) {
      channel.shutdownOutput();
    } else {
      ssl.closeOutbound().addListener(said -> channel.shutdownOutput());
    }
  }
}
