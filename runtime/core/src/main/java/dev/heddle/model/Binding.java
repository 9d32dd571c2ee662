package dev.heddle.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An interface found on a node that carries a port's name. Written by the system and kept in the
 * store, so that after a restart of the controller a node that is slow to return is still known to
 * hold its ports.
 *
 * @param ofPort the interface's OpenFlow number, 1 to 65279
 * @param zone its connection tracking zone on that node, 1 to 32767; none until it was given
 */
public record Binding(
    Id<Binding> id, Id<LogicalPort> port, Id<Node> node, int ofPort, OptionalInt zone)
    implements Entity<Binding> {

  public static final Kind<Binding> KIND =
      new Kind<>("Binding", "bindings", true, KeySpace.NONE, Binding::parse);

  private static final String BETWEEN = "--";

  /** Bindings of one port: more than one if two nodes have an interface of that name. */
  public static final Index<Binding, Binding, Id<LogicalPort>, Id<Binding>> BY_PORT =
      Index.of("bindings-by-port", KIND, (id, b) -> Stream.of(new Index.Pair<>(b.port, id)));

  /** As the system writes it. */
  record Form(String port, String node, int ofPort, Integer zone) {}

  private static Binding parse(Document d, int key) {
    Form f = Spec.read(d, Form.class);
    return new Binding(
        KIND.id(d),
        LogicalPort.KIND.id(f.port),
        Node.KIND.id(f.node),
        f.ofPort,
        f.zone == null ? OptionalInt.empty() : OptionalInt.of(f.zone));
  }

  /** The name of the binding of a port on a node. */
  public static Id<Binding> id(Id<Node> node, Id<LogicalPort> port) {
    return KIND.id(node.name() + BETWEEN + port.name());
  }

  /** The names of ports that a binding called {@code name} may be of: names may hold the mark. */
  public static Set<String> mayBeOf(String name) {
    Set<String> ports = new HashSet<>();
    for (int at = name.indexOf(BETWEEN); at >= 0; at = name.indexOf(BETWEEN, at + 1)) {
      ports.add(name.substring(at + BETWEEN.length()));
    }
    return ports;
  }

  /** The document of a binding that has no zone yet. */
  public static Document document(Id<Node> node, Id<LogicalPort> port, int ofPort) {
    return document(node, port, ofPort, OptionalInt.empty());
  }

  public static Document document(
      Id<Node> node, Id<LogicalPort> port, int ofPort, OptionalInt zone) {
    var spec = JsonNodeFactory.instance.objectNode();
    spec.put("port", port.name()).put("node", node.name()).put("ofPort", ofPort);
    zone.ifPresent(z -> spec.put("zone", z));
    return new Document(KIND.name(), id(node, port).name(), Map.of(), spec);
  }
}
