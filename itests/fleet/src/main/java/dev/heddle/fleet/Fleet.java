package dev.heddle.fleet;

import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Many simulated nodes on one group of event loops. May be called from any thread. */
final class Fleet implements AutoCloseable {

  private final NioEventLoopGroup loops;
  private final List<FleetNode> nodes = new ArrayList<>();
  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();

  /**
   * @param manager where the controller listens for databases
   * @param installed told of each interface that has been answered so: node and port
   */
  Fleet(int nodes, int threads, InetSocketAddress manager, BiConsumer<String, String> installed) {
    loops = new NioEventLoopGroup(threads, new DefaultThreadFactory("fleet", true));
    FleetNode.Watcher watcher =
        new FleetNode.Watcher() {
          @Override
          public void installed(String node, String port) {
            installed.accept(node, port);
          }

          @Override
          public void failed(String node, Throwable cause) {
            failures.add(node + ": " + cause);
          }
        };
    for (int n = 1; n <= nodes; n++) {
      this.nodes.add(new FleetNode(n, manager, loops.next(), watcher));
    }
  }

  List<FleetNode> nodes() {
    return nodes;
  }

  /** The node with a number from 1. */
  FleetNode node(int number) {
    return nodes.get(number - 1);
  }

  /** What arrived that a switch would not have understood; empty if all was well. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  void bootAll() {
    nodes.forEach(n -> on(n, FleetNode::boot));
  }

  /** Does something with a node on its own thread. */
  void on(FleetNode node, Consumer<FleetNode> what) {
    node.loop().execute(() -> what.accept(node));
  }

  Flows.Digest digest(FleetNode node) {
    return ask(node, () -> node.flows().digest());
  }

  private static <T> T ask(FleetNode node, Callable<T> question) {
    return node.loop().submit(question).syncUninterruptibly().getNow();
  }

  long flowMods() {
    return nodes.stream().mapToLong(FleetNode::flowMods).sum();
  }

  @Override
  public void close() {
    nodes.forEach(n -> on(n, FleetNode::halt));
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
