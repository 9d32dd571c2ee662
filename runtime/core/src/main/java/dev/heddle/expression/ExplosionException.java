package dev.heddle.expression;

/** An expression that would become more conditions than its reader allows; none was built. */
public final class ExplosionException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  /** From here on a number is of interest to nobody. */
  private static final long MANY = 1_000_000_000_000L;

  private final long needed;
  private final long limit;

  ExplosionException(long needed, long limit, String hint) {
    super(
        "this would take "
            + (needed >= MANY ? "more than " : "")
            + String.format(java.util.Locale.ROOT, "%,d", Math.min(needed, MANY))
            + " conditions, at most "
            + String.format(java.util.Locale.ROOT, "%,d", limit)
            + " are allowed"
            + hint);
    this.needed = needed;
    this.limit = limit;
  }

  /** How many it would take; what contradicts itself may still be among them. */
  public long needed() {
    return needed;
  }

  public long limit() {
    return limit;
  }
}
