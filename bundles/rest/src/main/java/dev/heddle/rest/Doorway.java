package dev.heddle.rest;

import dev.heddle.show.Audit;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may be connected, how many, and who is told of those who are turned away. One address cannot
 * take the places of all others. A peer is named in the log once a minute for each reason; requests
 * without a token that lets in are in the audit, so many a minute of one address. Safe for use by
 * many threads.
 */
final class Doorway {

  private static final Logger LOG = LoggerFactory.getLogger(Doorway.class);

  /** Lines of the audit about one address in a minute; what is more is one line with its number. */
  static final int AUDITED = 10;

  private final int most;
  private final int mostOfOne;
  private final Map<InetAddress, Integer> open = new HashMap<>();
  private final Seldom logged;
  private final Seldom audited;
  private int all;

  /**
   * @param most connections at a time
   * @param mostOfOne of these from one address
   */
  Doorway(int most, int mostOfOne, LongSupplier nanos) {
    this.most = most;
    this.mostOfOne = mostOfOne;
    this.logged = new Seldom(1, nanos);
    this.audited = new Seldom(AUDITED, nanos);
  }

  /** Takes a place until the channel is closed; false if there is none for it. */
  boolean enter(Channel channel) {
    InetAddress peer = address(channel.remoteAddress());
    Optional<String> full = take(peer);
    full.ifPresent(why -> refuse(channel.remoteAddress(), why));
    if (full.isPresent()) {
      return false;
    }
    channel.closeFuture().addListener(closed -> leave(peer));
    return true;
  }

  private synchronized Optional<String> take(InetAddress peer) {
    int own = open.getOrDefault(peer, 0);
    if (all >= most) {
      return Optional.of("it came while " + most + " connections were open, the most there may be");
    }
    if (own >= mostOfOne) {
      return Optional.of("it has " + mostOfOne + " connections open, the most for one address");
    }
    open.put(peer, own + 1);
    all++;
    return Optional.empty();
  }

  private synchronized void leave(InetAddress peer) {
    all--;
    open.computeIfPresent(peer, (p, own) -> own == 1 ? null : own - 1);
  }

  /** Names a peer that is turned away; closing its connection is the caller's. */
  void refuse(SocketAddress peer, String why) {
    String line = address(peer).getHostAddress() + " is refused: " + why;
    if (logged.admits(line)) {
      LOG.warn("REST: {}", line);
    }
  }

  /** A request had no token that lets in. */
  void unknown(SocketAddress peer, String method, String uri, boolean token) {
    if (audited.admits(address(peer).getHostAddress())) {
      String path = uri.split("\\?", 2)[0]; // what a query holds is nobody's business
      String why = token ? "this token lets nobody in" : "no token";
      Audit.refused(Caller.stranger(named(peer)).actor(), method, path, why);
    }
  }

  /** To be called every second or so. */
  void sweep() {
    logged.sweep(Doorway::unwritten);
    audited.sweep(Doorway::unaudited);
  }

  /** Writes what is still to be said. */
  void close() {
    logged.finish(Doorway::unwritten);
    audited.finish(Doorway::unaudited);
  }

  private static void unwritten(String line, long count) {
    LOG.warn("REST: {} ({} more in that minute)", line, count);
  }

  private static void unaudited(String address, long count) {
    Audit.refused(
        Caller.stranger(address).actor(), "-", "-", count + " more requests without a valid token");
  }

  /** Address and port, for people. */
  static String named(SocketAddress peer) {
    return peer instanceof InetSocketAddress known && known.getAddress() != null
        ? known.getAddress().getHostAddress() + " port " + known.getPort()
        : "a client that left";
  }

  private static InetAddress address(SocketAddress peer) {
    return peer instanceof InetSocketAddress known && known.getAddress() != null
        ? known.getAddress()
        : InetAddress.getLoopbackAddress(); // gone already: there is nobody left to name
  }
}
