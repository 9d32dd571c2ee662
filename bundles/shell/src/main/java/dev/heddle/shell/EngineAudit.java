package dev.heddle.shell;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.pipeline.Inspection;
import dev.heddle.pipeline.Inspection.Audited;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Calls functions again that nothing has woken, and tells what auditing has found so far. */
@Service
@Command(
    scope = "engine",
    name = "audit",
    description = "Audits functions and shows what was found")
public final class EngineAudit extends Answering {

  @Reference Inspection inspection;

  @Argument(index = 0, name = "COUNT", description = "how many to look at now; 1000 if absent")
  @Completion(
      value = StringsCompleter.class,
      values = {"0", "1000", "100000"})
  int count = 1000;

  @Override
  Answer answer() {
    if (count < 0) {
      throw new IllegalArgumentException("COUNT is 0 or more.");
    }
    Audited audited = inspection.audit(count);
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("checked", audited.checked()).put("differences", audited.differences());
    audited.found().forEach(tree.putArray("found")::add);
    StringBuilder text = new StringBuilder();
    text.append("checked      ").append(audited.checked()).append('\n');
    text.append("differences  ").append(audited.differences()).append('\n');
    audited.found().forEach(f -> text.append("found        ").append(f).append('\n'));
    return new Answer(text.toString(), tree);
  }
}
