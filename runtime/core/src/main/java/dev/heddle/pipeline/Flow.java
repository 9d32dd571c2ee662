package dev.heddle.pipeline;

import java.util.List;

/**
 * A flow as it is, or is to be, in a switch. {@code cookie} names its owner: {@link Cookie}. {@code
 * actions} run in order; none means drop; {@link Action.GotoTable} stands last and leads to a later
 * table.
 */
public record Flow(FlowKey key, long cookie, List<Action> actions) {

  public Flow {
    actions = checked(key, actions);
  }

  /** A copy of {@code actions}, if a flow with this key may have them. */
  static List<Action> checked(FlowKey key, List<Action> actions) {
    List<Action> copy = List.copyOf(actions);
    for (int i = 0; i < copy.size(); i++) {
      if (copy.get(i) instanceof Action.GotoTable go
          && (i < copy.size() - 1 || go.table() <= key.table())) {
        throw new IllegalArgumentException(
            "goto must be last and lead forward: " + key + " " + copy);
      }
    }
    return copy;
  }

  @Override
  public String toString() {
    return Cookie.text(cookie) + " " + key + " -> " + (actions.isEmpty() ? "drop" : actions);
  }
}
