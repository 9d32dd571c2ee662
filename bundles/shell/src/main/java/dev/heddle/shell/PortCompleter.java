package dev.heddle.shell;

import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;

/** Offers ports by name. */
@Service
public final class PortCompleter implements Completer {

  @Reference Network network;

  @Override
  public int complete(Session session, CommandLine line, List<String> candidates) {
    return Names.of(network, LogicalPort.KIND).complete(session, line, candidates);
  }
}
