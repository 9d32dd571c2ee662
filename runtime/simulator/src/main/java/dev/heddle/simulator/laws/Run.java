package dev.heddle.simulator.laws;

import dev.heddle.engine.Controller;
import dev.heddle.model.Condition;
import dev.heddle.model.Id;
import dev.heddle.model.Kind;
import dev.heddle.model.Network;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Flow;
import dev.heddle.store.MemoryStore;
import dev.heddle.store.Store;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A controller on its way through a history, and what it wants of the switches. */
record Run(Controller controller) implements AutoCloseable {

  static Run on(Store store, Collection<Feature> features) {
    Controller controller = new Controller(store);
    features.forEach(controller::add);
    return new Run(controller);
  }

  /** A controller that starts with what another left. */
  static Run from(Store.Contents contents, Collection<Feature> features) {
    MemoryStore copy = new MemoryStore();
    copy.commit(
        new Store.Commit(
            contents.revision(),
            List.copyOf(contents.documents().values()),
            List.of(),
            contents.lastKeys()));
    return on(copy, features);
  }

  Run all(History history) {
    history.transactions().forEach(this::apply);
    return this;
  }

  Network.Result apply(List<Change> transaction) {
    return controller.transact(Writer.SYSTEM, new ArrayList<>(transaction)).join();
  }

  /** By node, its flows to the last bit. */
  Map<String, Set<Flow>> flows() {
    return flows(f -> f);
  }

  /** By node, its flows with names for numbers. */
  Map<String, Set<String>> named() {
    return flows(new Named(controller)::text);
  }

  private <T> Map<String, Set<T>> flows(Function<Flow, T> as) {
    Map<String, Set<T>> byNode = new TreeMap<>();
    for (Network.State s : controller.list(Node.KIND.name())) {
      Id<Node> node = Node.KIND.id(s.document().name());
      byNode.put(
          node.name(),
          controller.read(
              r ->
                  r.keys(node).stream()
                      .flatMap(k -> r.flow(node, k).stream())
                      .map(as)
                      .collect(Collectors.toSet())));
    }
    return byNode;
  }

  /**
   * The kinds that have an object which is not accepted, as where two claim one address: which of
   * them is, follows from who was created first.
   */
  Set<String> contested() {
    Set<String> kinds = new TreeSet<>();
    for (Kind<?> kind : controller.kinds()) {
      if (controller.list(kind.name()).stream().anyMatch(s -> !isAccepted(s))) {
        kinds.add(kind.name());
      }
    }
    return kinds;
  }

  private static boolean isAccepted(Network.State object) {
    return object.conditions().stream()
        .noneMatch(c -> c.type().equals(Condition.ACCEPTED) && !c.status());
  }

  @Override
  public void close() {
    controller.close();
  }
}
