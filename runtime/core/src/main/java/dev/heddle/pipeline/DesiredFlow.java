package dev.heddle.pipeline;

import dev.heddle.model.Id;
import java.util.List;

/** A flow as one unit wants it: what, where, and for whose sake. */
public record DesiredFlow(FlowKey key, List<Action> actions, Scope scope, Id<?> owner) {}
