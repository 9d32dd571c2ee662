package dev.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SmallSetTest {

  /** Each number adds a member, or takes it away; both may be said twice. */
  @Property(tries = 300)
  void holdsWhatASetHolds(
      @ForAll @Size(max = 200) List<@IntRange(min = -15, max = 14) Integer> steps) {
    List<String> members = Collections.nCopies(15, "m").stream().map(m -> new String(m)).toList();
    Object set = null;
    Set<Integer> expected = new HashSet<>();
    for (int step : steps) {
      int number = Math.floorMod(step, 15);
      if (step >= 0) {
        set = SmallSet.add(set, members.get(number));
        expected.add(number);
      } else {
        set = SmallSet.remove(set, members.get(number));
        expected.remove(number);
      }
      assertThat(set == null).isEqualTo(expected.isEmpty());
    }
    List<Integer> found = new ArrayList<>();
    SmallSet.forEach(set, String.class, m -> found.add(place(members, m)));
    assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
  }

  @SuppressWarnings("ReferenceEquality") // that is what the set goes by
  private static boolean isSame(String a, String b) {
    return a == b;
  }

  private static int place(List<String> members, String member) {
    int place = 0;
    while (!isSame(members.get(place), member)) {
      place++;
    }
    return place;
  }
}
