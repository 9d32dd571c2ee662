package dev.heddle.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * A document that was drawn, and what may be answered to it.
 *
 * @param flaw what was done to it, {@code none} if it is valid
 * @param field that an answer other than success has to name; empty if the flaw is of no field
 * @param statuses one of these is the answer
 */
record Flawed(String flaw, String field, byte[] text, Set<Integer> statuses) {

  static final Set<Integer> DONE = Set.of(200, 201);
  private static final Set<Integer> WRONG = Set.of(422);
  private static final Set<Integer> UNREADABLE = Set.of(400);
  private static final Set<Integer> TOO_MUCH = Set.of(413);
  private static final JsonNodeFactory NEW = JsonNodeFactory.instance;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public String toString() {
    String shown = new String(text, StandardCharsets.ISO_8859_1);
    return flaw + " of " + field + ": " + shown.substring(0, Math.min(400, shown.length()));
  }

  /** One of a kind that users write; {@code name} is the object's. */
  static Flawed draw(Random random, String kind, String name) {
    ObjectNode document = valid(random, kind, name);
    List<String> fields = new ArrayList<>();
    document.path("spec").fieldNames().forEachRemaining(fields::add);
    String field = fields.get(random.nextInt(fields.size()));
    ObjectNode spec = (ObjectNode) document.get("spec");
    return switch (random.nextInt(12)) {
      case 0, 1 -> of("none", "", document, DONE);
      case 2 -> wrongType(random, document, spec, field);
      case 3 -> unknownField(random, document, spec);
      case 4 -> wrongValue(random, document, spec, field);
      case 5 -> longText(random, document, spec, field);
      case 6 -> deep(random, document, spec, field);
      case 7 -> twice(document, spec, field);
      case 8 -> notUtf8(random, document, field);
      case 9 -> cut(random, document);
      case 10 -> envelope(random, document);
      default -> noObject(random);
    };
  }

  private static Flawed of(String flaw, String field, JsonNode document, Set<Integer> statuses) {
    return new Flawed(flaw, field, document.toString().getBytes(StandardCharsets.UTF_8), statuses);
  }

  private static ObjectNode valid(Random random, String kind, String name) {
    ObjectNode document = NEW.objectNode().put("apiVersion", "heddle.dev/v1").put("kind", kind);
    ObjectNode metadata = document.putObject("metadata").put("name", name);
    if (random.nextBoolean()) {
      metadata.putObject("labels").put("app", "v" + random.nextInt(10));
    }
    ObjectNode spec = document.putObject("spec");
    int n = random.nextInt(250);
    switch (kind) {
      case "LogicalSwitch" -> {
        spec.put("mtu", 576 + n).put("unknown", random.nextBoolean() ? "flood" : "drop");
        spec.putArray("subnets").add("10." + n + ".0.0/24").add("fd00:" + n + "::/64");
      }
      case "LogicalPort" -> {
        spec.put("switch", "s" + n).put("mac", String.format("0a:00:00:00:00:%02x", n));
        spec.put("type", "vif").put("portSecurity", random.nextBoolean());
        spec.put("enabled", random.nextBoolean());
        spec.putArray("addresses").add("10.0.0." + n).add("fd00::" + n);
      }
      default -> {
        spec.put("bfd", random.nextBoolean()).putArray("peers").add("r" + n);
        spec.putArray("routes")
            .addObject()
            .put("prefix", "10." + n + ".0.0/16")
            .putArray("nextHops")
            .add("192.0.2." + n);
      }
    }
    return document;
  }

  private static Flawed wrongType(
      Random random, ObjectNode document, ObjectNode spec, String field) {
    JsonNode before = spec.get(field);
    List<JsonNode> others = new ArrayList<>();
    others.add(NEW.objectNode());
    others.add(NEW.objectNode().put("a", 1));
    others.add(NEW.numberNode(1.5));
    if (!before.isArray()) {
      others.add(NEW.arrayNode());
      others.add(NEW.arrayNode().add(before));
    } else {
      others.add(NEW.arrayNode().addNull());
      others.add(NEW.arrayNode().add(NEW.arrayNode()));
      others.add(NEW.arrayNode().add(5));
    }
    if (!before.isTextual()) {
      others.add(NEW.textNode("5"));
    }
    if (!before.isBoolean()) {
      others.add(NEW.booleanNode(true));
    }
    if (!before.isNumber()) {
      others.add(NEW.numberNode(random.nextInt()));
    }
    spec.set(field, others.get(random.nextInt(others.size())));
    return of("wrong type", field, document, WRONG);
  }

  private static Flawed unknownField(Random random, ObjectNode document, ObjectNode spec) {
    String field = "x" + random.nextInt(1000);
    ObjectNode into =
        switch (random.nextInt(3)) {
          case 0 -> document;
          case 1 -> (ObjectNode) document.get("metadata");
          default -> spec;
        };
    into.set(field, random.nextBoolean() ? NEW.nullNode() : NEW.arrayNode().add(1));
    return of("unknown field", field, document, WRONG);
  }

  /** Of the right type, but nothing that can be meant. */
  private static Flawed wrongValue(
      Random random, ObjectNode document, ObjectNode spec, String field) {
    List<String> texts =
        List.of(
            "", "no", "10.0.0.300", "10.0.0.0/33", "::/129", "0a:00:00:00:00", "\u0000", "\u202e");
    String text = texts.get(random.nextInt(texts.size()));
    switch (field) {
      case "mtu" -> {
        String[] numbers = {"1e999", "99999999999999999999", "-1", "0", "1400.5", "9001", "1E400"};
        String body = document.toString();
        String number = numbers[random.nextInt(numbers.length)];
        return new Flawed(
            "wrong number",
            field,
            body.replaceFirst("\"mtu\":\\d+", "\"mtu\":" + number).getBytes(StandardCharsets.UTF_8),
            WRONG);
      }
      case "unknown", "type", "mac" -> spec.put(field, text);
      case "subnets", "addresses" -> spec.putArray(field).add(text);
      case "routes" -> ((ObjectNode) spec.get("routes").get(0)).put("prefix", text);
      case "switch" -> spec.put("switch", "");
      default -> {
        spec.put(field, text);
        return of("wrong value", field, document, WRONG);
      }
    }
    return of("wrong value", field, document, WRONG);
  }

  private static Flawed longText(
      Random random, ObjectNode document, ObjectNode spec, String field) {
    boolean beyond = random.nextBoolean();
    String text = "z".repeat(beyond ? 65_537 + random.nextInt(100_000) : 1000);
    JsonNode before = spec.get(field);
    if (before.isArray()) {
      spec.putArray(field).add(text);
    } else {
      spec.put(field, text);
    }
    boolean anyNameGoes = field.equals("switch") || field.equals("peers");
    return of(
        "long text",
        field,
        document,
        beyond ? TOO_MUCH : anyNameGoes ? Set.of(200, 201, 422) : WRONG);
  }

  private static Flawed deep(Random random, ObjectNode document, ObjectNode spec, String field) {
    boolean beyond = random.nextBoolean();
    int depth = beyond ? 33 + random.nextInt(900) : 1 + random.nextInt(20);
    ArrayNode outer = spec.putArray(field);
    ArrayNode inner = outer;
    for (int i = 0; i < depth; i++) {
      inner = inner.addArray();
    }
    return of("deep", field, document, beyond ? TOO_MUCH : WRONG);
  }

  private static Flawed twice(ObjectNode document, ObjectNode spec, String field) {
    String member = "\"" + field + "\":" + spec.get(field);
    String body = document.toString().replace(member, member + "," + member);
    return new Flawed("key given twice", field, body.getBytes(StandardCharsets.UTF_8), UNREADABLE);
  }

  private static Flawed notUtf8(Random random, ObjectNode document, String field) {
    String body = document.toString();
    int at = body.indexOf("\"" + field + "\"") + 2;
    byte[][] wrong = {
      {(byte) 0xc3, '('},
      {(byte) 0xff},
      {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
      {(byte) 0xc0, 0x2f}
    };
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(body.substring(0, at).getBytes(StandardCharsets.UTF_8));
    bytes.writeBytes(wrong[random.nextInt(wrong.length)]);
    bytes.writeBytes(body.substring(at).getBytes(StandardCharsets.UTF_8));
    return new Flawed("not UTF-8", "byte " + (at + 1), bytes.toByteArray(), UNREADABLE);
  }

  private static Flawed cut(Random random, ObjectNode document) {
    byte[] whole = document.toString().getBytes(StandardCharsets.UTF_8);
    byte[] part = java.util.Arrays.copyOf(whole, 1 + random.nextInt(whole.length - 1));
    return new Flawed("cut off", "line 1", part, UNREADABLE);
  }

  private static Flawed envelope(Random random, ObjectNode document) {
    switch (random.nextInt(4)) {
      case 0 -> document.put("apiVersion", "heddle.dev/v2");
      case 1 -> document.set("metadata", NEW.arrayNode());
      case 2 -> document.put("spec", "text");
      default -> ((ObjectNode) document.get("metadata")).putArray("labels").add("a");
    }
    String field =
        document.get("metadata").isArray()
            ? "metadata"
            : document.get("spec").isTextual()
                ? "spec"
                : document.get("metadata").path("labels").isArray() ? "labels" : "apiVersion";
    return of("envelope", field, document, WRONG);
  }

  private static Flawed noObject(Random random) {
    String[] texts = {"[]", "5", "true", "\"text\"", "[[[]]]", "{}", "[{}]", "{\"delete\":{}}"};
    String text = texts[random.nextInt(texts.length)];
    return new Flawed("no document", "", text.getBytes(StandardCharsets.UTF_8), Set.of(400, 422));
  }

  JsonNode tree() throws Exception {
    return JSON.readTree(text);
  }
}
