package dev.heddle.laws;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyAttributes;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * Around each property over random histories: as many times more of them as {@code
 * -Dheddle.histories.times} says, from {@code -Dheddle.seed} if one is given, and afterwards a file
 * below target/histories that says how many have run, which {@code ./heddle test} adds up.
 */
public final class RandomHistories implements AroundPropertyHook {

  private static final int TIMES = Integer.getInteger("heddle.histories.times", 1);

  @Override
  public PropagationMode propagateTo() {
    return PropagationMode.ALL_DESCENDANTS;
  }

  @Override
  public PropertyExecutionResult aroundProperty(
      PropertyLifecycleContext context, PropertyExecutor property) throws IOException {
    if (context.targetMethod().getParameterCount() == 0) {
      return property.execute(); // an example
    }
    PropertyAttributes attributes = context.attributes();
    attributes.tries().ifPresent(t -> attributes.setTries(t * TIMES));
    String given = System.getProperty("heddle.seed", "");
    if (!given.isEmpty()) {
      attributes.setSeed(given);
    }
    PropertyExecutionResult result = property.execute();
    String name = context.containerClass().getSimpleName() + "." + context.targetMethod().getName();
    String line =
        result.countTries() + " histories " + name + " seed " + result.seed().orElse("none") + "\n";
    System.out.print(line);
    Path directory = Files.createDirectories(Path.of("target", "histories"));
    Files.writeString(directory.resolve(name + ".txt"), line);
    return result;
  }
}
