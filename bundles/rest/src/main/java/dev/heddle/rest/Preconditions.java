package dev.heddle.rest;

import dev.heddle.model.Network.State;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a change is conditional on (RFC 9110, 13.1). The entity tag of an object is the revision of
 * its last change, so it stays while only the object's status changes.
 */
record Preconditions(List<String> match, List<String> noneMatch) {

  static Preconditions of(HttpHeaders headers) {
    return new Preconditions(tags(headers, "If-Match"), tags(headers, "If-None-Match"));
  }

  private static List<String> tags(HttpHeaders headers, String name) {
    return headers.getAll(name).stream()
        .flatMap(line -> Stream.of(line.split(",", 64)))
        .map(String::strip)
        .toList();
  }

  static String tag(long revision) {
    return '"' + Long.toString(revision) + '"';
  }

  boolean isEmpty() {
    return match.isEmpty() && noneMatch.isEmpty();
  }

  /**
   * @throws Refusal 412 if the object is not as it must be
   */
  void check(String path, Optional<State> now) {
    boolean matches = match.isEmpty() || now.isPresent() && has(match, now.get(), false);
    boolean forbidden = now.isPresent() && has(noneMatch, now.get(), true);
    if (!matches || forbidden) {
      throw new Refusal(
          412,
          now.map(s -> path + " is at revision " + s.revision()).orElse(path + " does not exist")
              + "; nothing was changed.");
    }
  }

  private static boolean has(List<String> tags, State state, boolean weakly) {
    String tag = tag(state.revision());
    return tags.contains("*") || tags.contains(tag) || weakly && tags.contains("W/" + tag);
  }
}
