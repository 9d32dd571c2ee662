package dev.heddle.openflow.ovsdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ZonesTest {

  @Test
  void eachOwnerGetsTheLowestFreeZoneAndWhoHasOneKeepsIt() {
    Zones zones = new Zones(new TreeMap<>(Map.of("b", 2, "z", 9)));
    BitSet three = new BitSet();
    three.set(3);
    assertThat(zones.missing(named("a", "b", "c", "d"), three))
        .isEqualTo(Map.of("a", 1, "c", 4, "d", 5));
  }

  @Test
  void whenAllAreGivenThereAreNoMore() {
    TreeMap<String, Integer> all = new TreeMap<>();
    for (int zone = 1; zone <= Zones.LAST; zone++) {
      all.put("p" + zone, zone);
    }
    all.remove("p77");
    assertThat(new Zones(all).missing(named("a", "b"), new BitSet())).isEqualTo(Map.of("a", 77));
  }

  @Test
  void whatANodeSaysIsNotBelievedBlindly() {
    Map<String, String> said =
        Map.of(
            "zone-a",
            "7",
            "zone-b",
            "7",
            "zone-c",
            "0",
            "zone-d",
            "32768",
            "zone-e",
            "-1",
            "zone-",
            "5",
            "zone-x y",
            "6",
            "zone-f",
            "32767",
            "heddle-owner",
            "heddle");
    assertThat(Zones.of(bridge(said)).given()).isEqualTo(Map.of("a", 7, "f", 32_767));
  }

  @Property
  void whatIsWrittenIsWhatIsReadAndTwiceIsOnce(
      @ForAll @Size(max = 20) Set<@IntRange(min = 1, max = 40) Integer> before,
      @ForAll @Size(max = 20) Set<@IntRange(min = 1, max = 40) Integer> owners) {
    TreeMap<String, Integer> given = new TreeMap<>();
    before.forEach(n -> given.put("p" + n, n * 3));
    SortedSet<String> names = named();
    owners.forEach(n -> names.add("p" + n));
    Zones old = new Zones(given);
    Zones fresh = old.with(old.missing(names, new BitSet())).of(names);
    assertThat(fresh.of(names)).isSameAs(fresh);
    assertThat(fresh.sameAs(new Zones(new TreeMap<>(fresh.given())))).isTrue();
    assertThat(fresh.sameAs(old)).isEqualTo(fresh.equals(old));
    assertThat(fresh.given().keySet()).isEqualTo(names);
    assertThat(new HashSet<>(fresh.given().values())).hasSameSizeAs(names);
    names.stream()
        .filter(given::containsKey)
        .forEach(n -> assertThat(fresh.given()).containsEntry(n, given.get(n)));

    Map<String, String> ids = written(Map.of("heddle-owner", "heddle"), old);
    Map<String, String> after = written(ids, fresh);
    assertThat(Zones.of(bridge(after))).isEqualTo(fresh);
    assertThat(after).containsEntry("heddle-owner", "heddle");
    assertThat(fresh.operation(bridge(after))).isEmpty();
  }

  private static SortedSet<String> named(String... names) {
    return new TreeSet<>(List.of(names));
  }

  private static Map<String, String> written(Map<String, String> ids, Zones zones) {
    return zones
        .operation(bridge(ids))
        .map(operation -> AnswerTest.applied((Operation.Mutate) operation, ids))
        .orElse(ids);
  }

  private static Row bridge(Map<String, String> ids) {
    return AnswerTest.row(ids);
  }
}
