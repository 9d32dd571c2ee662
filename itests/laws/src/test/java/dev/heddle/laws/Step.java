package dev.heddle.laws;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Binding;
import dev.heddle.model.Document;
import dev.heddle.model.Encapsulation;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Node;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One step of a random history, over few names so that steps meet: ports share switches, claim the
 * same addresses, are bound on two nodes, refer to what is not there.
 */
sealed interface Step {

  Change change();

  record PutSwitch(int network, int mtu) implements Step {
    @Override
    public Change change() {
      ObjectNode spec = JsonNodeFactory.instance.objectNode().put("mtu", 1300 + mtu);
      return new Change.Put(new Document("LogicalSwitch", "s" + network, Map.of(), spec));
    }
  }

  record PutPort(int port, int network, int address, boolean secure, boolean enabled)
      implements Step {
    @Override
    public Change change() {
      ObjectNode spec = JsonNodeFactory.instance.objectNode().put("switch", "s" + network);
      spec.put("mac", String.format("0a:00:00:00:00:%02x", address));
      spec.putArray("addresses").add("10.0.0." + address).add("fd00::" + address);
      spec.put("portSecurity", secure).put("enabled", enabled);
      return new Change.Put(new Document("LogicalPort", "p" + port, Map.of(), spec));
    }
  }

  /**
   * @param speaks bits: 1 for Geneve, 2 for VXLAN
   */
  record PutNode(int node, int address, int speaks) implements Step {

    PutNode(int node, int address) {
      this(node, address, 1);
    }

    @Override
    public Change change() {
      Optional<IpAddress> encap =
          address == 0 ? Optional.empty() : Optional.of(IpAddress.parse("198.18.0." + address));
      Set<Encapsulation> spoken =
          Stream.of(Encapsulation.values())
              .filter(e -> (speaks >> e.ordinal() & 1) == 1)
              .collect(Collectors.toSet());
      return new Change.Put(
          Node.document(
              "n" + node, 100 + node, encap, spoken, "3.1.0", Map.of(), Map.of(), Set.of()));
    }
  }

  record Bind(int port, int node, int ofPort) implements Step {
    @Override
    public Change change() {
      return new Change.Put(
          Binding.document(Node.KIND.id("n" + node), LogicalPort.KIND.id("p" + port), ofPort));
    }
  }

  record Unbind(int port, int node) implements Step {
    @Override
    public Change change() {
      String name = Binding.id(Node.KIND.id("n" + node), LogicalPort.KIND.id("p" + port)).name();
      return new Change.Remove("Binding", name, false);
    }
  }

  record Remove(String kind, String name) implements Step {
    @Override
    public Change change() {
      return new Change.Remove(kind, name, false);
    }

    static Remove port(int port) {
      return new Remove(LogicalPort.KIND.name(), "p" + port);
    }

    static Remove network(int network) {
      return new Remove(LogicalSwitch.KIND.name(), "s" + network);
    }

    static Remove node(int node) {
      return new Remove(Node.KIND.name(), "n" + node);
    }
  }
}
