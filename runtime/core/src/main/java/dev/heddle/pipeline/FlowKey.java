package dev.heddle.pipeline;

import java.util.Comparator;

/**
 * What tells one flow of a switch from another: two flows with equal keys replace each other. It
 * holds the terms of its match and no match, since there is one key for each flow of the network.
 */
public final class FlowKey {

  /** By table, then highest priority first, then text: how people read a flow table. */
  public static final Comparator<FlowKey> ORDER =
      Comparator.comparingInt(FlowKey::table)
          .thenComparing(Comparator.comparingInt(FlowKey::priority).reversed())
          .thenComparing(k -> k.match().toString());

  private final Term[] terms;
  private final int matchHash;
  private final short table;
  private final char priority;

  /** {@code priority} is 0 to 65535. */
  public FlowKey(int table, int priority, Match match) {
    Table.check(table);
    if (priority < 0 || priority > 0xffff) {
      throw new IllegalArgumentException("a priority is 0 to 65535, not " + priority);
    }
    this.table = (short) table;
    this.priority = (char) priority;
    this.terms = match.terms;
    this.matchHash = match.hashCode();
  }

  public int table() {
    return table;
  }

  public int priority() {
    return priority;
  }

  public Match match() {
    return terms.length == 0 ? Match.ALL : new Match(terms, matchHash);
  }

  @Override
  public boolean equals(Object o) {
    return o == this
        || o instanceof FlowKey k
            && k.matchHash == matchHash
            && k.table == table
            && k.priority == priority
            && Match.same(k.terms, terms);
  }

  @Override
  public int hashCode() {
    return matchHash + 31 * table + priority;
  }

  @Override
  public String toString() {
    return "table=" + table + " priority=" + (int) priority + " " + match();
  }
}
