package dev.heddle.shell;

import dev.heddle.model.Kind;
import dev.heddle.model.Network;
import dev.heddle.show.KindNames;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;

/** Offers the objects of the kind that was typed before. */
@Service
public final class ObjectCompleter implements Completer {

  @Reference Network network;

  @Override
  public int complete(Session session, CommandLine line, List<String> candidates) {
    List<Kind<?>> kinds = network.kinds();
    Optional<Kind<?>> kind =
        Arrays.stream(line.getArguments())
            .limit(Math.max(0, line.getCursorArgumentIndex()))
            .flatMap(word -> KindNames.find(kinds, word).stream())
            .findFirst();
    return kind.isEmpty() ? -1 : Names.of(network, kind.get()).complete(session, line, candidates);
  }
}
