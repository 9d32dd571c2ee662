package dev.heddle.expression;

/**
 * How much may be built. Small intermediate results are built even where the limit is smaller, for
 * they may shrink again; the work of all together is bounded besides.
 */
final class Budget {

  private static final long MOST_WORK = 1 << 23;
  private static final long SMALL = 1 << 14;

  private final long limit;
  private long work;

  Budget(long limit) {
    this.limit = limit;
  }

  /**
   * Before each of some is paired with each of others.
   *
   * @param pairs how many come of it
   * @param all how many come of it and of the pairings that follow
   */
  void pairs(long pairs, long all) {
    if (pairs > Math.max(limit, SMALL)) {
      throw new ExplosionException(all, limit, "");
    }
  }

  /** Before {@code needed} things are built that stay. */
  void result(long needed, String hint) {
    if (needed > limit) {
      throw new ExplosionException(needed, limit, hint);
    }
  }

  /** Before {@code steps} steps that make {@code found} things so far. */
  void work(long steps, long found) {
    work += steps;
    if (work > MOST_WORK) {
      throw new ExplosionException(Math.max(found, limit + 1), limit, "");
    }
  }

  static long product(long a, long b) {
    return a == 0 || b <= Long.MAX_VALUE / a ? a * b : Long.MAX_VALUE;
  }

  static long sum(long a, long b) {
    return a <= Long.MAX_VALUE - b ? a + b : Long.MAX_VALUE;
  }
}
