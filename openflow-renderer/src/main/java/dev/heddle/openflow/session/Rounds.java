package dev.heddle.openflow.session;

import dev.heddle.openflow.session.FlowTable.Slice;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Goes round the flows of one switch, a slice at a time, in case it did not tell of a change or we
 * did not understand. Slices are cut by the lowest bits of cookies, which are hashes: they are of
 * about one size, and flows of all tables are in each.
 */
final class Rounds {

  /** A slice holds about so many flows at most, 400 KB: OVS answers in its main thread. */
  private static final int SLICE = 2_000;

  private static final int MOST_SLICES = 1 << 20;

  /** How long a round takes at least if the switch tells of changes itself. */
  static final Duration SLOWLY = Duration.ofMinutes(10);

  private final Set<Place> changing = new HashSet<>();
  private Duration round = Duration.ZERO;
  private Optional<Slice> asked = Optional.empty();
  private long next;
  private long dueAt;

  /**
   * Begins anew, on a new connection.
   *
   * @param leastRound how long a round is to take at least; slices come no faster than {@link
   *     #slice} is called
   */
  void begin(Duration leastRound, long nanoTime) {
    round = leastRound;
    asked = Optional.empty();
    changing.clear();
    next = 0;
    dueAt = nanoTime + round.toNanos();
  }

  /** The slice to be asked for now, if it is time for one and none is on its way. */
  Optional<Slice> slice(int flows, long nanoTime) {
    if (asked.isPresent() || nanoTime - dueAt < 0) {
      return Optional.empty();
    }
    long slices = 1;
    while (slices * SLICE < flows && slices < MOST_SLICES) {
      slices *= 2;
    }
    dueAt = nanoTime + round.toNanos() / slices;
    asked = Optional.of(new Slice(next++ % slices, slices - 1));
    return asked;
  }

  /** These places are changed, by us or by others: what is on its way may be older or newer. */
  void changing(Stream<Place> places) {
    if (asked.isPresent()) {
      places.forEach(changing::add);
    }
  }

  /** The slice is here; the places that were being changed since it was asked for. */
  Set<Place> answered() {
    Set<Place> since = Set.copyOf(changing);
    changing.clear();
    asked = Optional.empty();
    return since;
  }
}
