package dev.heddle.kubernetes.mapping;

import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/** As many times more tries as {@code -Dheddle.histories.times} says. */
final class MoreTries implements AroundPropertyHook {

  private static final int TIMES = Integer.getInteger("heddle.histories.times", 1);

  @Override
  public net.jqwik.api.lifecycle.PropagationMode propagateTo() {
    return net.jqwik.api.lifecycle.PropagationMode.ALL_DESCENDANTS;
  }

  @Override
  public PropertyExecutionResult aroundProperty(
      PropertyLifecycleContext context, PropertyExecutor property) {
    if (context.targetMethod().getParameterCount() > 0) {
      context.attributes().tries().ifPresent(t -> context.attributes().setTries(t * TIMES));
    }
    return property.execute();
  }
}
