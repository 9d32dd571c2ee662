package dev.heddle.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Map;
import java.util.Optional;

/**
 * One Open vSwitch. Created by the system when the switch first connects, and kept while it is
 * away: other nodes still hold tunnels to it.
 *
 * @param datapathId of br-int
 * @param encapAddress where its tunnels end, if it has told
 */
public record Node(
    Id<Node> id, long datapathId, Optional<IpAddress> encapAddress, String ovsVersion)
    implements Entity<Node> {

  public static final Kind<Node> KIND =
      new Kind<>("Node", "nodes", true, KeySpace.NONE, Node::parse);

  /** As the system writes it. */
  record Form(String datapathId, IpAddress encapAddress, String ovsVersion) {}

  private static Node parse(Document d, int key) {
    Form f = Spec.read(d, Form.class);
    return new Node(
        KIND.id(d),
        Long.parseUnsignedLong(f.datapathId, 16),
        Optional.ofNullable(f.encapAddress),
        f.ovsVersion == null ? "" : f.ovsVersion);
  }

  /** The document that {@link #parse} reads back. */
  public static Document document(
      String name, long datapathId, Optional<IpAddress> encapAddress, String ovsVersion) {
    var spec = JsonNodeFactory.instance.objectNode();
    spec.put("datapathId", String.format("%016x", datapathId));
    encapAddress.ifPresent(a -> spec.put("encapAddress", a.toString()));
    spec.put("ovsVersion", ovsVersion);
    return new Document(KIND.name(), name, Map.of(), spec);
  }
}
