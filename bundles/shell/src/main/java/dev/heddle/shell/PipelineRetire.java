package dev.heddle.shell;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heddle.pipeline.Inspection;
import dev.heddle.show.Audit;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Removes the flows and stages that a feature left behind. */
@Service
@Command(
    scope = "pipeline",
    name = "retire",
    description = "Removes the flows of a feature that is away")
public final class PipelineRetire extends Answering {

  @Reference Inspection inspection;

  @Argument(index = 0, name = "FEATURE", required = true, description = "a feature that is held")
  @Completion(HeldCompleter.class)
  String feature;

  @Override
  Answer answer() {
    inspection
        .retire(feature)
        .ifPresent(
            why -> {
              throw new IllegalArgumentException(why);
            });
    Audit.did(Operator.actor(), "pipeline:retire", "Feature/" + feature, "retired");
    return new Answer(
        "Feature/" + feature + " retired\n",
        JsonNodeFactory.instance.objectNode().put("retired", feature));
  }
}
