package dev.heddle.shell;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.pipeline.Inspection;
import dev.heddle.pipeline.Inspection.Work;
import dev.heddle.show.Table;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** What the engine has done since its start, and which units failed. */
@Service
@Command(scope = "engine", name = "cost", description = "Shows what the engine has done and holds")
public final class EngineCost extends Answering {

  @Reference Inspection inspection;

  @Override
  Answer answer() {
    Work work = inspection.work();
    Map<String, String> failures = inspection.failures();
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("revision", work.revision()).put("units", work.units()).put("flows", work.flows());
    tree.put("runs", work.runs()).put("conflicts", work.conflicts());
    ObjectNode failed = tree.putObject("failures");
    failures.forEach(failed::put);
    String numbers =
        new Table(
                List.of("REVISION", "UNITS", "FLOWS", "RUNS", "CONFLICTS", "FAILURES"),
                List.of(
                    List.of(
                        Long.toString(work.revision()),
                        Long.toString(work.units()),
                        Long.toString(work.flows()),
                        Long.toString(work.runs()),
                        Long.toString(work.conflicts()),
                        Integer.toString(failures.size()))))
            .toString();
    StringBuilder text = new StringBuilder(numbers);
    failures.forEach((unit, why) -> text.append(unit).append(": ").append(why).append('\n'));
    return new Answer(text.toString(), tree);
  }
}
