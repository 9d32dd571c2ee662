package dev.heddle.shell;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.pipeline.Inspection;
import dev.heddle.pipeline.Inspection.Reads;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** What a unit or a fact read, and who reads an object, a bucket or a fact. */
@Service
@Command(scope = "engine", name = "reads", description = "Shows what is read, and who reads it")
public final class EngineReads extends Answering {

  @Reference Inspection inspection;

  @Argument(
      index = 0,
      name = "NAME",
      required = true,
      description =
          "a unit (l2/admit/LogicalPort/a), an object (LogicalPort/a), or what this prints")
  @Completion(CellCompleter.class)
  String name;

  @Override
  Answer answer() {
    Reads reads =
        inspection
            .reads(name)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "Nothing named " + name + " is computed or read."));
    ObjectNode tree = JsonNodeFactory.instance.objectNode().put("name", reads.name());
    reads.reads().forEach(tree.putArray("reads")::add);
    reads.readers().forEach(tree.putArray("readers")::add);
    StringBuilder text = new StringBuilder(reads.name()).append('\n');
    reads.reads().forEach(r -> text.append("reads     ").append(r).append('\n'));
    reads.readers().forEach(r -> text.append("read by   ").append(r).append('\n'));
    return new Answer(text.toString(), tree);
  }
}
