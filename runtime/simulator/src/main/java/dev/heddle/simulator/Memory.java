package dev.heddle.simulator;

import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Flow;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What switches remember from one packet to the next: connections, fragments, learned flows, which
 * ports are down; and the time, which passes only when told to. For one thread.
 */
public final class Memory {

  /** What one switch remembers. */
  static final class Local {
    final Tracker tracker;
    final Fragments fragments = new Fragments();
    final Learned learned = new Learned();
    final Set<Integer> down = new HashSet<>();

    Local(Tracker tracker) {
      this.tracker = tracker;
    }
  }

  private final Supplier<Tracker> trackers;
  private final boolean foretold;
  private final Map<Id<Node>, Local> nodes = new HashMap<>();
  private long now;

  public Memory() {
    this(Connections::new, false);
  }

  private Memory(Supplier<Tracker> trackers, boolean foretold) {
    this.trackers = trackers;
    this.foretold = foretold;
  }

  /**
   * As {@code ofproto/trace}: nothing is learned, and another says what is known of connections.
   */
  public static Memory foretold(Supplier<Tracker> trackers) {
    return new Memory(trackers, true);
  }

  /**
   * A node knows a connection that begins with this packet and has been answered.
   *
   * @throws IllegalStateException if somebody else says what is known of connections
   */
  public void knows(Id<Node> node, int zone, Packet first, Bits mark, Bits label) {
    if (!(of(node).tracker instanceof Connections connections)) {
      throw new IllegalStateException("connections are not this memory's");
    }
    connections.know(first, zone, mark, label);
  }

  boolean isForetold() {
    return foretold;
  }

  Local of(Id<Node> node) {
    return nodes.computeIfAbsent(node, n -> new Local(trackers.get()));
  }

  /** Seconds since the beginning. */
  public long now() {
    return now;
  }

  /** So many seconds go by. */
  public void pass(long seconds) {
    now += seconds;
    nodes.values().forEach(n -> n.learned.expire(now));
  }

  /** A port goes down or comes up: fast failover looks at it. */
  public void port(Id<Node> node, int port, boolean up) {
    if (up) {
      of(node).down.remove(port);
    } else {
      of(node).down.add(port);
    }
  }

  /** What a node has learned and not yet forgotten. */
  public List<Flow> learned(Id<Node> node) {
    return of(node).learned.all();
  }
}
