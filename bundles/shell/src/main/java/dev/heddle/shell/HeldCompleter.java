package dev.heddle.shell;

import dev.heddle.pipeline.Inspection;
import dev.heddle.pipeline.Inspection.StageState;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Offers the features that are away and have left stages behind. */
@Service
public final class HeldCompleter implements Completer {

  @Reference Inspection inspection;

  @Override
  public int complete(Session session, CommandLine line, List<String> candidates) {
    List<String> held =
        inspection.stages().stream()
            .filter(StageState::held)
            .map(StageState::feature)
            .distinct()
            .toList();
    return new StringsCompleter(held).complete(session, line, candidates);
  }
}
