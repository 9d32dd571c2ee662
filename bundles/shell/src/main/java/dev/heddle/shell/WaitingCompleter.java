package dev.heddle.shell;

import dev.heddle.pipeline.Inspection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Offers the features of which another version waits. */
@Service
public final class WaitingCompleter implements Completer {

  @Reference Inspection inspection;

  @Override
  public int complete(Session session, CommandLine line, List<String> candidates) {
    return new StringsCompleter(inspection.waiting()).complete(session, line, candidates);
  }
}
