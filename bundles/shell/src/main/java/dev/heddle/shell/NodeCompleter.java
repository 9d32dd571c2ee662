package dev.heddle.shell;

import dev.heddle.model.Network;
import dev.heddle.model.Node;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;

/** Offers the nodes that joined. */
@Service
public final class NodeCompleter implements Completer {

  @Reference Network network;

  @Override
  public int complete(Session session, CommandLine line, List<String> candidates) {
    return Names.of(network, Node.KIND).complete(session, line, candidates);
  }
}
