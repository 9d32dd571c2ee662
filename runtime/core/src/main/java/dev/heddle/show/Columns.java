package dev.heddle.show;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Binding;
import dev.heddle.model.FilledStage;
import dev.heddle.model.Kind;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Node;
import dev.heddle.model.PlainSwitch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Objects as people want to see them: a table with the columns of their kind, or one in full. */
public final class Columns {

  /** A heading and what stands below it. */
  private record Column(String heading, Function<JsonNode, String> cell) {}

  private static final Column NAME = at("NAME", "/metadata/name");
  private static final Column REALIZED = new Column("REALIZED", o -> condition(o, "Realized"));

  private static final Map<Kind<?>, List<Column>> BY_KIND =
      Map.of(
          LogicalPort.KIND,
          List.of(
              NAME,
              at("SWITCH", "/spec/switch"),
              at("MAC", "/spec/mac"),
              at("ADDRESSES", "/spec/addresses"),
              at("NODE", "/status/nodes"),
              REALIZED),
          LogicalSwitch.KIND,
          List.of(
              NAME,
              at("KEY", "/status/key"),
              at("SUBNETS", "/spec/subnets"),
              at("PORTS", "/status/ports"),
              REALIZED),
          Node.KIND,
          List.of(
              NAME,
              at("ADDRESS", "/spec/encapAddress"),
              at("OVS", "/spec/ovsVersion"),
              at("CONNECTED", "/status/connected"),
              at("FLOWS", "/status/flows"),
              at("INSTALLED", "/status/installed"),
              REALIZED),
          PlainSwitch.KIND,
          List.of(
              NAME,
              new Column("PORTS", o -> Integer.toString(o.at("/spec/ports").size())),
              at("CONNECTED", "/status/connected"),
              at("FLOWS", "/status/flows"),
              at("INSTALLED", "/status/installed"),
              new Column("RESOLVED", o -> condition(o, "Resolved")),
              REALIZED),
          Binding.KIND,
          List.of(
              NAME,
              at("PORT", "/spec/port"),
              at("NODE", "/spec/node"),
              at("OFPORT", "/spec/ofPort")),
          FilledStage.KIND,
          List.of(
              NAME,
              at("TABLE", "/spec/table"),
              at("FEATURE", "/spec/feature"),
              at("MANDATORY", "/spec/mandatory")));

  private static final List<Column> ANY =
      List.of(
          NAME,
          at("KEY", "/status/key"),
          at("REVISION", "/status/revision"),
          new Column("ACCEPTED", o -> condition(o, "Accepted")),
          REALIZED);

  private Columns() {}

  private static Column at(String heading, String pointer) {
    JsonPointer compiled = JsonPointer.compile(pointer); // once, not for each of thousands of rows
    return new Column(heading, object -> text(object.at(compiled)));
  }

  private static String text(JsonNode value) {
    if (value.isArray()) {
      String joined =
          StreamSupport.stream(value.spliterator(), false)
              .map(JsonNode::asText)
              .collect(Collectors.joining(","));
      return joined.isEmpty() ? "-" : joined;
    }
    if (value.isBoolean()) {
      return value.booleanValue() ? "yes" : "no";
    }
    return value.asText("").isEmpty() ? "-" : value.asText();
  }

  private static String condition(JsonNode object, String type) {
    for (JsonNode c : object.path("status").path("conditions")) {
      if (c.path("type").asText().equals(type)) {
        return c.path("status").asText().equals("True")
            ? "yes"
            : "no: " + c.path("reason").asText();
      }
    }
    return "-";
  }

  /** One row per object. */
  public static Table table(Kind<?> kind, List<ObjectNode> objects) {
    List<Column> columns = BY_KIND.getOrDefault(kind, ANY);
    return new Table(
        columns.stream().map(Column::heading).toList(),
        objects.stream().map(o -> columns.stream().map(c -> c.cell().apply(o)).toList()).toList());
  }

  /** One object in full, its conditions with their sentences. */
  public static String describe(ObjectNode object) {
    StringBuilder text = new StringBuilder();
    text.append(object.path("kind").asText()).append(' ');
    text.append(object.at("/metadata/name").asText()).append('\n');
    section(text, "Labels", object.at("/metadata/labels"));
    section(text, "Spec", object.path("spec"));
    ObjectNode status = object.path("status").deepCopy();
    JsonNode conditions = status.remove("conditions");
    section(text, "Status", status);
    text.append("\nConditions\n");
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode c : conditions) {
      String type = c.path("type").asText();
      rows.add(List.of("  " + type, condition(object, type), text(c.path("message"))));
    }
    return text + new Table(List.of("  TYPE", "MET", "SENTENCE"), rows).toString();
  }

  private static void section(StringBuilder text, String title, JsonNode fields) {
    if (fields.isEmpty()) {
      return;
    }
    text.append('\n').append(title).append('\n');
    Syntax.YAML.write(fields).lines().forEach(l -> text.append("  ").append(l).append('\n'));
  }
}
