package dev.heddle.kubernetes.cluster;

import dev.heddle.model.IpAddress;
import java.util.List;

/** A node and its own addresses. */
public record Node(String name, List<IpAddress> addresses) {

  public Node {
    addresses = List.copyOf(addresses);
  }
}
