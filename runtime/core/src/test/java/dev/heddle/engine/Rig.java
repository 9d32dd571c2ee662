package dev.heddle.engine;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heddle.model.Binding;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Effect;
import dev.heddle.model.Network.Result;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Confirmations;
import dev.heddle.pipeline.Declarations;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowDraft;
import dev.heddle.pipeline.Inspection;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Stage;
import dev.heddle.store.MemoryStore;
import dev.heddle.store.Store;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A controller with features made of lambdas, and short words for what tests do to it. */
final class Rig implements AutoCloseable {

  /** A feature that says what the test says. */
  record Said(String name, Consumer<Declarations> says) implements Feature {
    @Override
    public void declare(Declarations d) {
      says.accept(d);
    }
  }

  /** A stage of a test; only its flows are looked at. */
  static final Stage STAGE = stage("TEST", 200);

  final Controller controller;

  Rig() {
    this(new MemoryStore());
  }

  Rig(Store store) {
    controller = new Controller(store);
  }

  static Stage stage(String name, int table) {
    return Stage.at(name, table, "for tests").matches(Field.IN_PORT).writes(Field.OUT_PORT);
  }

  static Document network(String name) {
    return network(name, 1400);
  }

  static Document network(String name, int mtu) {
    var spec = JsonNodeFactory.instance.objectNode().put("mtu", mtu);
    return new Document("LogicalSwitch", name, Map.of(), spec);
  }

  static Document port(String name, String network, int address, Map<String, String> labels) {
    var spec = JsonNodeFactory.instance.objectNode().put("switch", network);
    spec.put("mac", String.format("0a:00:00:00:%02x:%02x", address >> 8, address & 255));
    return new Document("LogicalPort", name, labels, spec);
  }

  static Document node(int n) {
    return Node.document("n" + n, n, Optional.empty(), "");
  }

  /** That each of these nodes is connected and has confirmed whatever there is. */
  static Confirmations confirmed(int... nodes) {
    return at(Long.MAX_VALUE, nodes);
  }

  /** That each of these nodes is connected and has confirmed that revision. */
  static Confirmations at(long revision, int... nodes) {
    return said(true, revision, nodes);
  }

  /** That these nodes were connected until they had confirmed that revision. */
  static Confirmations left(long revision, int... nodes) {
    return said(false, revision, nodes);
  }

  private static Confirmations said(boolean connected, long revision, int... nodes) {
    Map<Id<Node>, Confirmations.NodeState> states = new HashMap<>();
    for (int n : nodes) {
      states.put(Node.KIND.id("n" + n), new Confirmations.NodeState(connected, revision, 0, 0, ""));
    }
    return new Confirmations() {
      @Override
      public Map<Id<Node>, NodeState> nodes() {
        return states;
      }

      @Override
      public AutoCloseable watch(Runnable onChange) {
        return () -> {};
      }
    };
  }

  static Document binding(int node, String port, int ofPort) {
    return Binding.document(Node.KIND.id("n" + node), LogicalPort.KIND.id(port), ofPort);
  }

  /** A flow of {@link #STAGE} that no other number gives. */
  static FlowDraft draft(int priority) {
    return STAGE.flow(priority);
  }

  static DesiredFlow everywhere(int priority, Id<?> owner) {
    return draft(priority).next().because(owner).where(Scope.everywhere());
  }

  Result put(Document... documents) {
    return transact(documents).join();
  }

  CompletableFuture<Result> transact(Document... documents) {
    List<Change> changes = new ArrayList<>();
    for (Document d : documents) {
      changes.add(new Change.Put(d));
    }
    return controller.transact(Writer.SYSTEM, changes);
  }

  List<Effect> remove(String kind, String name) {
    return controller
        .transact(Writer.SYSTEM, List.of(new Change.Remove(kind, name, true)))
        .join()
        .effects();
  }

  /** Priorities of the flows of {@link #STAGE} on a node. */
  Set<Integer> priorities(int node) {
    return flows(node).stream()
        .filter(f -> f.key().table() == STAGE.table() && f.key().priority() > 0)
        .map(f -> f.key().priority())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  Set<Flow> flows(int node) {
    Id<Node> id = Node.KIND.id("n" + node);
    return controller.read(
        s -> s.keys(id).stream().flatMap(k -> s.flow(id, k).stream()).collect(Collectors.toSet()));
  }

  Inspection inspection() {
    return controller.inspection();
  }

  /** What a call costs, in runs of units and of all computations. */
  Inspection.Work cost(Runnable call) {
    Inspection.Work before = inspection().work();
    call.run();
    Inspection.Work after = inspection().work();
    return new Inspection.Work(
        after.revision() - before.revision(),
        after.units() - before.units(),
        after.flows() - before.flows(),
        after.runs() - before.runs(),
        after.unitRuns() - before.unitRuns(),
        after.conflicts());
  }

  @Override
  public void close() {
    controller.close();
  }
}
