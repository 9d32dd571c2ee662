package dev.heddle.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.RoutingDomain.Claim;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Overlaps found in one pass are those that comparing all with all finds. */
class NestingTest {

  @Test
  void thePassFindsForEachPrefixTheOldestThatOverlapsIt() {
    Random chance = new Random(4);
    int overlapping = 0;
    for (int round = 0; round < 300; round++) {
      List<Claim> claims = new ArrayList<>();
      for (int key = 1; key <= 1 + chance.nextInt(25); key++) {
        claims.add(new Claim(prefix(chance), key, LogicalSwitch.KIND.id("s" + key)));
      }
      Map<Claim, Claim> expected = new HashMap<>();
      for (Claim c : claims) {
        oldest(c, claims).ifPresent(o -> expected.put(c, o));
      }
      assertThat(Nesting.oldestRivals(claims)).as("%s", claims).isEqualTo(expected);
      overlapping += expected.size();
    }
    assertThat(overlapping).as("or nothing was tried").isGreaterThan(1000);
  }

  private static Optional<Claim> oldest(Claim c, List<Claim> all) {
    return all.stream()
        .filter(o -> o.key() != c.key())
        .filter(o -> o.subnet().contains(c.subnet()) || c.subnet().contains(o.subnet()))
        .min(Comparator.comparingInt(Claim::key));
  }

  private static IpPrefix prefix(Random chance) {
    boolean v6 = chance.nextInt(4) == 0;
    int length = v6 ? 120 + chance.nextInt(9) : 24 + chance.nextInt(9);
    int width = v6 ? 128 : 32;
    Bits address = Bits.of(0x0a000000L | chance.nextInt(64)).and(Bits.prefix(length, width));
    return new IpPrefix(new IpAddress(v6, address), length);
  }
}
