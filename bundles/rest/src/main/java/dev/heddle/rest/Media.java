package dev.heddle.rest;

import dev.heddle.show.Syntax;
import java.util.Locale;
import java.util.Optional;

/** What answers are written in, and bodies read in. */
enum Media {
  JSON("application/json"),
  YAML("application/yaml"),
  TEXT("text/plain");

  private final String type;

  Media(String type) {
    this.type = type;
  }

  String contentType() {
    return this == JSON ? type : type + "; charset=utf-8";
  }

  /** What the client likes best of what we have (RFC 9110, 12.5.1); JSON if it does not say. */
  static Media accepted(String accept) {
    Media best = JSON;
    double weight = 0;
    for (String range : accept.split(",", 16)) {
      String[] parts = range.split(";", 8);
      Optional<Media> media = ofRange(parts[0].strip().toLowerCase(Locale.ROOT));
      double q = quality(parts);
      if (media.isPresent() && q > weight) {
        best = media.get();
        weight = q;
      }
    }
    return best;
  }

  private static Optional<Media> ofRange(String range) {
    return switch (range) {
      case "application/json", "application/*", "*/*" -> Optional.of(JSON);
      case "application/yaml", "application/x-yaml", "text/yaml" -> Optional.of(YAML);
      case "text/plain", "text/*" -> Optional.of(TEXT);
      default -> Optional.empty();
    };
  }

  private static double quality(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String p = parts[i].strip();
      if (p.matches("q=[01](\\.\\d{0,3})?")) {
        return Double.parseDouble(p.substring(2));
      }
    }
    return 1;
  }

  /**
   * The syntax of a request's body. Forms and plain text, which a browser sends to strangers
   * without asking, are not among them.
   *
   * @throws Refusal 415
   */
  static Syntax syntax(String contentType) {
    String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return switch (type) {
      case "application/json", "application/merge-patch+json" -> Syntax.JSON;
      case "application/yaml", "application/x-yaml", "text/yaml" -> Syntax.YAML;
      default ->
          throw new Refusal(
              415, "The Content-Type of a document is application/json or application/yaml.");
    };
  }
}
