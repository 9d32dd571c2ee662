package dev.heddle.shell;

import dev.heddle.model.Network;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.DesiredFlows;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Offers some cookies that begin as what was typed; a whole one is pasted from a switch. */
@Service
public final class CookieCompleter implements Completer {

  private static final int MOST = 50;

  @Reference Network network;

  @Reference DesiredFlows flows;

  @Override
  public int complete(Session session, CommandLine line, List<String> candidates) {
    String typed = Optional.ofNullable(line.getCursorArgument()).orElse("");
    List<String> cookies =
        network.documents(Node.KIND.name()).stream()
            .map(d -> Node.KIND.id(d.name()))
            .limit(1)
            .flatMap(
                node ->
                    flows
                        .read(
                            now ->
                                now.keys(node).stream()
                                    .flatMap(key -> now.flow(node, key).stream())
                                    .map(flow -> Cookie.text(flow.cookie()))
                                    .filter(cookie -> cookie.startsWith(typed))
                                    .distinct()
                                    .limit(MOST)
                                    .toList())
                        .stream())
            .toList();
    return new StringsCompleter(cookies).complete(session, line, candidates);
  }
}
