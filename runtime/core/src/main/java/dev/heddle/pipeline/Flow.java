package dev.heddle.pipeline;

import java.util.List;

/**
 * A flow as it is, or is to be, in a switch. {@code cookie} names its owner: {@link Cookie}. {@code
 * actions} run in order; none means drop; {@link Action.GotoTable} stands last and leads to a later
 * table, {@link Action.Meter} first, and clauses of conjunctions stand alone.
 */
public record Flow(FlowKey key, long cookie, List<Action> actions) {

  public Flow {
    actions = ActionList.checked(key, actions);
  }

  @Override
  public String toString() {
    return Cookie.text(cookie) + " " + key + " -> " + (actions.isEmpty() ? "drop" : actions);
  }
}
