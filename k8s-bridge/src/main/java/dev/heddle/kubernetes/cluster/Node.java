package dev.heddle.kubernetes.cluster;

import dev.heddle.model.IpAddress;
import java.util.List;
import java.util.Map;

/** A node and its own addresses. */
public record Node(String name, List<IpAddress> addresses, Map<String, String> labels) {

  public Node {
    addresses = List.copyOf(addresses);
    labels = Map.copyOf(labels);
  }
}
