package dev.heddle.openflow.tls;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts handshakes under way: anybody can begin one. One address cannot take the places of all
 * others. Safe to call from any thread.
 */
final class Threshold {

  private final int most;
  private final int mostOfOne;
  private final Map<InetAddress, Integer> waiting = new HashMap<>();
  private int count;

  /**
   * @param most handshakes at a time
   * @param mostOfOne of one address
   */
  Threshold(int most, int mostOfOne) {
    this.most = most;
    this.mostOfOne = mostOfOne;
  }

  /** For thousands of nodes that come back at once after a restart. */
  static Threshold ample() {
    return new Threshold(1_024, 64);
  }

  /** False if there is no room; then {@link #leave} must not follow. */
  synchronized boolean enter(InetAddress peer) {
    int own = waiting.getOrDefault(peer, 0);
    if (count >= most || own >= mostOfOne) {
      return false;
    }
    waiting.put(peer, own + 1);
    count++;
    return true;
  }

  synchronized void leave(InetAddress peer) {
    count--;
    waiting.computeIfPresent(peer, (p, own) -> own == 1 ? null : own - 1);
  }
}
