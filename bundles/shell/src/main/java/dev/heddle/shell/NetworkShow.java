package dev.heddle.shell;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Kind;
import dev.heddle.model.Network;
import dev.heddle.pipeline.Confirmations;
import dev.heddle.show.Columns;
import dev.heddle.show.KindNames;
import dev.heddle.show.Objects;
import dev.heddle.show.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Kinds, the objects of one, or one object in full. */
@Service
@Command(scope = "network", name = "show", description = "Shows objects and what is true of them")
public final class NetworkShow extends Answering {

  @Reference Network network;

  @Reference(optional = true)
  Confirmations confirmations;

  @Argument(index = 0, name = "KIND", description = "port, logicalports, LogicalPort ...")
  @Completion(KindCompleter.class)
  String kind;

  @Argument(index = 1, name = "NAME", description = "one object, in full")
  @Completion(ObjectCompleter.class)
  String name;

  @Override
  Answer answer() {
    if (kind == null) {
      return kinds();
    }
    Kind<?> k = kind(network, kind);
    Objects objects = new Objects(network, () -> Optional.ofNullable(confirmations));
    if (name != null) {
      ObjectNode object =
          objects
              .get(k, name)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "There is no " + k.name() + " named " + name + "."));
      return new Answer(Columns.describe(object), object);
    }
    List<ObjectNode> all = objects.list(k);
    ArrayNode tree = JsonNodeFactory.instance.arrayNode();
    all.forEach(tree::add);
    return new Answer(Columns.table(k, all).toString(), tree);
  }

  private Answer kinds() {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    List<List<String>> rows = new ArrayList<>();
    for (Kind<?> k : network.kinds()) {
      int number = network.documents(k.name()).size();
      tree.put(k.name(), number);
      rows.add(List.of(k.name(), Integer.toString(number), k.system() ? "the system" : "users"));
    }
    return new Answer(new Table(List.of("KIND", "OBJECTS", "WRITTEN BY"), rows).toString(), tree);
  }

  /** The kind a person means. */
  static Kind<?> kind(Network network, String name) {
    List<Kind<?>> kinds = network.kinds();
    return KindNames.find(kinds, name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no kind named "
                        + name
                        + "; known are "
                        + String.join(", ", KindNames.plurals(kinds))
                        + "."));
  }
}
