package dev.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Id;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Scope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class WishesTest {

  private static final Id<LogicalSwitch> RED = LogicalSwitch.KIND.id("red");
  private static final Scoped EVERYWHERE = new Scoped(Scope.everywhere());

  /** Of 60 keys each number adds a wish for one, or takes the oldest one for it away. */
  @Property(tries = 300)
  void holdsTheChainsThatAMapOfQueuesHolds(
      @ForAll @Size(max = 400) List<@IntRange(min = -60, max = 59) Integer> steps) {
    Wishes wishes = new Wishes();
    Map<FlowKey, Deque<Wish>> expected = new HashMap<>();
    int cookie = 0;
    for (int step : steps) {
      FlowKey key = new FlowKey(4, Math.floorMod(step, 60), Match.ALL);
      Deque<Wish> chain = expected.computeIfAbsent(key, k -> new ArrayDeque<>());
      if (step >= 0) {
        Wish wish = Wish.of(new Held("", cookie++, RED), flow(key), EVERYWHERE);
        wishes.add(wish);
        chain.addFirst(wish);
      } else if (!chain.isEmpty()) {
        Wish gone = chain.removeLast();
        assertThat(wishes.remove(gone)).isSameAs(chain.peekFirst());
      }
      if (chain.isEmpty()) {
        expected.remove(key);
      }
    }
    assertThat(wishes.size()).isEqualTo(expected.size());
    assertThat(wishes.firsts()).hasSize(expected.size());
    for (int priority = 0; priority < 60; priority++) {
      FlowKey key = new FlowKey(4, priority, Match.ALL);
      List<Wish> chain = new ArrayList<>();
      for (Wish w = wishes.first(key); w != null; w = w.next) {
        chain.add(w);
      }
      assertThat(chain).containsExactlyElementsOf(expected.getOrDefault(key, new ArrayDeque<>()));
    }
  }

  private static DesiredFlow flow(FlowKey key) {
    return new DesiredFlow(key, List.of(), Scope.everywhere(), RED);
  }
}
