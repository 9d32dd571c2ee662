package dev.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Id;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is on the board follows from who wishes what now, never from the way there. */
class BoardLawsTest {

  private static final Id<LogicalSwitch> OWNER = LogicalSwitch.KIND.id("red");
  private static final Id<LogicalSwitch> OTHER = LogicalSwitch.KIND.id("blue");
  private static final List<Id<Node>> NODES = List.of(Node.KIND.id("n0"), Node.KIND.id("n1"));

  /** A unit's flows are replaced; units share cookies where hashes collide. */
  record Step(int unit, List<DesiredFlow> flows) {

    long cookie() {
      return unit / 2 + 1L;
    }
  }

  @Property(tries = 500)
  void theWayThereMakesNoDifference(@ForAll("histories") List<Step> history) {
    Board board = board();
    Map<Integer, Step> now = new HashMap<>();
    Map<Integer, Held> units = new HashMap<>();
    Map<Id<Node>, Map<FlowKey, Flow>> followed = new HashMap<>();
    for (Step s : history) {
      now.put(s.unit, s);
      Held unit = units.computeIfAbsent(s.unit, u -> new Held("u" + u, s.cookie(), OWNER));
      board.replace(unit, Board.distinct(s.flows));
      follow(board, followed);
    }
    List<Step> last = new ArrayList<>(now.values());
    last.sort((a, b) -> Integer.compare(b.unit, a.unit));
    Board direct = board();
    last.forEach(s -> direct.replace(new Held("", s.cookie(), OTHER), Board.distinct(s.flows)));
    for (Id<Node> node : NODES) {
      assertThat(flows(board, node)).isEqualTo(flows(direct, node));
      assertThat(new HashSet<>(followed.getOrDefault(node, Map.of()).values()))
          .as("what is told of each change is all that changed")
          .isEqualTo(flows(board, node));
      for (Flow f : flows(board, node)) {
        assertThat(f.actions()).isEqualTo(best(last, node, f.key()));
      }
    }
    assertThat(board.conflicts()).isEqualTo(direct.conflicts());
    assertThat(board.size()).isEqualTo(direct.size());
    units
        .values()
        .forEach(
            u -> {
              Held heir = new Held(u.name, u.cookie(), OWNER);
              Set<Flow> before = flows(board, NODES.get(0));
              board.handOver(u, heir);
              assertThat(flows(board, NODES.get(0))).isEqualTo(before);
              board.replace(heir, List.of());
            });
    assertThat(NODES).allSatisfy(n -> assertThat(flows(board, n)).isEmpty());
    assertThat(board.size()).isZero();
  }

  /**
   * Drop before all else, then the least cookie; equal cookies by the text of the actions. If that
   * is a clause of a conjunction, with the clauses of all others.
   */
  private static List<Action> best(List<Step> steps, Id<Node> node, FlowKey key) {
    record Wish(long cookie, List<Action> actions) {}
    List<Wish> wishes =
        steps.stream()
            .flatMap(
                s ->
                    s.flows.stream()
                        .filter(f -> f.key().equals(key))
                        .filter(
                            f ->
                                f.scope().equals(Scope.everywhere())
                                    || f.scope().equals(Scope.node(node)))
                        .map(f -> new Wish(s.cookie(), f.actions())))
            .sorted(
                java.util.Comparator.<Wish, Boolean>comparing(w -> !w.actions.isEmpty())
                    .thenComparing(w -> w.cookie)
                    .thenComparing(w -> w.actions.toString()))
            .toList();
    List<Action> first = wishes.get(0).actions;
    return !first.toString().contains("conjunction")
        ? first
        : wishes.stream()
            .flatMap(w -> w.actions.stream())
            .filter(a -> a.toString().contains("conjunction"))
            .distinct()
            .sorted(java.util.Comparator.comparing(Action::toString))
            .toList();
  }

  private static Board board() {
    Board board = new Board();
    board.follow();
    for (Id<Node> n : NODES) {
      board.enters(n, Scope.node(n));
      board.enters(n, Scope.everywhere());
    }
    return board;
  }

  private static void follow(Board board, Map<Id<Node>, Map<FlowKey, Flow>> followed) {
    board
        .takeChanged()
        .forEach(
            (node, keys) -> {
              Map<FlowKey, Flow> mine = followed.computeIfAbsent(node, n -> new HashMap<>());
              for (FlowKey k : keys) {
                mine.remove(k);
                board.flow(node, k).ifPresent(f -> mine.put(k, f));
              }
            });
  }

  private static Set<Flow> flows(Board board, Id<Node> node) {
    Set<Flow> flows = new HashSet<>();
    board.keys(node).forEach(k -> flows.add(board.flow(node, k).orElseThrow()));
    return flows;
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<List<Action>> actions =
        Arbitraries.integers()
            .between(0, 6)
            .map(
                n ->
                    n == 0
                        ? List.of()
                        : List.of(
                            n < 4 ? new Action.Output(n) : new Action.Conjunction(7, n - 3, 3)));
    Arbitrary<Scope> scope =
        Arbitraries.of(Scope.everywhere(), Scope.node(NODES.get(0)), Scope.node(NODES.get(1)));
    Arbitrary<DesiredFlow> flow =
        Combinators.combine(Arbitraries.integers().between(1, 2), actions, scope)
            .as((p, a, s) -> new DesiredFlow(new FlowKey(4, p, Match.ALL), a, s, OWNER));
    return Combinators.combine(Arbitraries.integers().between(0, 3), flow.list().ofMaxSize(3))
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(8);
  }

  @Property(tries = 50)
  void clausesOfSeveralUnitsAreOneFlowAndNoConflict(@ForAll("clauses") List<Action> clauses) {
    Board board = board();
    FlowKey key = new FlowKey(4, 1, Match.ALL);
    for (int i = 0; i < clauses.size(); i++) {
      DesiredFlow wish = new DesiredFlow(key, List.of(clauses.get(i)), Scope.everywhere(), OWNER);
      board.replace(new Held("", clauses.size() - i, OWNER), List.of(wish));
    }
    assertThat(board.conflicts()).isZero();
    Flow flow = board.flow(NODES.get(0), key).orElseThrow();
    assertThat(flow.cookie()).isEqualTo(1);
    assertThat(flow.actions()).containsExactlyInAnyOrderElementsOf(Set.copyOf(clauses));
  }

  @Provide
  Arbitrary<List<Action>> clauses() {
    return Arbitraries.integers()
        .between(1, 5)
        .<Action>map(n -> new Action.Conjunction(n / 3 + 1, n % 3 + 1, 3))
        .list()
        .ofMinSize(1)
        .ofMaxSize(6);
  }
}
