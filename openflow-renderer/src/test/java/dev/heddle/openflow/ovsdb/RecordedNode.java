package dev.heddle.openflow.ovsdb;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A listener on a free port that keeps everything a node tells, and can wait for what it will. */
final class RecordedNode implements AutoCloseable, NodeDatabase.Listener {

  private final EventLoopGroup group = new NioEventLoopGroup(1);
  private final OvsdbListener listener;
  private final List<NodeSnapshot> snapshots = new ArrayList<>();
  private final List<String> refusals = new ArrayList<>();
  private final List<String> departures = new ArrayList<>();
  private final List<NodeDatabase> nodes = new ArrayList<>();

  RecordedNode(Consumer<NodeDatabase> onJoin) {
    listener =
        new OvsdbListener(
            group,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Limits.defaults(),
            Optional.empty(),
            connection -> {
              NodeDatabase node = NodeDatabase.open(connection, this);
              onJoin.accept(node);
              record(nodes, node);
            });
  }

  String target() {
    return "tcp:127.0.0.1:" + listener.localAddress().getPort();
  }

  NodeSnapshot awaitSnapshot(Predicate<NodeSnapshot> wanted) {
    return await(snapshots, wanted);
  }

  String awaitRefusal() {
    return await(refusals, any -> true);
  }

  String awaitDeparture() {
    return await(departures, any -> true);
  }

  NodeDatabase awaitNode(int number) {
    await(nodes, node -> nodes.size() >= number);
    return nodes.get(number - 1);
  }

  synchronized void forget() {
    snapshots.clear();
  }

  @Override
  public void seen(NodeSnapshot snapshot) {
    record(snapshots, snapshot);
  }

  @Override
  public void refused(String why) {
    record(refusals, why);
  }

  @Override
  public void left(String why) {
    record(departures, why);
  }

  private synchronized <T> void record(List<T> list, T value) {
    list.add(value);
    notifyAll();
  }

  /** The newest entry that is as wanted; fails after 20 s, saying what came instead. */
  private synchronized <T> T await(List<T> list, Predicate<T> wanted) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (true) {
      for (int i = list.size() - 1; i >= 0; i--) {
        if (wanted.test(list.get(i))) {
          return list.get(i);
        }
      }
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError("not seen in time; seen: " + list + " refused: " + refusals);
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
  }

  @Override
  public void close() {
    listener.close();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
