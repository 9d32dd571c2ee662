package dev.heddle.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Binding;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Node;
import dev.heddle.pipeline.DesiredFlows.Revision;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Owner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Counts what sessions are given to do: a hundred nodes with ten ports each. */
class WhereaboutsTest {

  private static final int NODES = 100;
  private static final int PORTS = 10;

  private final Whereabouts whereabouts = new Whereabouts();
  private final Map<Id<Node>, NodeSession> sessions = new HashMap<>();
  private final Map<String, List<Runnable>> given = new TreeMap<>();
  private long number;

  WhereaboutsTest() {
    for (int n = 0; n < NODES; n++) {
      Set<Id<LogicalPort>> bound = new TreeSet<>();
      for (int p = 0; p < PORTS; p++) {
        bound.add(port(n, p));
      }
      List<Runnable> tasks = new ArrayList<>();
      Id<Node> node = node(n);
      given.put(node.name(), tasks);
      // Nothing that is given is done: it never asks the network.
      sessions.put(
          node,
          new NodeSession(
              node,
              1,
              bound,
              null,
              new FakeDesired(),
              whereabouts,
              tasks::add,
              new Reports(),
              () -> {}));
    }
  }

  private static Id<Node> node(int number) {
    return Node.KIND.id("n" + number);
  }

  private static Id<LogicalPort> port(int node, int number) {
    return LogicalPort.KIND.id("p" + node + "-" + number);
  }

  private Set<String> told(Revision revision) {
    given.values().forEach(List::clear);
    whereabouts.tell(revision, sessions);
    Set<String> told = new TreeSet<>();
    given.forEach(
        (node, tasks) -> {
          assertThat(tasks.size()).isLessThanOrEqualTo(1);
          if (!tasks.isEmpty()) {
            told.add(node);
          }
        });
    return told;
  }

  private Set<String> touching(Id<?>... objects) {
    return told(new Revision(++number, Map.of(), Set.of(objects), Set.of()));
  }

  @Test
  void aPortIsTheConcernOfTheNodeThatHasIt() {
    for (int n = 0; n < NODES; n++) {
      assertThat(touching(port(n, n % PORTS))).containsExactly("n" + n);
    }
    assertThat(touching(LogicalPort.KIND.id("nowhere"))).isEmpty();
    assertThat(whereabouts.published()).isEqualTo(NODES + 1);
  }

  @Test
  void aBindingIsTheConcernOfWhoeverMayHaveItsPort() {
    Id<?> binding = Binding.KIND.id(Binding.document(node(7), port(7, 1), 4).name());
    assertThat(touching(binding)).containsExactly("n7");
  }

  @Test
  void flowsAreTheConcernOfTheirNodes() {
    FlowKey key = new FlowKey(0, 1, Match.ALL);
    Map<Id<Node>, Set<FlowKey>> changed =
        Map.of(node(3), Set.of(key), node(4), Set.of(key), node(NODES), Set.of(key));
    assertThat(told(new Revision(1, changed, Set.of(port(3, 0)), Set.of())))
        .containsExactly("n3", "n4");
  }

  @Test
  void ownersAndFeaturesThatArriveAreEverybodysConcern() {
    assertThat(touching(Owner.KIND.id("l2"))).hasSize(NODES);
    assertThat(told(new Revision(2, Map.of(), Set.of(), Set.of(1)))).hasSize(NODES);
  }

  @Test
  void aPortThatHasMovedIsTheConcernOfItsNewNode() {
    NodeSession from = sessions.get(node(1));
    NodeSession to = sessions.get(node(2));
    whereabouts.moved(to, Set.of(), Set.of(port(1, 0)));
    assertThat(touching(port(1, 0))).containsExactly("n1", "n2");
    whereabouts.moved(from, Set.of(port(1, 0)), Set.of());
    assertThat(touching(port(1, 0))).containsExactly("n2");
    whereabouts.moved(to, Set.of(port(1, 0)), Set.of());
    assertThat(touching(port(1, 0))).isEmpty();
  }

  @Test
  void whoHoldsAPortBackIsToldOfEveryOther() {
    whereabouts.holds(sessions.get(node(9)), true);
    assertThat(touching(port(1, 0))).containsExactly("n1", "n9");
    whereabouts.holds(sessions.get(node(9)), false);
    assertThat(touching(port(1, 0))).containsExactly("n1");
  }

  @Test
  void whoWaitsForALaterRevisionIsLeftAlone() {
    NodeSession waits = sessions.get(node(5));
    whereabouts.await(waits); // for a revision that never comes
    assertThat(touching(port(1, 0))).containsExactly("n1");
  }
}
