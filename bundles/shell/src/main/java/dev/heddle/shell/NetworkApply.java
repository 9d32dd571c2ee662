package dev.heddle.shell;

import dev.heddle.model.Network;
import dev.heddle.model.Network.Change;
import dev.heddle.show.Changes;
import dev.heddle.show.Syntax;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.FileCompleter;

/** Stores all documents of a file on the controller's machine, or none. */
@Service
@Command(
    scope = "network",
    name = "apply",
    description = "Stores the documents of a file, all or none")
public final class NetworkApply extends Answering {

  @Reference Network network;

  @Argument(index = 0, name = "FILE", required = true, description = "YAML, or JSON if named so")
  @Completion(FileCompleter.class)
  String file;

  @Override
  Answer answer() throws Exception {
    byte[] text;
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      text = in.readNBytes(Syntax.MAX_BYTES + 1); // one more than is taken, so that it is refused
    }
    Syntax syntax = file.endsWith(".json") ? Syntax.JSON : Syntax.YAML;
    List<Change> changes = Changes.read(syntax, text);
    return Edit.make(network, "network:apply", changes);
  }
}
