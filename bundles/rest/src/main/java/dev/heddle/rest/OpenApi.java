package dev.heddle.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Document;
import dev.heddle.model.Kind;
import dev.heddle.rest.Routes.Route;
import java.util.List;
import java.util.Locale;

/** Describes the routes and the kinds of this moment as an OpenAPI 3.1 document. */
final class OpenApi {

  private static final JsonNodeFactory NEW = JsonNodeFactory.instance;
  private static final String KIND = "{kind}";

  private OpenApi() {}

  static ObjectNode of(List<Route> routes, List<Kind<?>> kinds) {
    ObjectNode root = NEW.objectNode().put("openapi", "3.1.0");
    root.putObject("info")
        .put("title", "Heddle")
        .put("version", "v1")
        .put("description", "The logical network: documents by kind and name, and their state.");
    root.putArray("security").addObject().putArray("token");
    ObjectNode paths = root.putObject("paths");
    for (Route route : routes) {
      if (route.path().contains(KIND)) {
        for (Kind<?> kind : kinds) {
          if (!kind.system() || route.method().equals("GET")) {
            add(paths, route, kind);
          }
        }
      } else {
        add(paths, route, null);
      }
    }
    components(root.putObject("components"), kinds);
    return root;
  }

  private static void add(ObjectNode paths, Route route, Kind<?> kind) {
    String path = "/" + String.join("/", route.path());
    // Below /api/v1 the third word, beside it the only one.
    String word = route.path().get(Math.min(2, route.path().size() - 1));
    String id = route.method().toLowerCase(Locale.ROOT) + "-" + word;
    id += route.path().contains("{name}") ? "-one" : "";
    if (kind != null) {
      path = path.replace(KIND, kind.plural());
      boolean one = route.path().contains("{name}");
      id = route.method().toLowerCase(Locale.ROOT) + "-" + (one ? kind.name() : kind.plural());
    }
    boolean known = paths.has(path) && paths.get(path).has(method(route));
    if (known) {
      return; // a fixed path stands before a kind of the same name
    }
    ObjectNode operation =
        (paths.has(path) ? (ObjectNode) paths.get(path) : paths.putObject(path))
            .putObject(method(route));
    operation.put("operationId", id).put("summary", route.summary());
    operation.put("x-heddle-role", route.needs().toString());
    if (path.equals(Routes.READY)) {
      operation.putArray("security");
    }
    parameters(operation, route, kind);
    body(operation, route, kind);
    responses(operation.putObject("responses"), route, kind);
  }

  private static String method(Route route) {
    return route.method().toLowerCase(Locale.ROOT);
  }

  private static void parameters(ObjectNode operation, Route route, Kind<?> kind) {
    ArrayNode parameters = NEW.arrayNode();
    for (String word : route.path()) {
      if (word.startsWith("{") && !word.equals(KIND)) {
        parameter(parameters, word.substring(1, word.length() - 1), "path").put("required", true);
      }
    }
    boolean reads = route.method().equals("GET");
    boolean one = route.path().contains("{name}");
    if (kind != null && reads) {
      parameter(parameters, "watch", "query").putObject("schema").put("type", "boolean");
      parameter(parameters, "revision", "query").putObject("schema").put("type", "integer");
    }
    if (kind != null && !one && reads) {
      parameter(parameters, "limit", "query").putObject("schema").put("type", "integer");
      parameter(parameters, "continue", "query")
          .put("description", "what the part before gave as continue");
    }
    if (kind != null && one && reads) {
      choice(parameter(parameters, "view", "query"), "describe");
    }
    boolean changes = route.path().contains("transactions");
    boolean waits = kind == null ? changes : one && !isDelete(route);
    if (waits) {
      choice(parameter(parameters, "wait", "query"), "accepted", "resolved", "realized");
      parameter(parameters, "timeout", "query")
          .put("description", "500ms, 30s or 5m; 30s if absent");
    }
    if (kind != null && !reads) {
      parameter(parameters, "If-Match", "header");
      parameter(parameters, "If-None-Match", "header");
    }
    if (!parameters.isEmpty()) {
      operation.set("parameters", parameters);
    }
  }

  private static boolean isDelete(Route route) {
    return route.method().equals("DELETE");
  }

  private static ObjectNode parameter(ArrayNode parameters, String name, String in) {
    ObjectNode parameter = parameters.addObject().put("name", name).put("in", in);
    parameter.putObject("schema").put("type", "string");
    return parameter;
  }

  private static void choice(ObjectNode parameter, String... values) {
    ArrayNode choices = parameter.putObject("schema").put("type", "string").putArray("enum");
    List.of(values).forEach(choices::add);
  }

  private static void body(ObjectNode operation, Route route, Kind<?> kind) {
    switch (route.method()) {
      case "PUT" -> content(operation, "application/json", ref(kind.name()));
      case "PATCH" -> content(operation, "application/merge-patch+json", any());
      case "POST" -> {
        if (route.path().contains("trace")) {
          ObjectNode question = NEW.objectNode();
          ObjectNode fields = properties(question);
          text(fields, "from");
          text(fields, "to");
          fields.putObject("packet").put("type", "object");
          question.putArray("required").add("from");
          content(operation, "application/json", question);
          return;
        }
        ObjectNode steps = NEW.objectNode().put("type", "array");
        steps.set("items", any());
        content(operation, "application/json", steps);
        content(operation, "application/yaml", any());
      }
      default -> {}
    }
  }

  private static void content(ObjectNode operation, String type, ObjectNode schema) {
    ObjectNode body =
        operation.has("requestBody")
            ? (ObjectNode) operation.get("requestBody")
            : operation.putObject("requestBody").put("required", true);
    body.withObjectProperty("content").putObject(type).set("schema", schema);
  }

  private static ObjectNode any() {
    return NEW.objectNode().put("type", "object");
  }

  private static ObjectNode ref(String schema) {
    return NEW.objectNode().put("$ref", "#/components/schemas/" + schema);
  }

  private static void responses(ObjectNode responses, Route route, Kind<?> kind) {
    ObjectNode schema = any();
    if (route.path().contains("transactions") || kind != null && !route.method().equals("GET")) {
      schema = ref("Outcome");
    } else if (kind != null && route.path().contains("{name}")) {
      schema = ref(kind.name());
    } else if (kind != null) {
      schema = ref("List");
    }
    for (String status : route.method().equals("PUT") ? List.of("200", "201") : List.of("200")) {
      ObjectNode content =
          responses.putObject(status).put("description", "Done").putObject("content");
      content.putObject("application/json").set("schema", schema);
      content.putObject("application/yaml").set("schema", schema);
      content.putObject("text/plain").putObject("schema").put("type", "string");
    }
    if (route.needs() != Role.NONE) {
      error(responses, "401", "No token, or one that lets nobody in");
      error(responses, "403", "The token's role does not include " + route.needs());
    }
    error(responses, "default", "Not done, and why");
  }

  private static void error(ObjectNode responses, String status, String description) {
    ObjectNode failed = responses.putObject(status).put("description", description);
    failed.putObject("content").putObject("application/json").set("schema", ref("Error"));
  }

  private static void components(ObjectNode components, List<Kind<?>> kinds) {
    components
        .putObject("securitySchemes")
        .putObject("token")
        .put("type", "http")
        .put("scheme", "bearer");
    ObjectNode schemas = components.putObject("schemas");
    kinds.forEach(k -> object(schemas.putObject(k.name()), k));
    ObjectNode list = properties(schemas.putObject("List"));
    list.putObject("revision").put("type", "integer");
    text(list, "continue");
    list.putObject("items").put("type", "array").set("items", any());
    ObjectNode outcome = properties(schemas.putObject("Outcome"));
    outcome.putObject("revision").put("type", "integer");
    ObjectNode step = NEW.objectNode();
    ObjectNode fields = properties(step);
    text(fields, "kind");
    text(fields, "name");
    ArrayNode effects = fields.putObject("effect").put("type", "string").putArray("enum");
    List.of("created", "configured", "unchanged", "deleted").forEach(effects::add);
    outcome.putObject("steps").put("type", "array").set("items", step);
    ObjectNode error = properties(schemas.putObject("Error"));
    text(error, "error");
    ObjectNode problem = NEW.objectNode();
    ObjectNode where = properties(problem);
    text(where, "path");
    text(where, "sentence");
    error.putObject("problems").put("type", "array").set("items", problem);
  }

  private static void object(ObjectNode schema, Kind<?> kind) {
    ObjectNode fields = properties(schema);
    schema.putArray("required").add("apiVersion").add("kind").add("metadata");
    fields.putObject("apiVersion").put("const", Document.API_VERSION);
    fields.putObject("kind").put("const", kind.name());
    ObjectNode metadata = fields.putObject("metadata");
    ObjectNode named = properties(metadata);
    metadata.putArray("required").add("name");
    text(named, "name");
    named
        .putObject("labels")
        .put("type", "object")
        .putObject("additionalProperties")
        .put("type", "string");
    fields.putObject("spec").put("type", "object");
    fields.putObject("status").put("type", "object").put("readOnly", true);
  }

  private static ObjectNode properties(ObjectNode schema) {
    return schema.put("type", "object").putObject("properties");
  }

  private static void text(ObjectNode properties, String name) {
    properties.putObject(name).put("type", "string");
  }
}
