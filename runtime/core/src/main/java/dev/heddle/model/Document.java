package dev.heddle.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * An object as a user writes it: kind, name, labels and a spec that only the object's {@link Kind}
 * understands. The envelope is checked here, the spec by the kind.
 */
public record Document(String kind, String name, Map<String, String> labels, ObjectNode spec) {

  public static final String API_VERSION = "heddle.dev/v1";

  private static final Pattern KIND = Pattern.compile("[A-Za-z][A-Za-z0-9]{0,62}");
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?");
  private static final Pattern LABEL_KEY =
      Pattern.compile("([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");
  private static final Pattern LABEL_VALUE =
      Pattern.compile("([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?");
  private static final int MAX_LABELS = 64;

  public Document {
    labels = Map.copyOf(labels);
    if (!NAME.matcher(name).matches()) {
      throw new RefusedException(
          kind + " metadata.name",
          "'"
              + Text.shown(name)
              + "' is not a name: letters, digits, '.', '_' and '-', at most 253,"
              + " first and last a letter or digit");
    }
  }

  /**
   * Reads one document's tree.
   *
   * @throws RefusedException if the envelope is not that of a Heddle document
   */
  public static Document of(JsonNode tree) {
    if (!(tree instanceof ObjectNode)) {
      throw new RefusedException(
          "document", "an object with apiVersion, kind, metadata and spec is expected");
    }
    String kind = text(tree, "kind", "document");
    if (!KIND.matcher(kind).matches()) {
      throw new RefusedException(
          "document kind", "'" + Text.shown(kind) + "' is not a kind such as LogicalPort");
    }
    String version = text(tree, "apiVersion", kind);
    if (!version.equals(API_VERSION)) {
      throw new RefusedException(
          kind + " apiVersion", "'" + Text.shown(version) + "' is not " + API_VERSION);
    }
    onlyFields(tree, kind, "apiVersion", "kind", "metadata", "spec", "status");
    JsonNode metadata = tree.path("metadata");
    String name = text(metadata, "name", kind + " metadata");
    String path = kind + "/" + Text.shown(name);
    onlyFields(metadata, path + " metadata", "name", "labels");
    JsonNode spec = tree.path("spec");
    if (!spec.isMissingNode() && !spec.isNull() && !spec.isObject()) {
      throw new RefusedException(path + " spec", "an object is expected");
    }
    return new Document(
        kind,
        name,
        labels(metadata.path("labels"), path + " metadata.labels"),
        spec instanceof ObjectNode o ? o : JsonNodeFactory.instance.objectNode());
  }

  private static Map<String, String> labels(JsonNode node, String path) {
    Map<String, String> labels = new TreeMap<>();
    if (node.isMissingNode() || node.isNull()) {
      return labels;
    }
    if (!node.isObject() || node.size() > MAX_LABELS) {
      throw new RefusedException(
          path, "at most " + MAX_LABELS + " pairs of name and text are expected");
    }
    node.properties()
        .forEach(
            e -> {
              String value = e.getValue().isTextual() ? e.getValue().textValue() : "\n";
              if (!LABEL_KEY.matcher(e.getKey()).matches()
                  || !LABEL_VALUE.matcher(value).matches()) {
                throw new RefusedException(
                    path,
                    "'" + Text.shown(e.getKey()) + "' is not a label as Kubernetes defines it");
              }
              labels.put(e.getKey(), value);
            });
    return labels;
  }

  private static String text(JsonNode node, String field, String path) {
    JsonNode value = node.path(field);
    if (!value.isTextual() || value.textValue().isEmpty()) {
      throw new RefusedException(Text.shown(path) + " " + field, "a text is expected");
    }
    return value.textValue();
  }

  private static void onlyFields(JsonNode node, String path, String... known) {
    node.fieldNames()
        .forEachRemaining(
            f -> {
              for (String k : known) {
                if (k.equals(f)) {
                  return;
                }
              }
              throw new RefusedException(
                  Text.shown(path) + " " + Text.shown(f),
                  "no such field; known are " + String.join(", ", known));
            });
  }

  /** {@code LogicalPort/red-a}. */
  public String path() {
    return kind + "/" + name;
  }

  /** The document as it is stored and sent, without status. */
  public ObjectNode tree() {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("apiVersion", API_VERSION).put("kind", kind);
    ObjectNode metadata = tree.putObject("metadata").put("name", name);
    if (!labels.isEmpty()) {
      ObjectNode l = metadata.putObject("labels");
      new TreeMap<>(labels).forEach(l::put);
    }
    tree.set("spec", spec);
    return tree;
  }
}
