package dev.heddle.openflow.session;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Condition;
import dev.heddle.model.Document;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.State;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.openflow.tls.TlsGate;
import dev.heddle.pipeline.Confirmations.NodeState;
import dev.heddle.store.Store;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A controller with all that drives switches, in a plain JVM. */
public final class Rig implements AutoCloseable {

  public final Controller controller;
  final Renderer renderer;
  final L2Switching l2 = new L2Switching();
  private final String protocol;

  public Rig(Store store) {
    this(store, 0, 0);
  }

  /** Listens where an earlier rig did, as a restarted controller does. */
  Rig(Store store, int ovsdbPort, int openflowPort) {
    this(store, ovsdbPort, openflowPort, Optional.empty());
  }

  /** Nodes come through the gate, if there is one. */
  Rig(Store store, int ovsdbPort, int openflowPort, Optional<TlsGate> gate) {
    protocol = gate.isPresent() ? "ssl" : "tcp";
    controller = new Controller(store);
    controller.add(new Placement());
    controller.add(l2);
    InetAddress here = InetAddress.getLoopbackAddress();
    renderer =
        new Renderer(
            new InetSocketAddress(here, ovsdbPort),
            new InetSocketAddress(here, openflowPort),
            gate,
            controller,
            controller);
  }

  /** The command by which a node joins, as model.md gives it. */
  public void join(RealOvs ovs, String name, String encapAddress) {
    ovs.vsctl(
        "--no-wait",
        "set-manager",
        protocol + ":127.0.0.1:" + renderer.ovsdbPort(),
        "--",
        "set",
        "Open_vSwitch",
        ".",
        "external_ids:system-id=" + name,
        "external_ids:heddle-encap-ip=" + encapAddress);
  }

  public void apply(Document... documents) {
    controller
        .transact(Writer.USER, List.of(documents).stream().<Change>map(Change.Put::new).toList())
        .join();
  }

  public void delete(String kind, String name) {
    controller.transact(Writer.USER, List.of(new Change.Remove(kind, name, true))).join();
  }

  public static Document network(String name) {
    return new Document("LogicalSwitch", name, Map.of(), JsonNodeFactory.instance.objectNode());
  }

  public static Document port(String name, String network, int number) {
    ObjectNode spec = JsonNodeFactory.instance.objectNode().put("switch", network);
    spec.put("mac", String.format("0a:00:00:00:00:%02x", number));
    spec.putArray("addresses").add("10.0.0." + number);
    return new Document("LogicalPort", name, Map.of(), spec);
  }

  public NodeState node(String name) {
    return Optional.ofNullable(renderer.nodes().get(Node.KIND.id(name)))
        .orElse(new NodeState(false, -1, 0, 0, "not seen"));
  }

  public boolean isRealized(String kind, String name) {
    return state(kind, name).conditions().stream()
        .filter(c -> c.type().equals(Condition.REALIZED))
        .allMatch(Condition::status);
  }

  State state(String kind, String name) {
    return controller.get(kind, name).orElseThrow();
  }

  public void awaitRealized(String kind, String name) {
    await(kind + "/" + name + " realized", () -> isRealized(kind, name));
  }

  /** Waits until a condition holds, looking again at each revision and confirmation. */
  public void await(String what, BooleanSupplier condition) {
    for (long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90); ; ) {
      CountDownLatch news = new CountDownLatch(1);
      try (AutoCloseable watch = controller.watch(r -> news.countDown())) {
        if (condition.getAsBoolean()) {
          return;
        }
        if (System.nanoTime() > deadline) {
          throw new AssertionError(what + " did not come true; nodes: " + renderer.nodes());
        }
        boolean ignored = news.await(1, TimeUnit.SECONDS);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    try {
      renderer.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    controller.close();
  }
}
