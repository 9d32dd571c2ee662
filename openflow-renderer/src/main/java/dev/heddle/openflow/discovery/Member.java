package dev.heddle.openflow.discovery;

import dev.heddle.model.PlainSwitch.End;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A plain switch as {@link Discovery} keeps it. */
final class Member {

  final SortedMap<Integer, Known> ports = new TreeMap<>();
  boolean here;

  /** Probes leave its ports, and those that come in are told to us. */
  boolean probed;

  long awaySince;

  /** A port. */
  static final class Known {
    final String name;

    /** Whose probes came in, and the round of the last one. */
    final Map<End, Long> heard = new HashMap<>();

    /** The round since which nobody was heard of. */
    long quietSince;

    boolean edge;

    /** It is kept for its link only. */
    boolean down;

    Known(String name, long round) {
      this.name = name;
      this.quietSince = round;
    }

    void begin(long round) {
      quietSince = round;
      edge = false;
    }
  }

  /** Two ends, and when they were found relative to others. */
  static final class Link {
    final End a;
    final End b;
    final long since;
    boolean lost;

    Link(End a, End b, long since) {
      this.a = a;
      this.b = b;
      this.since = since;
    }

    End other(End end) {
      return end.equals(a) ? b : a;
    }
  }
}
