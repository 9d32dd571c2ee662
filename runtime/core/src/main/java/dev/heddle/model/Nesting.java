package dev.heddle.model;

import dev.heddle.model.RoutingDomain.Claim;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which prefixes overlap: two do if one contains the other, so in order of address and length each
 * prefix comes right after those that contain it. One pass, n log n for the sorting.
 */
final class Nesting {

  private static final Comparator<Claim> OUTER_FIRST =
      Comparator.<Claim, Boolean>comparing(c -> c.subnet().address().isV6())
          .thenComparing(c -> c.subnet().address().bits())
          .thenComparing(c -> c.subnet().length())
          .thenComparing(Claim::key)
          .thenComparing(Claim::network);

  private final Deque<Open> open = new ArrayDeque<>();
  private final Map<Claim, Claim> rivals = new HashMap<>();

  /** A prefix that may contain more, the oldest that contains it, the oldest inside it. */
  private static final class Open {
    final Claim claim;
    final Claim outer;
    Claim inner;

    Open(Claim claim, Claim outer) {
      this.claim = claim;
      this.outer = outer;
    }
  }

  private Nesting() {}

  /** For each claim that overlaps others, the oldest of those. */
  static Map<Claim, Claim> oldestRivals(List<Claim> claims) {
    Nesting n = new Nesting();
    for (Claim c : claims.stream().sorted(OUTER_FIRST).toList()) {
      while (!n.open.isEmpty() && !n.open.peek().claim.subnet().contains(c.subnet())) {
        n.close();
      }
      Open outer = n.open.peek();
      n.open.push(new Open(c, outer == null ? null : older(outer.claim, outer.outer)));
    }
    while (!n.open.isEmpty()) {
      n.close();
    }
    return n.rivals;
  }

  private void close() {
    Open done = open.pop();
    Claim rival = older(done.outer, done.inner);
    if (rival != null) {
      rivals.put(done.claim, rival);
    }
    if (!open.isEmpty()) {
      open.peek().inner = older(open.peek().inner, older(done.claim, done.inner));
    }
  }

  private static Claim older(Claim a, Claim b) {
    return a == null ? b : b == null || a.key() <= b.key() ? a : b;
  }
}
