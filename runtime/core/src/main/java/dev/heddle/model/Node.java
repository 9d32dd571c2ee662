package dev.heddle.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One Open vSwitch. Created by the system when the switch first connects, and kept while it is
 * away: other nodes still hold tunnels to it.
 *
 * @param datapathId of br-int
 * @param encapAddress where its tunnels end, if it has told
 * @param uplinks by physical network, the OpenFlow number of the port that leads there
 */
public record Node(
    Id<Node> id,
    long datapathId,
    Optional<IpAddress> encapAddress,
    String ovsVersion,
    Map<String, Integer> uplinks)
    implements Entity<Node> {

  public static final Kind<Node> KIND =
      new Kind<>("Node", "nodes", true, KeySpace.NONE, Node::parse);

  /** As the system writes it. */
  record Form(
      String datapathId, IpAddress encapAddress, String ovsVersion, Map<String, Integer> uplinks) {}

  private static Node parse(Document d, int key) {
    Form f = Spec.read(d, Form.class);
    return new Node(
        KIND.id(d),
        Long.parseUnsignedLong(f.datapathId, 16),
        Optional.ofNullable(f.encapAddress),
        f.ovsVersion == null ? "" : f.ovsVersion,
        f.uplinks == null ? Map.of() : Map.copyOf(f.uplinks));
  }

  /** The document that {@link #parse} reads back. */
  public static Document document(
      String name, long datapathId, Optional<IpAddress> encapAddress, String ovsVersion) {
    return document(name, datapathId, encapAddress, ovsVersion, Map.of());
  }

  /** As {@link #document(String, long, Optional, String)}, of a node with uplinks. */
  public static Document document(
      String name,
      long datapathId,
      Optional<IpAddress> encapAddress,
      String ovsVersion,
      Map<String, Integer> uplinks) {
    var spec = JsonNodeFactory.instance.objectNode();
    spec.put("datapathId", String.format("%016x", datapathId));
    encapAddress.ifPresent(a -> spec.put("encapAddress", a.toString()));
    spec.put("ovsVersion", ovsVersion);
    if (!uplinks.isEmpty()) {
      var numbers = spec.putObject("uplinks");
      new TreeMap<>(uplinks).forEach(numbers::put);
    }
    return new Document(KIND.name(), name, Map.of(), spec);
  }
}
