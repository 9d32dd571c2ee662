package dev.heddle.laws.policy;

/**
 * An access rule as its document says it.
 *
 * @param group port group it applies to, or {@link #SWITCH}
 * @param tier 0 is asked first, 3 last
 * @param priority the highest of a tier decides; of equals drop and reject go first, then pass,
 *     allow-stateless, allow
 * @param drains established connections that it allowed go on without it where no rule decides
 */
record Rule(
    String name,
    String group,
    Side side,
    int tier,
    int priority,
    Condition condition,
    Verdict verdict,
    boolean drains) {

  Rule(
      String name,
      String group,
      Side side,
      int tier,
      int priority,
      Condition condition,
      Verdict verdict) {
    this(name, group, side, tier, priority, condition, verdict, false);
  }

  /** In place of a group: the switch, with all ports. */
  static final String SWITCH = "";

  /** Which packets of a port it judges. */
  enum Side {
    /** What the port sends. */
    FROM,
    /** What is delivered to the port. */
    TO
  }

  enum Verdict {
    ALLOW("allow"),
    ALLOW_STATELESS("allow-stateless"),
    DROP("drop"),
    REJECT("reject"),
    /** No answer of this tier: the next one is asked. */
    PASS("pass");

    private final String word;

    Verdict(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }

    /** Of rules of one priority the one with the most decides. */
    int precedence() {
      return switch (this) {
        case DROP, REJECT -> 3;
        case PASS -> 2;
        case ALLOW_STATELESS -> 1;
        case ALLOW -> 0;
      };
    }
  }
}
