package dev.heddle.laws;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Result;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.openflow.codec.FlowCodec;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.pipeline.Flow;
import dev.heddle.store.Store;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A stream of transactions that is the same whoever asks for it, in this process or another: the
 * n-th one follows from n. Each changes several objects, and one that says which was the last.
 */
final class ChangeStream {

  static final int LENGTH = 1000;

  private static final int SWITCHES = 4;
  private static final int PORTS = 40;
  private static final int NODES = 3;
  private static final String LAST = "last";

  private ChangeStream() {}

  /** A controller with the features that the stream is for. */
  static Controller controller(Store store) {
    Controller controller = new Controller(store);
    controller.add(new L2Switching());
    controller.add(new Placement());
    return controller;
  }

  /** Transaction {@code n}, from 1. */
  static List<Change> transaction(int n) {
    Random random = new Random(n);
    List<Change> changes = new ArrayList<>();
    changes.add(
        new Change.Put(
            new Document(
                LogicalSwitch.KIND.name(),
                // Not always the same one: transactions that touch one object are never taken
                // together.
                LAST + n % 8,
                Map.of("n", Integer.toString(n)),
                JsonNodeFactory.instance.objectNode())));
    if (n == 1) {
      Stream.iterate(0, i -> i + 1)
          .limit(NODES)
          .forEach(i -> changes.add(new Step.PutNode(i, i + 1).change()));
    }
    if (n % 50 == 0) { // many sectors long
      for (int port = 0; port < PORTS; port++) {
        changes.addAll(put(port, random));
      }
      return changes;
    }
    changes.add(new Step.PutSwitch(random.nextInt(SWITCHES), random.nextInt(200)).change());
    for (int i = random.nextInt(4); i >= 0; i--) {
      int port = random.nextInt(PORTS / 4) * 4 + i; // none twice in one transaction
      if (random.nextInt(4) == 0) {
        changes.addAll(remove(port));
      } else {
        changes.addAll(put(port, random));
      }
    }
    return changes;
  }

  private static List<Change> put(int port, Random random) {
    int network = random.nextInt(SWITCHES);
    int node = random.nextInt(NODES);
    List<Change> changes = new ArrayList<>();
    changes.add(new Step.PutPort(port, network, port + 1, true, random.nextInt(5) > 0).change());
    for (int other = 0; other < NODES; other++) {
      changes.add(
          other == node
              ? new Step.Bind(port, node, port + 1).change()
              : new Step.Unbind(port, other).change());
    }
    return changes;
  }

  private static List<Change> remove(int port) {
    List<Change> changes = new ArrayList<>(List.of(Step.Remove.port(port).change()));
    for (int node = 0; node < NODES; node++) {
      changes.add(new Step.Unbind(port, node).change());
    }
    return changes;
  }

  static CompletableFuture<Result> apply(Controller controller, int n) {
    return controller.transact(Writer.SYSTEM, transaction(n));
  }

  /** The number of the newest transaction that {@code contents} have anything of; 0 if none. */
  static int last(Store.Contents contents) {
    return contents.documents().values().stream()
        .map(Store.Stored::document)
        .filter(d -> d.kind().equals(LogicalSwitch.KIND.name()) && d.name().startsWith(LAST))
        .mapToInt(d -> Integer.parseInt(d.labels().get("n")))
        .max()
        .orElse(0);
  }

  /** Every document with its number, and the numbers given last. */
  static Map<String, String> objects(Store.Contents contents) {
    Map<String, String> objects = new TreeMap<>();
    for (Store.Stored s : contents.documents().values()) {
      objects.put(s.document().path(), s.key() + " " + s.document().tree());
    }
    contents.lastKeys().forEach((space, last) -> objects.put("last " + space, last.toString()));
    return objects;
  }

  /**
   * The bytes that would be sent to a switch that has nothing, by node, in an order of their own.
   */
  static Map<String, List<String>> bytes(Controller controller) {
    Map<String, List<String>> byNode = new TreeMap<>();
    for (int i = 0; i < NODES; i++) {
      Id<Node> node = Node.KIND.id("n" + i);
      byNode.put(
          node.name(),
          controller.read(
              r ->
                  r.keys(node).stream()
                      .map(k -> encoded(r.flow(node, k).orElseThrow()))
                      .sorted()
                      .toList()));
    }
    return byNode;
  }

  private static String encoded(Flow flow) {
    ByteBuf out = Unpooled.buffer();
    try {
      FlowCodec.write(out, 1, new FlowChange.Put(flow));
      return ByteBufUtil.hexDump(out);
    } finally {
      out.release();
    }
  }
}
