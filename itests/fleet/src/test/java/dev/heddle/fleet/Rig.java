package dev.heddle.fleet;

import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Id;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.openflow.session.Renderer;
import dev.heddle.pipeline.Confirmations.NodeState;
import dev.heddle.plain.PlainRuntime;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A real renderer and a fleet on it, in one JVM. */
final class Rig implements AutoCloseable {

  final Cloud cloud;
  final Controller controller;
  final Renderer renderer;
  final Fleet fleet;
  final Set<String> installed = ConcurrentHashMap.newKeySet();

  Rig(int nodes, int ports) {
    cloud = new Cloud(nodes, ports);
    controller = PlainRuntime.controller(cloud.store(), new L2Switching(), new Placement());
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    renderer = new Renderer(any, any, Optional.empty(), controller, controller);
    fleet =
        new Fleet(
            nodes,
            1,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), renderer.ovsdbPort()),
            (node, port) -> installed.add(port));
  }

  void bootAll() {
    List<List<String>> ports = cloud.portsByNode(fleet.nodes().size());
    for (int n = 1; n <= ports.size(); n++) {
      List<String> own = ports.get(n - 1);
      fleet.on(fleet.node(n), node -> node.plug(own));
    }
    fleet.bootAll();
  }

  /** A new port beside another one of the cloud. */
  void add(String name, int like, int host) {
    controller
        .transact(
            Writer.USER,
            List.of(new Change.Put(Cloud.port(name, like / Cloud.PORTS_PER_TENANT, host))))
        .join();
    fleet.on(fleet.node(cloud.node(like)), n -> n.plug(List.of(name)));
  }

  static Id<Node> id(FleetNode node) {
    return Node.KIND.id(node.name());
  }

  NodeState state(FleetNode node) {
    return Optional.ofNullable(renderer.nodes().get(id(node)))
        .orElse(new NodeState(false, -1, 0, 0, "not seen"));
  }

  boolean isRight(FleetNode node) {
    return state(node).connected() && fleet.digest(node).equals(Wish.of(controller, id(node)));
  }

  void awaitRight(List<FleetNode> nodes) {
    await("all tables right", () -> nodes.stream().allMatch(this::isRight));
  }

  void await(String what, BooleanSupplier condition) {
    for (long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120); ; ) {
      CountDownLatch news = new CountDownLatch(1);
      try (AutoCloseable watch = controller.watch(r -> news.countDown())) {
        if (condition.getAsBoolean()) {
          return;
        }
        if (System.nanoTime() > deadline) {
          throw new AssertionError(what + " did not come true: " + fleet.failures());
        }
        boolean unused = news.await(100, TimeUnit.MILLISECONDS);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    fleet.close();
    try {
      renderer.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    controller.close();
  }
}
