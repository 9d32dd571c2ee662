package dev.heddle.openflow.session;

import dev.heddle.openflow.codec.Installed;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import java.util.Optional;

/**
 * Where a flow is in a switch, whatever it does: no two flows have one place.
 *
 * @param match empty if it is not understood
 * @param raw the match as the switch says it, if it is not understood; else empty
 */
record Place(int table, int priority, Optional<Match> match, String raw) {

  static Place of(FlowKey key) {
    return new Place(key.table(), key.priority(), Optional.of(key.match()), "");
  }

  static Place of(Installed.Foreign flow) {
    return flow.key()
        .map(Place::of)
        .orElseGet(
            () -> new Place(flow.table(), flow.priority(), Optional.empty(), flow.matchFields()));
  }

  static Place of(Installed flow) {
    return flow instanceof Installed.Known known
        ? of(known.flow().key())
        : of((Installed.Foreign) flow);
  }
}
