package dev.heddle.pipeline;

import dev.heddle.model.Id;
import java.util.List;

/**
 * A flow as one unit wants it: what, where, and for whose sake. What no {@link Flow} could be is
 * refused here, in the unit, and not when a switch is to have it.
 */
public record DesiredFlow(FlowKey key, List<Action> actions, Scope scope, Id<?> owner) {

  public DesiredFlow {
    actions = ActionList.checked(key, actions);
  }
}
