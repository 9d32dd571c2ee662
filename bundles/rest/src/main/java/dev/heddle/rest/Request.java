package dev.heddle.rest;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A whole request.
 *
 * @param path its decoded words
 * @param query each parameter once
 * @param caller who asks
 */
record Request(
    String method,
    List<String> path,
    Map<String, String> query,
    HttpHeaders headers,
    byte[] body,
    Caller caller) {

  /** Every parameter that some route knows: a misspelt one would silently do nothing. */
  static final Set<String> PARAMETERS = Set.of("wait", "timeout", "watch", "revision", "view");

  private static final Pattern TIME = Pattern.compile("(\\d{1,6})(ms|s|m)?");
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final Duration USUAL = Duration.ofSeconds(30);

  /**
   * Reads the target of a request.
   *
   * @throws Refusal 400 if it is malformed
   */
  static Request of(String method, String uri, HttpHeaders headers, byte[] body, Caller caller) {
    try {
      QueryStringDecoder decoder = new QueryStringDecoder(uri, StandardCharsets.UTF_8, true, 16);
      return new Request(
          method, words(decoder.rawPath()), once(decoder.parameters()), headers, body, caller);
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, "The request's target is malformed.");
    }
  }

  /** Words are told apart before they are decoded: an encoded slash is part of a word. */
  private static List<String> words(String rawPath) {
    List<String> words = new ArrayList<>();
    for (String raw : rawPath.split("/", -1)) {
      words.add(QueryStringDecoder.decodeComponent(raw.replace("+", "%2B")));
    }
    return words.isEmpty() ? words : words.subList(1, words.size());
  }

  private static Map<String, String> once(Map<String, List<String>> parameters) {
    Map<String, String> once = new HashMap<>();
    parameters.forEach(
        (name, values) -> {
          if (!PARAMETERS.contains(name)) {
            throw new Refusal(
                400, "There is no such parameter; known are " + String.join(", ", known()) + ".");
          }
          if (values.size() > 1) {
            throw new Refusal(400, "The parameter " + name + " is given twice.");
          }
          once.put(name, values.get(0));
        });
    return once;
  }

  private static List<String> known() {
    return PARAMETERS.stream().sorted().toList();
  }

  Media accepted() {
    return Media.accepted(headers.get("Accept", ""));
  }

  /** {@code watch=true}. */
  boolean isWatch() {
    String watch = query.getOrDefault("watch", "false");
    if (!watch.equals("true") && !watch.equals("false")) {
      throw new Refusal(400, "watch is true or false.");
    }
    return watch.equals("true");
  }

  /** The condition to wait for, as conditions are written. */
  Optional<String> awaited() {
    String wait = query.get("wait");
    if (wait == null) {
      return Optional.empty();
    }
    return switch (wait) {
      case "accepted" -> Optional.of("Accepted");
      case "resolved" -> Optional.of("Resolved");
      case "realized" -> Optional.of("Realized");
      default -> throw new Refusal(400, "wait is accepted, resolved or realized.");
    };
  }

  /** How long to wait; 30 s unless told, 10 min at most. */
  Duration timeout() {
    String text = query.get("timeout");
    if (text == null) {
      return USUAL;
    }
    Matcher m = TIME.matcher(text);
    if (!m.matches()) {
      throw new Refusal(400, "A timeout is written 500ms, 30s or 5m.");
    }
    long n = Long.parseLong(m.group(1));
    Duration time =
        "ms".equals(m.group(2))
            ? Duration.ofMillis(n)
            : "m".equals(m.group(2)) ? Duration.ofMinutes(n) : Duration.ofSeconds(n);
    if (time.compareTo(LONGEST) > 0) {
      throw new Refusal(400, "A timeout is 10 minutes at most.");
    }
    return time;
  }
}
