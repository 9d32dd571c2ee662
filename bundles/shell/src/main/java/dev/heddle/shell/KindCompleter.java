package dev.heddle.shell;

import dev.heddle.model.Network;
import dev.heddle.show.KindNames;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Offers the kinds there are, by their plurals. */
@Service
public final class KindCompleter implements Completer {

  @Reference Network network;

  @Override
  public int complete(Session session, CommandLine line, List<String> candidates) {
    return new StringsCompleter(KindNames.plurals(network.kinds()))
        .complete(session, line, candidates);
  }
}
