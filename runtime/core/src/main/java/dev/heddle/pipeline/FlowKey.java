package dev.heddle.pipeline;

import java.util.Comparator;

/** What tells one flow of a switch from another: two flows with equal keys replace each other. */
public record FlowKey(int table, int priority, Match match) {

  /** By table, then highest priority first, then text: how people read a flow table. */
  public static final Comparator<FlowKey> ORDER =
      Comparator.comparingInt(FlowKey::table)
          .thenComparing(Comparator.comparingInt(FlowKey::priority).reversed())
          .thenComparing(k -> k.match().toString());

  public FlowKey {
    Table.check(table);
    if (priority < 0 || priority > 0xffff) {
      throw new IllegalArgumentException("a priority is 0 to 65535, not " + priority);
    }
  }

  @Override
  public boolean equals(Object o) {
    return o == this
        || o instanceof FlowKey k
            && k.table == table
            && k.priority == priority
            && k.match.equals(match);
  }

  @Override
  public int hashCode() {
    return match.hashCode() + 31 * table + priority;
  }

  @Override
  public String toString() {
    return "table=" + table + " priority=" + priority + " " + match;
  }
}
