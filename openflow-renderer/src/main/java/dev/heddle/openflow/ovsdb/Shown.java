package dev.heddle.openflow.ovsdb;

import com.fasterxml.jackson.databind.JsonNode;

/** Text from a peer, made fit for a log line or a sentence: short and printable ASCII. */
final class Shown {

  private static final int LONGEST = 200;

  private Shown() {}

  static String text(JsonNode node) {
    return node.isMissingNode() ? "" : text(node.isTextual() ? node.textValue() : node.toString());
  }

  static String text(String raw) {
    String cut = raw.length() > LONGEST ? raw.substring(0, LONGEST) + "..." : raw;
    return cut.replaceAll("[^ -~]", "?");
  }
}
