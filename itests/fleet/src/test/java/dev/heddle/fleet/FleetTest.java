package dev.heddle.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Id;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Fifty nodes and a thousand ports on a real renderer, over sockets. */
class FleetTest {

  private static final int NODES = 50;
  private static final int PORTS = 1_000;

  private final Cloud cloud = new Cloud(NODES, PORTS);
  private final Controller controller =
      PlainRuntime.controller(cloud.store(), new L2Switching(), new Placement());
  private final Renderer renderer =
      new Renderer(anyPort(), anyPort(), Optional.empty(), controller, controller);
  private final Set<String> installed = ConcurrentHashMap.newKeySet();
  private final Fleet fleet =
      new Fleet(
          NODES,
          1,
          new InetSocketAddress(InetAddress.getLoopbackAddress(), renderer.ovsdbPort()),
          (node, port) -> installed.add(port));

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  @AfterEach
  void end() throws Exception {
    fleet.close();
    renderer.close();
    controller.close();
  }

  private void bootAll() {
    List<List<String>> ports = cloud.portsByNode(NODES);
    for (int n = 1; n <= NODES; n++) {
      List<String> own = ports.get(n - 1);
      fleet.on(fleet.node(n), node -> node.plug(own));
    }
    fleet.bootAll();
  }

  private NodeState state(FleetNode node) {
    return renderer
        .nodes()
        .getOrDefault(Node.KIND.id(node.name()), new NodeState(false, -1, 0, 0, "not seen"));
  }

  private boolean isRight(FleetNode node) {
    Id<Node> id = Node.KIND.id(node.name());
    return state(node).connected()
        && fleet.digest(node).equals(Wish.of(controller, id))
        && fleet.digest(node).flows() > 0;
  }

  private void await(String what, BooleanSupplier condition) {
    for (long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60); ; ) {
      CountDownLatch news = new CountDownLatch(1);
      try (AutoCloseable watch = controller.watch(r -> news.countDown())) {
        if (condition.getAsBoolean()) {
          return;
        }
        if (System.nanoTime() > deadline) {
          throw new AssertionError(what + " did not come true: " + fleet.failures());
        }
        boolean ignored = news.await(100, TimeUnit.MILLISECONDS);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void allBootAtOnceAndEachGetsWhatIsWantedOfItAndNothingTwice() {
    bootAll();
    await("all ports installed", () -> installed.size() == PORTS);
    await("all tables right", () -> fleet.nodes().stream().allMatch(this::isRight));
    assertThat(fleet.failures()).isEmpty();
    long flows = fleet.nodes().stream().mapToLong(n -> fleet.digest(n).flows()).sum();
    System.out.println("flows " + flows + ", flow-mods " + fleet.flowMods());
  }
}
