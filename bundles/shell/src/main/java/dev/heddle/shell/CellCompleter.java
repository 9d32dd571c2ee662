package dev.heddle.shell;

import dev.heddle.model.Kind;
import dev.heddle.model.Network;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Offers kinds with a slash, and behind the slash the objects of the kind. */
@Service
public final class CellCompleter implements Completer {

  @Reference Network network;

  @Override
  public int complete(Session session, CommandLine line, List<String> candidates) {
    String typed = Optional.ofNullable(line.getCursorArgument()).orElse("");
    int slash = typed.indexOf('/');
    List<String> offered =
        slash < 0
            ? network.kinds().stream().map(Kind::name).map(k -> k + "/").toList()
            : network.documents(typed.substring(0, slash)).stream().map(d -> d.path()).toList();
    return new StringsCompleter(offered).complete(session, line, candidates);
  }
}
