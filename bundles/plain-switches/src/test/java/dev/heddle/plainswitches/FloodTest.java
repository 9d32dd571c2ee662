package dev.heddle.plainswitches;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.engine.Controller;
import dev.heddle.model.Id;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.PlainSwitch;
import dev.heddle.model.PlainSwitch.End;
import dev.heddle.model.PlainSwitch.Port;
import dev.heddle.model.PlainSwitch.State;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.Learn;
import dev.heddle.pipeline.Spine;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.store.MemoryStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Broadcasts through the flows that a controller wants, from host to host over cables. */
class FloodTest {

  private static final int HOST = 1;
  private static final int NEW = 2;

  private Controller controller = PlainRuntime.controller(new MemoryStore(), new PlainSwitches());

  @AfterEach
  void close() {
    controller.close();
  }

  /** Two switches with a cable between them, of this state. */
  record Cable(int one, int other, State state) {}

  @Provide
  Arbitrary<List<Cable>> cables() {
    Arbitrary<Integer> one = Arbitraries.integers().between(1, 6);
    Arbitrary<State> state =
        Arbitraries.frequencyOf(
            Tuple.of(5, Arbitraries.just(State.LINK)), Tuple.of(1, Arbitraries.just(State.LOST)));
    return Combinators.combine(one, one, state).as(Cable::new).list().ofMaxSize(14);
  }

  /** Each of six switches has a host at port 1 and something unknown at port 2. */
  private static Collection<PlainSwitch> cabled(List<Cable> cables) {
    Map<Integer, TreeMap<Integer, Port>> ports = new HashMap<>();
    for (int i = 1; i <= 6; i++) {
      ports.put(i, new TreeMap<>());
      ports.get(i).put(HOST, new Port(HOST, "host", State.EDGE, Optional.empty(), 0));
      ports.get(i).put(NEW, new Port(NEW, "new", State.UNKNOWN, Optional.empty(), 0));
    }
    long since = 0;
    for (Cable c : cables) {
      since++;
      int a = ports.get(c.one).size() + 1;
      int b = ports.get(c.other).size() + (c.one == c.other ? 2 : 1);
      End one = new End(PlainSwitch.id(c.one), a);
      End other = new End(PlainSwitch.id(c.other), b);
      ports.get(c.one).put(a, new Port(a, "a", c.state, Optional.of(other), since));
      ports.get(c.other).put(b, new Port(b, "b", c.state, Optional.of(one), since));
    }
    return ports.entrySet().stream()
        .map(e -> new PlainSwitch(PlainSwitch.id(e.getKey()), e.getValue()))
        .toList();
  }

  private void put(Collection<PlainSwitch> switches) {
    List<Change> changes = new ArrayList<>();
    switches.forEach(s -> changes.add(new Change.Put(s.document())));
    controller.transact(Writer.SYSTEM, changes).join();
  }

  private List<Flow> flows(Id<PlainSwitch> id, int table, int priority) {
    return controller.read(
        s ->
            s.keys(PlainSwitch.node(id)).stream()
                .filter(k -> k.table() == table && k.priority() == priority)
                .map(k -> s.flow(PlainSwitch.node(id), k).orElseThrow())
                .toList());
  }

  private Set<Integer> in(Id<PlainSwitch> id) {
    return flows(id, Spine.PLAIN_FROM.table(), 100).stream()
        .map(f -> (int) f.key().match().value(Field.OF_PORT).orElseThrow().low())
        .collect(Collectors.toSet());
  }

  private Set<Integer> out(Id<PlainSwitch> id) {
    return flows(id, Spine.PLAIN_TO.table(), 10).stream()
        .flatMap(f -> f.actions().stream())
        .map(a -> ((Action.Output) a).port())
        .collect(Collectors.toSet());
  }

  /** Where a broadcast that comes in at an end goes out and meets no cable, as often as it does. */
  private List<End> flooded(End from, Collection<PlainSwitch> switches) {
    Map<End, End> cables = new HashMap<>();
    switches.forEach(
        s ->
            s.ports()
                .values()
                .forEach(p -> p.peer().ifPresent(e -> cables.put(new End(s.id(), p.number()), e))));
    List<End> reached = new ArrayList<>();
    Queue<End> coming = new ArrayDeque<>(List.of(from));
    for (int copies = 0; !coming.isEmpty(); copies++) {
      assertThat(copies).as("copies under way: a loop").isLessThan(100);
      End at = coming.remove();
      if (in(at.at()).contains(at.port())) {
        for (int port : out(at.at())) {
          End end = new End(at.at(), port);
          if (port != at.port()) {
            Optional.ofNullable(cables.get(end))
                .ifPresentOrElse(coming::add, () -> reached.add(end));
          }
        }
      }
    }
    return reached;
  }

  @Property(tries = 200)
  void reachesEveryHostThatIsJoinedOnceAndNothingElse(@ForAll("cables") List<Cable> cables) {
    close();
    controller = PlainRuntime.controller(new MemoryStore(), new PlainSwitches());
    Collection<PlainSwitch> switches = cabled(cables);
    put(switches);
    Forest forest = Forest.of(switches);
    for (int i = 1; i <= 6; i++) {
      End host = new End(PlainSwitch.id(i), HOST);
      assertThat(flooded(host, switches)).containsExactlyInAnyOrderElementsOf(others(host, forest));
    }
  }

  /** Hosts of switches that open links of the forest lead to. */
  private Set<End> others(End host, Forest forest) {
    Set<Id<PlainSwitch>> seen = new HashSet<>(Set.of(host.at()));
    for (boolean more = true; more; ) {
      more = false;
      for (Forest.Link l : forest.links()) {
        boolean open = in(l.a().at()).contains(l.a().port());
        if (open && seen.contains(l.a().at()) != seen.contains(l.b().at())) {
          more = seen.add(l.a().at()) | seen.add(l.b().at());
        }
      }
    }
    seen.remove(host.at());
    return seen.stream().map(id -> new End(id, HOST)).collect(Collectors.toSet());
  }

  @Test
  void aLinkThatFailsIsClosedBeforeAnotherStandsInForIt() {
    Cable first = new Cable(1, 2, State.LINK);
    Cable second = new Cable(2, 3, State.LINK);
    put(cabled(List.of(first, second, new Cable(3, 1, State.LINK))));
    assertThat(in(PlainSwitch.id(3))).as("3:4 closes a ring").containsExactlyInAnyOrder(1, 3);
    put(cabled(List.of(new Cable(1, 2, State.LOST), second, new Cable(3, 1, State.LINK))));
    assertThat(in(PlainSwitch.id(1))).containsExactly(1);
    assertThat(in(PlainSwitch.id(3))).containsExactlyInAnyOrder(1, 3);
    put(cabled(List.of(second, new Cable(3, 1, State.LINK))));
    assertThat(in(PlainSwitch.id(3))).containsExactlyInAnyOrder(1, 3, 4);
  }

  @Test
  void whatWasLearnedOverAnotherTreeIsForgotten() {
    put(cabled(List.of(new Cable(1, 2, State.LINK), new Cable(3, 4, State.LINK))));
    Set<Long> before = cookies(1);
    assertThat(before).hasSize(1).isEqualTo(cookies(2));
    assertThat(cookies(3)).as("another tree").isNotEqualTo(before);
    put(cabled(List.of()));
    assertThat(cookies(1)).hasSize(1).doesNotContainAnyElementsOf(before);
  }

  private Set<Long> cookies(int id) {
    return flows(PlainSwitch.id(id), Spine.PLAIN_FROM.table(), 100).stream()
        .flatMap(f -> f.actions().stream())
        .filter(Learn.class::isInstance)
        .map(a -> ((Learn) a).cookie())
        .collect(Collectors.toSet());
  }

  @Test
  void aSwitchOfWhichNothingIsKnownOnlySendsProbesToUs() {
    put(List.of(new PlainSwitch(PlainSwitch.id(9), new TreeMap<>())));

    assertThat(in(PlainSwitch.id(9))).isEmpty();
    assertThat(out(PlainSwitch.id(9))).isEmpty();
    assertThat(flows(PlainSwitch.id(9), Spine.PLAIN_FROM.table(), 300)).hasSize(1);
    assertThat(flows(PlainSwitch.id(9), Spine.ADMIT.table(), 0)).as("no node's flows").isEmpty();
  }
}
