package dev.heddle.engine;

import dev.heddle.model.FilledStage;
import dev.heddle.model.Id;
import dev.heddle.model.Network.Change;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.Inspection;
import dev.heddle.pipeline.Owner;
import dev.heddle.pipeline.Supposition;
import dev.heddle.pipeline.SwapOrder;
import dev.heddle.pipeline.SwapReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Answers questions about the pipeline on the model's thread. */
@Component
public final class Inspector implements Inspection {

  private final Controller controller;
  private final ModelThread thread;
  private final Graph graph;
  private final Functions functions;
  private final Board board;
  private final Origins origins;

  @Activate
  public Inspector(@Reference Controller controller) {
    this.controller = controller;
    this.thread = controller.parts().thread();
    this.graph = controller.parts().graph();
    this.functions = controller.parts().functions();
    this.board = controller.parts().board();
    this.origins = controller.parts().origins();
  }

  @Override
  public List<StageState> stages() {
    return thread.call(this::stagesNow);
  }

  private List<StageState> stagesNow() {
    Map<Integer, Long> flows = board.byTable();
    return graph
        .objects(FilledStage.KIND.name())
        .map(c -> (FilledStage) c.value())
        .sorted(Comparator.comparingInt(FilledStage::table))
        .map(
            s ->
                new StageState(
                    s.id().name(),
                    s.table(),
                    s.feature(),
                    !functions.isLive(s.feature()),
                    s.mandatory(),
                    s.beside(),
                    flows.getOrDefault(s.table(), 0L)
                        + (s.beside() ? 0L : flows.getOrDefault(s.table() + 1, 0L))))
        .toList();
  }

  @Override
  public Map<Long, List<Why>> why(Set<Long> cookies) {
    return thread.call(
        () -> {
          Map<Long, List<Why>> found = new HashMap<>();
          functions
              .units()
              .filter(u -> cookies.contains(u.cookie))
              .forEach(
                  u -> {
                    List<String> reads = u.reads().stream().map(Cell::toString).toList();
                    found
                        .computeIfAbsent(u.cookie, c -> new ArrayList<>())
                        .add(
                            why(
                                u.toString(),
                                false,
                                reads,
                                Board.flows(u),
                                u.failure().orElse("")));
                  });
          functions
              .held()
              .filter(h -> cookies.contains(h.cookie()))
              .forEach(
                  h ->
                      found
                          .computeIfAbsent(h.cookie(), c -> new ArrayList<>())
                          .add(why(h.name, true, List.of(), Board.flows(h), "")));
          return found;
        });
  }

  @Override
  public Map<String, Long> cookies(Id<?> object) {
    return thread.call(
        () ->
            graph.known(object).stream()
                .flatMap(c -> Arrays.stream(c.own()))
                .filter(Unit.class::isInstance)
                .map(Unit.class::cast)
                .collect(Collectors.toMap(Unit::toString, u -> u.cookie)));
  }

  @Override
  public List<FeatureState> features() {
    return thread.call(
        () ->
            graph
                .objects(Owner.KIND.name())
                .map(c -> (Owner) c.value())
                .sorted(Comparator.comparing(o -> o.id().name()))
                .map(o -> feature(o.id().name(), o.number()))
                .toList());
  }

  private FeatureState feature(String name, int number) {
    List<String> stages =
        graph
            .objects(FilledStage.KIND.name())
            .map(c -> (FilledStage) c.value())
            .filter(s -> s.feature().equals(name))
            .sorted(Comparator.comparingInt(FilledStage::table))
            .map(s -> s.id().name())
            .toList();
    return new FeatureState(name, number, !functions.isLive(name), origins.of(name), stages);
  }

  private Why why(
      String name, boolean held, List<String> reads, List<DesiredFlow> flows, String failure) {
    List<Id<?>> objects = new ArrayList<>();
    flows.stream().map(DesiredFlow::owner).distinct().forEach(objects::add);
    Origin origin = origins.of(name.substring(0, Math.max(0, name.indexOf('/'))));
    return new Why(name, held, origin, objects, reads, flows, failure);
  }

  @Override
  public Work work() {
    return thread.call(
        () ->
            new Work(
                controller.revision(),
                functions.units().count(),
                board.size(),
                graph.runs(),
                graph.unitRuns(),
                board.conflicts()));
  }

  @Override
  public Map<String, String> failures() {
    return thread.call(
        () -> {
          Map<String, String> failures = new TreeMap<>();
          graph
              .failed()
              .forEach(f -> failures.put("index " + f.index() + " of " + f.source().id, f.why()));
          functions.units().forEach(u -> u.failure().ifPresent(f -> failures.put(u.toString(), f)));
          return failures;
        });
  }

  @Override
  public Audited audit(int count) {
    return controller.parts().audit().now(count);
  }

  @Override
  public Optional<Reads> reads(String name) {
    return thread.call(
        () ->
            ofObject(name)
                .or(() -> graph.named(name))
                .or(
                    () ->
                        functions
                            .units()
                            .filter(u -> u.toString().equals(name))
                            .<Cell>map(u -> u)
                            .findFirst())
                .map(Inspector::reads));
  }

  /** An object, or a unit of one: found without looking at all there are. */
  private Optional<Cell> ofObject(String name) {
    String[] words = name.split("/", -1);
    if (words.length != 2 && words.length != 4) {
      return Optional.empty();
    }
    Id<?> id = new Id<>(words[words.length - 2], words[words.length - 1]);
    Optional<EntityCell> cell = graph.known(id);
    return words.length == 2
        ? cell.map(c -> c)
        : cell.stream()
            .flatMap(c -> Arrays.stream(c.own()))
            .filter(c -> c.toString().equals(name))
            .<Cell>map(c -> c)
            .findFirst();
  }

  private static Reads reads(Cell cell) {
    List<String> readers = new ArrayList<>();
    cell.forEachReader(c -> readers.add(c.toString()));
    List<String> reads =
        cell instanceof Computation c
            ? c.reads().stream().map(Cell::toString).toList()
            : List.<String>of();
    return new Reads(
        cell.toString(), reads.stream().sorted().toList(), readers.stream().sorted().toList());
  }

  @Override
  public Optional<String> retire(String feature) {
    return controller.retire(feature);
  }

  @Override
  public SwapReport swap(SwapOrder order) {
    return controller.parts().swaps().swap(order);
  }

  @Override
  public Supposition suppose(List<Change> changes, int most) {
    return Supposed.of(controller, changes, most);
  }

  @Override
  public List<String> waiting() {
    return thread.call(() -> controller.parts().swaps().waiting());
  }
}
