package dev.heddle.plainswitches;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Id;
import dev.heddle.model.PlainSwitch;
import dev.heddle.model.PlainSwitch.End;
import dev.heddle.model.PlainSwitch.Port;
import dev.heddle.model.PlainSwitch.State;
import dev.heddle.plainswitches.Forest.Link;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is cabled to whatever: one way between any two switches that are joined at all. */
class ForestTest {

  /** A cable between two switches by number; both may be the same. */
  record Cable(int one, int other) {}

  record Cabling(int switches, List<Cable> cables) {}

  @Provide
  Arbitrary<Cabling> cablings() {
    return Arbitraries.integers()
        .between(1, 12)
        .flatMap(
            n -> {
              Arbitrary<Integer> one = Arbitraries.integers().between(1, n);
              return Combinators.combine(one, one)
                  .as(Cable::new)
                  .list()
                  .ofMaxSize(30)
                  .map(cables -> new Cabling(n, cables));
            });
  }

  /** The cables in the order in which they are found. */
  static List<PlainSwitch> found(Cabling cabling) {
    Map<Integer, TreeMap<Integer, Port>> ports = new HashMap<>();
    for (int i = 1; i <= cabling.switches; i++) {
      ports.put(i, new TreeMap<>());
    }
    long since = 0;
    for (Cable c : cabling.cables) {
      since++;
      int a = ports.get(c.one).size() + 1;
      int b = ports.get(c.other).size() + (c.one == c.other ? 2 : 1);
      ports.get(c.one).put(a, link(a, new End(PlainSwitch.id(c.other), b), since));
      ports.get(c.other).put(b, link(b, new End(PlainSwitch.id(c.one), a), since));
    }
    List<PlainSwitch> all = new ArrayList<>();
    ports.forEach((i, p) -> all.add(new PlainSwitch(PlainSwitch.id(i), p)));
    return all;
  }

  private static Port link(int number, End peer, long since) {
    return new Port(number, "p" + number, State.LINK, Optional.of(peer), since);
  }

  @Property
  void joinsAllThatCanBeJoinedAndClosesNoLoop(@ForAll("cablings") Cabling cabling) {
    Forest forest = Forest.of(found(cabling));
    List<Cable> chosen =
        forest.links().stream().map(l -> new Cable(number(l.a()), number(l.b()))).toList();

    assertThat(parts(cabling.switches, chosen)).isEqualTo(parts(cabling.switches, cabling.cables));
    // A graph of n switches in k parts has no loop if and only if it has n - k links.
    assertThat(chosen)
        .hasSize(cabling.switches - new HashSet<>(parts(cabling.switches, chosen)).size());
  }

  @Property
  void doesNotDependOnTheOrderItIsToldIn(@ForAll("cablings") Cabling cabling, @ForAll long seed) {
    List<PlainSwitch> told = found(cabling);
    Forest one = Forest.of(told);
    Collections.shuffle(told, new Random(seed));

    assertThat(Forest.of(told)).isEqualTo(one);
  }

  @Property
  void aLinkFoundLaterTakesNoOtherOut(@ForAll("cablings") Cabling cabling) {
    Set<Link> before = Set.of();
    for (int i = 1; i <= cabling.cables.size(); i++) {
      Set<Link> now =
          Set.copyOf(
              Forest.of(found(new Cabling(cabling.switches, cabling.cables.subList(0, i))))
                  .links());
      assertThat(now).containsAll(before);
      before = now;
    }
  }

  @Property
  void aLinkThatOnlyOneEndTellsOfIsNone(@ForAll("cablings") Cabling cabling) {
    List<PlainSwitch> told = new ArrayList<>(found(cabling));
    PlainSwitch first = told.remove(0);
    told.add(new PlainSwitch(first.id(), new TreeMap<>()));

    assertThat(Forest.of(told).links())
        .noneMatch(l -> l.a().at().equals(first.id()) || l.b().at().equals(first.id()));
  }

  @Property
  void whatSwitchesOfATreeAgreeOnIsTheirTree(@ForAll("cablings") Cabling cabling) {
    Collection<PlainSwitch> all = found(cabling);
    Forest forest = Forest.of(all);
    List<Integer> parts = parts(cabling.switches, cabling.cables);
    for (PlainSwitch one : all) {
      for (PlainSwitch other : all) {
        boolean joined = parts.get(number(one.id()) - 1).equals(parts.get(number(other.id()) - 1));
        boolean alone = forest.around(one.id()).isEmpty() && forest.around(other.id()).isEmpty();
        assertThat(forest.around(one.id()).equals(forest.around(other.id())))
            .isEqualTo(joined || alone);
      }
    }
  }

  private static int number(End end) {
    return number(end.at());
  }

  private static int number(Id<PlainSwitch> id) {
    return Integer.parseInt(id.name(), 16);
  }

  /** Of each switch, the least number in its part: by spreading, not by what is under test. */
  private static List<Integer> parts(int switches, List<Cable> cables) {
    int[] part = new int[switches + 1];
    for (int i = 1; i <= switches; i++) {
      part[i] = i;
    }
    for (int round = 0; round < switches; round++) {
      for (Cable c : cables) {
        int least = Math.min(part[c.one], part[c.other]);
        part[c.one] = least;
        part[c.other] = least;
      }
    }
    List<Integer> parts = new ArrayList<>();
    for (int i = 1; i <= switches; i++) {
      parts.add(part[i]);
    }
    return parts;
  }
}
