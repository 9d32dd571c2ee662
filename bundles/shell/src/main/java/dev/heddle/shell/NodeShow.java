package dev.heddle.shell;

import dev.heddle.model.Network;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Confirmations;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** The switches that joined, and what each has confirmed. */
@Service
@Command(scope = "node", name = "show", description = "Shows nodes and what they have confirmed")
public final class NodeShow extends Answering {

  @Reference Network network;

  @Reference(optional = true)
  Confirmations confirmations;

  @Argument(index = 0, name = "NAME", description = "one node, in full")
  @Completion(NodeCompleter.class)
  String name;

  @Override
  Answer answer() {
    NetworkShow show = new NetworkShow();
    show.network = network;
    show.confirmations = confirmations;
    show.kind = Node.KIND.name();
    show.name = name;
    return show.answer();
  }
}
