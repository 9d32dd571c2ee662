package dev.heddle.engine;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Confirmations.NodeState;
import dev.heddle.pipeline.ContractException;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.StageFlows;
import dev.heddle.pipeline.SwapOrder;
import dev.heddle.pipeline.SwapReport;
import dev.heddle.pipeline.SwapReport.Difference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Versions of features that wait beside those that are here, and the swap that is under way, if one
 * is. Confined to the model's thread, but for {@link #swap}.
 */
final class Swaps {

  static final Comparator<Id<Node>> BY_NAME = Comparator.comparing(Id::name);

  private static final Logger LOG = LoggerFactory.getLogger(Swaps.class);

  private final Controller controller;
  private final Map<String, List<Feature>> waiting = new TreeMap<>();
  private Swap underWay;

  Swaps(Controller controller) {
    this.controller = controller;
  }

  /** Another version of a feature that is here: it waits until it is wanted. */
  void waits(Feature version) {
    if (version.name().equals(StageFlows.NAME)) {
      throw new ContractException("a feature named " + StageFlows.NAME + " is here already");
    }
    waiting.computeIfAbsent(version.name(), n -> new ArrayList<>()).add(version);
    LOG.info("another version of feature {} is here and waits for pipeline:swap", version.name());
  }

  /** True if it waited, and does so no longer. */
  boolean leaves(Feature version) {
    List<Feature> versions = waiting.getOrDefault(version.name(), new ArrayList<>());
    boolean waited = versions.removeIf(v -> v == version);
    if (versions.isEmpty()) {
      waiting.remove(version.name());
    }
    return waited;
  }

  /** The version of a feature that came last of those that wait; it waits no longer. */
  Optional<Feature> next(String feature) {
    Optional<Feature> next = newest(feature);
    next.ifPresent(this::leaves);
    return next;
  }

  private Optional<Feature> newest(String feature) {
    List<Feature> versions = waiting.getOrDefault(feature, List.of());
    return versions.isEmpty() ? Optional.empty() : Optional.of(versions.get(versions.size() - 1));
  }

  boolean isUnderWay() {
    return underWay != null;
  }

  List<String> waiting() {
    return List.copyOf(waiting.keySet());
  }

  /** A feature comes, goes or is retired: what is under way is taken back first. */
  void giveUp(String why) {
    if (underWay != null) {
      underWay.giveUp(why);
    }
  }

  /** A node came, went or confirmed something. */
  void look() {
    if (underWay != null) {
      underWay.look();
    }
  }

  /** On any other thread than the model's: waits until it is done. */
  SwapReport swap(SwapOrder order) {
    return controller.parts().thread().call(() -> begin(order)).join();
  }

  private CompletableFuture<SwapReport> begin(SwapOrder order) {
    String name = order.feature();
    Parts parts = controller.parts();
    Optional<FeatureFunctions> here = parts.functions().declared(name);
    Optional<Feature> next = newest(name);
    if (here.isEmpty() || next.isEmpty()) {
      return refused(
          here.isEmpty()
              ? "Feature " + name + " is not here."
              : "No other version of feature " + name + " waits: install its bundle beside.");
    }
    if (underWay != null) {
      return refused("A swap is under way.");
    }
    FeatureFunctions version = FeatureFunctions.of(next.get());
    controller.refuseTaken(version);
    if (!version.kinds().isEmpty() || !here.get().kinds().isEmpty()) {
      return refused(
          "Feature " + name + " brings kinds of objects of its own: update its bundle instead.");
    }
    Map<Id<Node>, NodeState> states = parts.conditions().nodes();
    for (var state : states.entrySet()) {
      if (!state.getValue().refused().isEmpty()) {
        return refused(
            state.getKey().name() + " refuses flows already: " + first(state.getValue().refused()));
      }
    }
    Shadow shadow = Shadow.of(version, parts.graph());
    Map<Id<Node>, Difference> differences = compare(name, shadow);
    parts.functions().prune();
    List<List<Id<Node>>> waves = waves(states, order);
    if (!shadow.failing().isEmpty()) {
      return CompletableFuture.completedFuture(
          new SwapReport(
              SwapReport.Outcome.REFUSED,
              "The other version cannot compute " + shadow.failing().size() + " of its units.",
              differences,
              shadow.failing(),
              waves));
    }
    if (order.dryRun()) {
      return CompletableFuture.completedFuture(
          new SwapReport(SwapReport.Outcome.DRY_RUN, "", differences, Map.of(), waves));
    }
    underWay = new Swap(this, controller, here.get(), version, order, waves, differences);
    leaves(next.get());
    return underWay.begin();
  }

  /** How the flows of nodes would differ if a feature gave what {@code shadow} holds. */
  private Map<Id<Node>, Difference> compare(String feature, Shadow shadow) {
    Parts parts = controller.parts();
    Map<Id<Node>, Difference> found = new TreeMap<>(BY_NAME);
    List<Unit> present = parts.functions().units(feature);
    int owner = parts.functions().owner(feature);
    parts.published().change(() -> found.putAll(shadow.against(present, owner, parts.board())));
    return found;
  }

  private static CompletableFuture<SwapReport> refused(String sentence) {
    return CompletableFuture.completedFuture(SwapReport.refused(sentence));
  }

  /** Nodes that are away are in no wave: they get what there is then when they return. */
  private static List<List<Id<Node>>> waves(Map<Id<Node>, NodeState> states, SwapOrder order) {
    List<Id<Node>> nodes =
        states.entrySet().stream()
            .filter(e -> e.getValue().connected())
            .map(Map.Entry::getKey)
            .sorted(BY_NAME)
            .toList();
    List<List<Id<Node>>> waves = new ArrayList<>();
    int size = order.first();
    for (int from = 0; from < nodes.size(); ) {
      int to = size == 0 ? nodes.size() : Math.min(nodes.size(), from + size);
      waves.add(nodes.subList(from, to));
      from = to;
      size = order.each();
    }
    return waves;
  }

  static String first(Map<Id<?>, String> refused) {
    var one = refused.entrySet().iterator().next();
    return one.getKey() + ": " + one.getValue();
  }

  /** The version that is not here any more waits. */
  void ended(FeatureFunctions waits) {
    underWay = null;
    waiting.computeIfAbsent(waits.name(), n -> new ArrayList<>()).add(waits.source());
  }
}
