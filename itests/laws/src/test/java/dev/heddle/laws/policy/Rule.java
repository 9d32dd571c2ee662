package dev.heddle.laws.policy;

/**
 * An access rule as its document says it.
 *
 * @param group port group it applies to
 * @param tier 0 is asked first, 3 last
 * @param priority the highest of a tier decides; of equals a refusal goes before anything else
 */
record Rule(
    String name,
    String group,
    Side side,
    int tier,
    int priority,
    Condition condition,
    Verdict verdict,
    boolean drain) {

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

    boolean refuses() {
      return this == DROP || this == REJECT;
    }
  }
}
