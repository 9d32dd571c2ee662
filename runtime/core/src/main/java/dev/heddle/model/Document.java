package dev.heddle.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * An object as a user writes it: kind, name, labels and a spec that only the object's {@link Kind}
 * understands. The envelope is checked here, the spec by the kind. A value: the spec is kept as
 * text, which takes a tenth of the room of a tree and cannot be changed.
 */
public final class Document {

  public static final String API_VERSION = "heddle.dev/v1";

  private static final Pattern KIND = Pattern.compile("[A-Za-z][A-Za-z0-9]{0,62}");
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?");
  private static final Pattern LABEL_KEY =
      Pattern.compile("([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");
  private static final Pattern LABEL_VALUE =
      Pattern.compile("([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?");
  private static final int MAX_LABELS = 64;
  private static final JsonMapper JSON = new JsonMapper();
  private static final Interned<String> KINDS = new Interned<>();

  private final Id<?> id;
  private final Map<String, String> labels;

  /** JSON, UTF-8. */
  private final byte[] spec;

  public Document(String kind, String name, Map<String, String> labels, ObjectNode spec) {
    this.id = new Id<>(KINDS.of(kind), name);
    this.labels = Map.copyOf(labels);
    this.spec = text(spec);
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

  private static byte[] text(ObjectNode spec) {
    try {
      return JSON.writeValueAsBytes(spec);
    } catch (IOException e) {
      throw new IllegalArgumentException("a spec that cannot be written", e);
    }
  }

  public Id<?> id() {
    return id;
  }

  public String kind() {
    return id.kind();
  }

  public String name() {
    return id.name();
  }

  public Map<String, String> labels() {
    return labels;
  }

  /** A copy for the caller. */
  public ObjectNode spec() {
    return spec(JSON, ObjectNode.class);
  }

  /** The spec as {@code mapper} reads it; what it throws of its content goes through. */
  <S> S spec(JsonMapper mapper, Class<S> type) {
    try {
      return mapper.readValue(spec, type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code LogicalPort/red-a}. */
  public String path() {
    return id.toString();
  }

  /** Equal whatever the order of fields and labels is. */
  @Override
  public boolean equals(Object o) {
    return o instanceof Document d
        && d.id.equals(id)
        && d.labels.equals(labels)
        && (Arrays.equals(d.spec, spec) || d.spec().equals(spec()));
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return id + " " + new String(spec, StandardCharsets.UTF_8);
  }

  /** The document as it is stored and sent, without status. */
  public ObjectNode tree() {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("apiVersion", API_VERSION).put("kind", kind());
    ObjectNode metadata = tree.putObject("metadata").put("name", name());
    if (!labels.isEmpty()) {
      ObjectNode l = metadata.putObject("labels");
      new TreeMap<>(labels).forEach(l::put);
    }
    tree.set("spec", spec());
    return tree;
  }
}
