package dev.heddle.shell;

import dev.heddle.model.Network;
import dev.heddle.pipeline.Inspection;
import dev.heddle.pipeline.Inspection.Why;
import dev.heddle.show.Pipeline;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/**
 * From a flow's cookie, as ovs-ofctl prints it, to the unit that made it and the objects behind.
 */
@Service
@Command(scope = "flow", name = "why", description = "Says why a flow exists")
public final class FlowWhy extends Answering {

  @Reference Inspection inspection;
  @Reference Network network;

  @Argument(
      index = 0,
      name = "COOKIE",
      required = true,
      description = "0x... as ovs-ofctl dump-flows prints it, or decimal")
  @Completion(CookieCompleter.class)
  String cookie;

  @Override
  Answer answer() {
    long value =
        Pipeline.cookie(cookie)
            .orElseThrow(
                () -> new IllegalArgumentException("A cookie is written 0x1a2b or in decimal."));
    List<Why> found = inspection.why(value);
    if (found.isEmpty()) {
      throw new IllegalArgumentException("No unit has this cookie.");
    }
    return new Answer(Pipeline.whyText(found, network), Pipeline.why(value, found, network));
  }
}
