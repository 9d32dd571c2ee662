package dev.heddle.engine;

import dev.heddle.model.Id;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.FlowKey;
import java.util.List;

/**
 * One flow that somebody wants, and the next of those that others want with the same key. What the
 * engine has most of: it holds what cannot be told from anything else.
 */
class Wish {

  static final Wish[] NONE = {};

  final FlowKey key;
  final List<Action> actions;
  final Scoped scoped;
  Wisher by;
  Wish next;

  private Wish(Wisher by, DesiredFlow flow, Scoped scoped) {
    this.by = by;
    this.key = flow.key();
    this.actions = flow.actions();
    this.scoped = scoped;
  }

  /** One that does not exist for the sake of what its unit is computed for. */
  private static final class ForAnother extends Wish {
    private final Id<?> owner;

    ForAnother(Wisher by, DesiredFlow flow, Scoped scoped) {
      super(by, flow, scoped);
      this.owner = flow.owner();
    }

    @Override
    Id<?> owner() {
      return owner;
    }
  }

  /** {@code scoped} is that of the flow's scope. */
  static Wish of(Wisher by, DesiredFlow flow, Scoped scoped) {
    return flow.owner().equals(by.key())
        ? new Wish(by, flow, scoped)
        : new ForAnother(by, flow, scoped);
  }

  /** The object for whose sake it is wanted. */
  Id<?> owner() {
    return (Id<?>) by.key();
  }

  boolean is(DesiredFlow flow) {
    return key.equals(flow.key())
        && actions.equals(flow.actions())
        && scoped.scope.equals(flow.scope())
        && owner().equals(flow.owner());
  }

  DesiredFlow flow() {
    return new DesiredFlow(key, actions, scoped.scope, owner());
  }
}
