package dev.heddle.openflow.tls;

import dev.heddle.openflow.admission.Refusals;
import dev.heddle.tls.CertificateFiles;
import dev.heddle.tls.CertificateWatch;
import dev.heddle.tls.Credentials;
import dev.heddle.tls.Reason;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets nodes in that prove who they are. A connection meets nothing but TLS until its handshake is
 * done, in bounded time and with a bounded number of others. New files are used for new handshakes
 * and leave what is connected alone. Safe to call from any thread.
 */
public final class TlsGate {

  /** A handshake takes OVS milliseconds; this is for a slow way and a busy machine. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(TlsGate.class);

  private final CertificateWatch files;
  private final Duration patience;
  private final Refusals refusals;
  private final LongAdder refused = new LongAdder();
  private final Threshold threshold;

  /**
   * The gate that a word in a configuration asks for; none if it is "off".
   *
   * @throws IllegalArgumentException for any word but "on" and "off"
   */
  public static Optional<TlsGate> configured(
      String word, String key, String certificate, String authorities) {
    return switch (word) {
      case "on" ->
          Optional.of(
              new TlsGate(
                  new CertificateFiles(Path.of(key), Path.of(certificate), Path.of(authorities))));
      case "off" -> {
        LOG.warn("TLS is off: whoever reaches the ports can be any node, and read what nodes get");
        yield Optional.empty();
      }
      default -> throw new IllegalArgumentException("tls must be \"on\" or \"off\", not " + word);
    };
  }

  /** Reads the files; if they cannot be used everybody is refused until they can. */
  public TlsGate(CertificateFiles files) {
    this(files, LOG::warn);
  }

  /**
   * @param log what an operator has to mend, a sentence each
   */
  public TlsGate(CertificateFiles files, Consumer<String> log) {
    this(files, log, PATIENCE, Threshold.ample());
  }

  TlsGate(CertificateFiles files, Consumer<String> log, Duration patience, Threshold threshold) {
    this.files = new CertificateWatch(files, Clock.systemUTC(), log, "every node is refused");
    this.refusals = new Refusals(log);
    this.patience = patience;
    this.threshold = threshold;
  }

  /** Looks whether the files have changed: to be called every second or so, never in parallel. */
  public void refresh() {
    files.look();
  }

  /**
   * Puts TLS into an empty pipeline. {@code then} runs on the event loop once the peer has shown a
   * certificate that we trust, and adds the handlers that speak with it: for these the channel
   * becomes active only then.
   */
  public void admit(SocketChannel channel, Consumer<Identity> then) {
    InetAddress peer = address(channel.remoteAddress());
    Optional<Credentials> current = files.current();
    if (current.isEmpty()) {
      refuse(peer, "it came while the controller has no certificate of its own");
      channel.close();
      return;
    }
    if (!threshold.enter(peer)) {
      refuse(peer, "it came while too many handshakes were under way");
      channel.close();
      return;
    }
    SslHandler ssl = current.get().context().newHandler(channel.alloc());
    ssl.setHandshakeTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
    channel.pipeline().addLast(ssl).addLast(new Waiting(ssl, peer, then));
  }

  /** Names the peer in the log, once for each reason; closing its connection is the caller's. */
  public void refuse(SocketAddress peer, String why) {
    refuse(address(peer), why);
  }

  private void refuse(InetAddress peer, String why) {
    refused.increment();
    refusals.tell(peer, why);
  }

  /** Connections refused so far, for each line in the log perhaps many. */
  public long refused() {
    return refused.sum();
  }

  /** A peer at this address is a node in order: if it is refused again that is news. */
  public void accepted(SocketAddress peer) {
    refusals.forget(address(peer));
  }

  private static InetAddress address(SocketAddress peer) {
    return peer instanceof InetSocketAddress known && known.getAddress() != null
        ? known.getAddress()
        : InetAddress.getLoopbackAddress(); // gone already: there is nobody left to name
  }

  /** Stands behind TLS, and hides the channel from what comes after until the handshake is done. */
  private final class Waiting extends ChannelInboundHandlerAdapter {
    private final SslHandler ssl;
    private final InetAddress peer;
    private final Consumer<Identity> then;
    private boolean settled;

    Waiting(SslHandler ssl, InetAddress peer, Consumer<Identity> then) {
      this.ssl = ssl;
      this.peer = peer;
      this.then = then;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      // told to the others by letIn()
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
      if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
        super.userEventTriggered(context, event);
      } else if (!handshake.isSuccess()) {
        turnAway(context, handshake.cause());
      } else if (settle()) {
        letIn(context);
      }
    }

    private void letIn(ChannelHandlerContext context) throws SSLPeerUnverifiedException {
      X509Certificate shown = (X509Certificate) ssl.engine().getSession().getPeerCertificates()[0];
      then.accept(Identity.of(shown));
      context.fireChannelActive();
    }

    private void turnAway(ChannelHandlerContext context, Throwable cause) {
      if (settle()) {
        refuse(peer, Reason.of(cause));
      }
      context.close();
    }

    /** True the first time: the peer waits no longer. */
    private boolean settle() {
      if (settled) {
        return false;
      }
      settled = true;
      threshold.leave(peer);
      return true;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (settled) {
        LOG.debug("{}: TLS failed", peer, cause);
      }
      turnAway(context, cause);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
      settle(); // whatever the way, its place is free again
    }
  }
}
