package dev.heddle.bench;

import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.pipeline.Confirmations;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.plain.PlainRuntime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What is wanted of the switches of a benchmark: all flows that the features compute for them, down
 * to a given number for each, or none. It turns from one to the other by a revision of its own;
 * each flow is read from the engine's board, as in production. Each time all are wanted anew their
 * cookies are others, so that nothing is found that was encoded for the time before.
 */
final class PushPlan implements DesiredFlows, AutoCloseable {

  /** The same order on every node for the flows that nodes share. */
  private static final Comparator<FlowKey> BY_HASH =
      Comparator.<FlowKey>comparingInt(k -> k.match().hashCode())
          .thenComparingInt(FlowKey::table)
          .thenComparingInt(FlowKey::priority);

  private final Controller controller;
  private final Map<Id<Node>, Set<FlowKey>> all = new HashMap<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final AtomicLong revision = new AtomicLong(1);
  private final List<Flow> common;
  private volatile long wave = -1;
  private volatile Set<Id<Node>> full = Set.of();

  /** Networks that all {@code nodes} share, so large that each node has {@code flows} of them. */
  PushPlan(int flows, int nodes) {
    int ports = Math.max(200, flows / 8 / 100 * 100);
    Controller tried = compute(ports, nodes);
    while (common(tried, nodes).size() < flows) {
      tried.close();
      ports *= 2;
      tried = compute(ports, nodes);
    }
    controller = tried;
    common = common(tried, nodes).subList(0, flows);
    for (int n = 0; n < nodes; n++) {
      all.put(
          node(n),
          keys(controller, node(n)).stream()
              .sorted(BY_HASH)
              .limit(flows)
              .collect(Collectors.toCollection(LinkedHashSet::new)));
    }
  }

  private static Controller compute(int ports, int nodes) {
    return PlainRuntime.controller(
        new Fabric(ports, Math.max(2, nodes), 1, true).store(), new L2Switching(), new Placement());
  }

  private static Set<FlowKey> keys(Controller controller, Id<Node> node) {
    return controller.read(s -> s.keys(node));
  }

  static Id<Node> node(int number) {
    return Node.KIND.id("n" + number);
  }

  /** As many flows, all of which are equal on all nodes. */
  List<Flow> common() {
    return common;
  }

  private static List<Flow> common(Controller controller, int nodes) {
    return controller.read(
        board -> {
          List<Flow> found = new ArrayList<>();
          for (FlowKey key : board.keys(node(0))) {
            Flow flow = board.flow(node(0), key).orElseThrow();
            boolean everywhere = true;
            for (int n = 1; n < nodes && everywhere; n++) {
              everywhere = board.flow(node(n), key).filter(flow::equals).isPresent();
            }
            if (everywhere) {
              found.add(flow);
            }
          }
          return found;
        });
  }

  /** From now on these nodes are to have all their flows, the others none. Returns the revision. */
  long want(Set<Id<Node>> nodes) {
    Map<Id<Node>, Set<FlowKey>> changed = new HashMap<>();
    all.forEach(
        (node, keys) -> {
          if (nodes.contains(node) != full.contains(node)) {
            changed.put(node, keys);
          }
        });
    full = Set.copyOf(nodes);
    wave = nodes.isEmpty() ? wave : wave + 1;
    Revision next = new Revision(revision.incrementAndGet(), changed, Set.of(), Set.of());
    listeners.forEach(l -> l.published(next));
    return next.number();
  }

  @Override
  public <R> R read(Function<Snapshot, R> reader) {
    return controller.read(board -> reader.apply(new Wanted(revision.get(), board)));
  }

  private final class Wanted implements Snapshot {
    private final long revision;
    private final Snapshot board;

    Wanted(long revision, Snapshot board) {
      this.revision = revision;
      this.board = board;
    }

    private boolean isFull(Id<Node> node) {
      return full.contains(node);
    }

    @Override
    public long revision() {
      return revision;
    }

    @Override
    public Set<FlowKey> keys(Id<Node> node) {
      return isFull(node) ? all.get(node) : Set.of();
    }

    @Override
    public Optional<Flow> flow(Id<Node> node, FlowKey key) {
      return isFull(node) && all.get(node).contains(key)
          ? board.flow(node, key).map(f -> new Flow(key, f.cookie() ^ wave, f.actions()))
          : Optional.empty();
    }

    @Override
    public Optional<Id<?>> object(Id<Node> node, FlowKey key) {
      return board.object(node, key);
    }

    @Override
    public Optional<String> feature(int number) {
      return board.feature(number);
    }

    @Override
    public Ownership owner(int number) {
      return Ownership.LIVE;
    }
  }

  @Override
  public AutoCloseable confirmedBy(Confirmations source) {
    return () -> {};
  }

  @Override
  public AutoCloseable listen(Listener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public void close() {
    controller.close();
  }
}
