package dev.heddle.openflow.session;

import dev.heddle.pipeline.Confirmations.Drift;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Adds what was put right to the account of it. */
final class Healing {

  private static final int SHOWN_OWNERS = 10;

  private Healing() {}

  /**
   * @param healed how many flows, by whose they are
   */
  static Drift after(Drift before, Map<String, Integer> healed, Instant now) {
    List<String> owners = new ArrayList<>();
    healed.entrySet().stream()
        .sorted(
            Comparator.comparing(Map.Entry<String, Integer>::getValue)
                .reversed()
                .thenComparing(Map.Entry::getKey))
        .limit(SHOWN_OWNERS)
        .forEach(e -> owners.add(e.getKey() + ": " + e.getValue()));
    if (healed.size() > SHOWN_OWNERS) {
      owners.add("and " + (healed.size() - SHOWN_OWNERS) + " more");
    }
    int flows = healed.values().stream().mapToInt(Integer::intValue).sum();
    return new Drift(before.healed() + flows, java.util.Optional.of(now), owners);
  }
}
