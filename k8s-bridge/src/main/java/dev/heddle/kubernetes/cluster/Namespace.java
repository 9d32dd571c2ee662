package dev.heddle.kubernetes.cluster;

import java.util.Map;

/** A namespace. */
public record Namespace(String name, Map<String, String> labels) {

  public Namespace {
    labels = Map.copyOf(labels);
  }
}
