package dev.heddle.model;

import java.util.OptionalInt;

/**
 * One Open vSwitch. Created by the system when the switch first connects, and kept while it is
 * away: other nodes still hold tunnels to it.
 *
 * @param datapathId of br-int
 * @param encapAddress where its tunnels end, if it has told
 * @param tunnelPort OpenFlow number of its Geneve port, once there is one
 */
public record Node(
    Id<Node> id, long datapathId, IpAddress encapAddress, OptionalInt tunnelPort, String ovsVersion)
    implements Entity<Node> {

  public static final Kind<Node> KIND = new Kind<>("Node", "nodes", true, KeySpace.NONE, Node::parse);

  /** As the system writes it. */
  record Form(String datapathId, IpAddress encapAddress, Integer tunnelPort, String ovsVersion) {}

  private static Node parse(Document d, int key) {
    Form f = Spec.read(d, Form.class);
    return new Node(
        KIND.id(d.name()),
        Long.parseUnsignedLong(f.datapathId, 16),
        f.encapAddress,
        f.tunnelPort == null ? OptionalInt.empty() : OptionalInt.of(f.tunnelPort),
        f.ovsVersion == null ? "" : f.ovsVersion);
  }

  /** The document that {@link #parse} reads back. */
  public static Document document(
      String name, long datapathId, IpAddress encapAddress, OptionalInt tunnelPort, String ovsVersion) {
    var spec = com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode();
    spec.put("datapathId", String.format("%016x", datapathId));
    if (encapAddress != null) {
      spec.put("encapAddress", encapAddress.toString());
    }
    tunnelPort.ifPresent(p -> spec.put("tunnelPort", p));
    spec.put("ovsVersion", ovsVersion);
    return new Document(KIND.name(), name, java.util.Map.of(), spec);
  }
}
