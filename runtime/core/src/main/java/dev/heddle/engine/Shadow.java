package dev.heddle.engine;

import dev.heddle.engine.FeatureFunctions.Function;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.SwapReport.Difference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All that a version of a feature gives on the present revision, worked out beside the version that
 * is here: nobody sees it, and nothing of it is remembered.
 *
 * @param flows by the name of the unit
 * @param failing units that cannot be computed, with the reason
 */
record Shadow(Map<String, List<DesiredFlow>> flows, Map<String, String> failing) {

  /** On the model's thread. Indexes it had to begin are to be pruned by the caller. */
  static Shadow of(FeatureFunctions version, Graph graph) {
    Shadow shadow = new Shadow(new HashMap<>(), new TreeMap<>());
    for (Function f : version.functions()) {
      List<?> keys =
          f.kind() != null
              ? graph.objects(f.kind().name()).map(cell -> cell.id).toList()
              : graph.pairs(Beside.of(f.index()));
      keys.forEach(key -> shadow.compute(f, key, graph));
    }
    return shadow;
  }

  private void compute(Function f, Object key, Graph graph) {
    String name = UnitKey.text(f.feature().name(), f.name(), key);
    Reading reading = new Reading(graph, Levels.UNIT);
    List<DesiredFlow> out = new ArrayList<>();
    try {
      f.flows().flows(key, new Beside(reading), flow -> out.add(f.feature().checked(flow)));
      flows.put(name, Board.distinct(out));
    } catch (RuntimeException | Error e) { // as a unit's: it keeps its flows
      failing.put(name, e.toString());
    }
    reading.end();
  }

  /**
   * How the flows of each node would differ. The board is as before afterwards; nobody may read it
   * meanwhile.
   *
   * @param present what the version that is here gives
   */
  Map<Id<Node>, Difference> against(List<Unit> present, int owner, Board board) {
    Map<Id<Node>, Difference> differences = new TreeMap<>(Swaps.BY_NAME);
    board.tried(() -> differences.putAll(trial(present, owner, board)));
    return differences;
  }

  private Map<Id<Node>, Difference> trial(List<Unit> present, int owner, Board board) {
    Remembered before = board.remember();
    Map<Wisher, List<DesiredFlow>> undo = new HashMap<>();
    Map<String, List<DesiredFlow>> come = new HashMap<>(flows);
    for (Unit unit : present) {
      String name = unit.toString();
      List<DesiredFlow> now = come.remove(name);
      if (now != null || !failing.containsKey(name)) {
        undo.put(unit, Board.flows(unit));
        board.replace(unit, now == null ? List.of() : now);
      }
    }
    come.forEach(
        (name, now) -> {
          Held stranger = new Held(name, Cookie.of(owner, name), null);
          undo.put(stranger, List.of());
          board.replace(stranger, now);
        });
    Map<Id<Node>, Difference> differences = new HashMap<>();
    before.byNode().forEach((node, keys) -> difference(keys, node, board, differences));
    undo.forEach(board::replace);
    board.forget();
    return differences;
  }

  /** Tells what a node has of these keys beside what it had; nothing if all is as it was. */
  static void difference(
      Map<FlowKey, Remembered.Was> keys,
      Id<Node> node,
      Board board,
      Map<Id<Node>, Difference> into) {
    int[] counts = new int[3];
    keys.forEach(
        (key, was) -> {
          Optional<Flow> now = board.flow(node, key);
          if (!now.equals(was.flow())) {
            counts[was.flow().isEmpty() ? 0 : now.isPresent() ? 1 : 2]++;
          }
        });
    if (counts[0] + counts[1] + counts[2] > 0) {
      into.put(node, new Difference(counts[0], counts[1], counts[2]));
    }
  }
}
