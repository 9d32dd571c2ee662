package dev.heddle.openflow.session;

import dev.heddle.openflow.session.FlowTable.Surprise;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What others did to the flows of one switch and is not put right yet, with what was there before.
 * For flows of a feature that is away this is all there is to go by: nobody computes them, so they
 * are to be as they were when the switch was read.
 */
final class Surprises {

  private final Map<FlowKey, Optional<Flow>> before = new HashMap<>();
  private final Set<Place> places = new HashSet<>();

  void note(Collection<Surprise> found) {
    for (Surprise s : found) {
      places.add(s.place());
      s.key().ifPresent(k -> before.putIfAbsent(k, s.before()));
    }
  }

  boolean isEmpty() {
    return places.isEmpty();
  }

  Set<FlowKey> keys() {
    return before.keySet();
  }

  /** True if somebody else has put something there, or taken it away. */
  boolean at(Place place) {
    return places.contains(place);
  }

  boolean at(FlowKey key) {
    return before.containsKey(key);
  }

  /** What was there before others came, if it was one of our values. */
  Optional<Flow> before(FlowKey key) {
    return before.getOrDefault(key, Optional.empty());
  }

  /** These were compared, and all that is no key. */
  void settled(Collection<FlowKey> keys) {
    if (isEmpty()) {
      return;
    }
    keys.forEach(before::remove);
    places.removeIf(p -> p.match().map(m -> !at(key(p, m))).orElse(true));
  }

  private static FlowKey key(Place p, dev.heddle.pipeline.Match match) {
    return new FlowKey(p.table(), p.priority(), match);
  }

  void clear() {
    before.clear();
    places.clear();
  }
}
