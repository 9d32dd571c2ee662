package dev.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class KeyedTableTest {

  /** Keys whose hashes fall together now and then. */
  private record Item(Integer number) {
    private record Key(int number) {
      @Override
      public int hashCode() {
        return number / 4;
      }
    }

    Key key() {
      return new Key(number);
    }
  }

  /** Of 60 keys each number adds what has it, or takes it away. */
  @Property(tries = 300)
  void holdsWhatAMapHolds(
      @ForAll @Size(max = 400) List<@IntRange(min = -60, max = 59) Integer> steps) {
    KeyedTable<Item> table = new KeyedTable<>(Item::key);
    Map<Integer, Item> expected = new HashMap<>();
    for (int step : steps) {
      int number = Math.floorMod(step, 60);
      Item there = expected.get(number);
      if (step >= 0 && there == null) {
        Item item = new Item(number);
        table.add(item);
        expected.put(number, item);
      } else if (step < 0 && there != null) {
        table.remove(new Item(number)); // equal, and not the one that is there
        assertThat(table.get(there.key())).isSameAs(there);
        table.remove(there);
        expected.remove(number);
      }
    }
    for (int number = 0; number < 60; number++) {
      assertThat(table.get(new Item.Key(number))).isSameAs(expected.get(number));
    }
    assertThat(table.stream()).containsExactlyInAnyOrderElementsOf(expected.values());
    assertThat(table.isEmpty()).isEqualTo(expected.isEmpty());
  }
}
