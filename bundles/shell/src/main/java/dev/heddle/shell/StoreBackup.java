package dev.heddle.shell;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heddle.store.Backup;
import dev.heddle.store.Store;
import java.nio.file.Path;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.FileCompleter;

/** Writes a copy of all that is stored, of one revision. */
@Service
@Command(
    scope = "store",
    name = "backup",
    description = "Writes a checked copy of the store to a file of the controller's machine")
public final class StoreBackup extends Answering {

  @Reference Store store;

  @Argument(index = 0, name = "FILE", required = true, description = "replaced if it is there")
  @Completion(FileCompleter.class)
  String file;

  @Override
  Answer answer() {
    Store.Contents contents = store.load();
    Backup.write(contents, Path.of(file).toAbsolutePath());
    return new Answer(
        "backup: " + Backup.text(contents) + ", in " + file + "\n",
        JsonNodeFactory.instance
            .objectNode()
            .put("file", file)
            .put("revision", contents.revision())
            .put("objects", contents.documents().size()));
  }
}
