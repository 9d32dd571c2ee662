package dev.heddle.openflow.admission;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * The places at one listening port. One address cannot take the places of all others, and
 * strangers, who have not said yet who they are, cannot take those of nodes. Safe to call from any
 * thread.
 */
public final class Admission {

  /**
   * How many there may be at a time.
   *
   * @param connections in all
   * @param ofOne from one address
   * @param strangers that have not introduced themselves yet
   * @param strangersOfOne of these from one address
   */
  public record Bounds(int connections, int ofOne, int strangers, int strangersOfOne) {

    public Bounds {
      if (connections < 1 || ofOne < 1 || strangers < 1 || strangersOfOne < 1) {
        throw new IllegalArgumentException("nobody could connect");
      }
    }
  }

  private static final class Count {
    int connections;
    int strangers;
  }

  private final Bounds bounds;
  private final Refusals refusals;
  private final Map<InetAddress, Count> byPeer = new HashMap<>();
  private final Count all = new Count();
  private final LongAdder refused = new LongAdder();

  public Admission(Bounds bounds, Refusals refusals) {
    this.bounds = bounds;
    this.refusals = refusals;
  }

  /** Lets one in, or says in the log why not; empty if its connection is to be closed. */
  public Optional<Place> enter(SocketAddress peer) {
    InetAddress address = address(peer);
    Optional<String> full = take(address);
    if (full.isPresent()) {
      refuse(peer, full.get());
      return Optional.empty();
    }
    return Optional.of(new Place(address));
  }

  private synchronized Optional<String> take(InetAddress peer) {
    Count own = byPeer.getOrDefault(peer, new Count());
    if (all.connections >= bounds.connections()) {
      return Optional.of(
          "it came while "
              + bounds.connections()
              + " connections were open, the most there may be");
    }
    if (own.connections >= bounds.ofOne()) {
      return Optional.of(
          "it has " + bounds.ofOne() + " connections open, the most for one address");
    }
    if (all.strangers >= bounds.strangers()) {
      return Optional.of("it came while too many had not said yet who they are");
    }
    if (own.strangers >= bounds.strangersOfOne()) {
      return Optional.of(
          "it has "
              + bounds.strangersOfOne()
              + " connections open on which it has not said yet who it is");
    }
    byPeer.put(peer, own);
    own.connections++;
    own.strangers++;
    all.connections++;
    all.strangers++;
    return Optional.empty();
  }

  /** Says why a peer is turned away, once for each reason; closing is the caller's. */
  public void refuse(SocketAddress peer, String why) {
    refused.increment();
    refusals.tell(address(peer), why);
  }

  /**
   * Says something about a peer that may stay, within the same bounds; {@code what} follows its
   * address.
   */
  public void note(SocketAddress peer, String what) {
    refusals.note(address(peer), what);
  }

  /** Connections refused so far. */
  public long refused() {
    return refused.sum();
  }

  /** Connections open now. */
  public synchronized int open() {
    return all.connections;
  }

  private static InetAddress address(SocketAddress peer) {
    return peer instanceof InetSocketAddress known && known.getAddress() != null
        ? known.getAddress()
        : InetAddress.getLoopbackAddress(); // gone already: there is nobody left to name
  }

  /** The place of one connection. */
  public final class Place {
    private final InetAddress peer;
    private boolean stranger = true;
    private boolean taken = true;

    private Place(InetAddress peer) {
      this.peer = peer;
    }

    /** It has said who it is. */
    public void introduced() {
      synchronized (Admission.this) {
        if (stranger && taken) {
          byPeer.get(peer).strangers--;
          all.strangers--;
        }
        stranger = false;
      }
    }

    /** Whether it still has to say who it is. */
    public boolean isStranger() {
      synchronized (Admission.this) {
        return stranger;
      }
    }

    /** Its connection is gone; more than once is once. */
    public void leave() {
      synchronized (Admission.this) {
        introduced();
        if (taken) {
          taken = false;
          all.connections--;
          if (--byPeer.get(peer).connections == 0) {
            byPeer.remove(peer);
          }
        }
      }
    }
  }
}
