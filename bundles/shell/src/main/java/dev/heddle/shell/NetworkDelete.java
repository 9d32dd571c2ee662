package dev.heddle.shell;

import dev.heddle.model.Network;
import dev.heddle.model.Network.Change;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Removes one object. */
@Service
@Command(scope = "network", name = "delete", description = "Removes an object")
public final class NetworkDelete extends Answering {

  @Reference Network network;

  @Argument(index = 0, name = "KIND", required = true, description = "port, switch ...")
  @Completion(KindCompleter.class)
  String kind;

  @Argument(index = 1, name = "NAME", required = true, description = "the object's name")
  String name;

  @Override
  Answer answer() throws Exception {
    String known = NetworkShow.kind(network, kind).name();
    return Edit.make(network, "network:delete", List.of(new Change.Remove(known, name, true)));
  }
}
