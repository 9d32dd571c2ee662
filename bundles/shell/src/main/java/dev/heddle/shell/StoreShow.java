package dev.heddle.shell;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.store.Store;
import java.util.Map;
import java.util.TreeMap;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** What is stored, where, and which numbers were given last. */
@Service
@Command(scope = "store", name = "show", description = "Shows what is stored and where")
public final class StoreShow extends Answering {

  @Reference Store store;

  @Override
  Answer answer() {
    Store.Contents contents = store.load();
    Map<String, Integer> byKind = new TreeMap<>();
    contents.documents().keySet().forEach(id -> byKind.merge(id.kind(), 1, Integer::sum));
    Map<String, Integer> last = new TreeMap<>();
    contents.lastKeys().forEach((space, key) -> last.put(space.name(), key));
    ObjectNode tree =
        JsonNodeFactory.instance
            .objectNode()
            .put("place", store.place())
            .put("revision", contents.revision());
    ObjectNode objects = tree.putObject("objects");
    byKind.forEach(objects::put);
    ObjectNode numbers = tree.putObject("lastNumbers");
    last.forEach(numbers::put);
    StringBuilder text = new StringBuilder();
    text.append("place      ").append(store.place()).append('\n');
    text.append("revision   ").append(contents.revision()).append('\n');
    byKind.forEach((kind, n) -> line(text, "objects", kind, n));
    last.forEach((space, n) -> line(text, "last no.", space, n));
    return new Answer(text.toString(), tree);
  }

  private static void line(StringBuilder text, String what, String name, int number) {
    text.append(String.format("%-10s %-16s %d%n", what, name, number));
  }
}
