package dev.heddle.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Binding;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.KeySpace;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.MacAddress;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Node;
import dev.heddle.store.MemoryStore;
import dev.heddle.store.Store;
import dev.heddle.store.Store.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * The network that is measured: switches of 100 ports, each port with a MAC, one IPv4 address and
 * port security, bound to the nodes in turn, so that every switch has ports on as many nodes as it
 * can. MAC and IP addresses are the same on every switch, as tenants' are.
 */
final class Fabric {

  static final int PORTS_PER_SWITCH = 100;

  /** Host numbers that random changes draw from, beyond those given at the start. */
  private static final int FREE_HOSTS = 60_000;

  /** What may change of one port. */
  private static final class Port {
    final int number;
    int host;
    int node;
    int ofPort;
    boolean enabled = true;

    Port(int number) {
      this.number = number;
      this.host = number % PORTS_PER_SWITCH + 1;
    }
  }

  private final List<Port> ports = new ArrayList<>();
  private final boolean addresses;
  private final int nodes;
  private final int[] interfaces;
  private final Random random;

  /**
   * @param nodes at least 2, since ports move
   * @param addresses false for ports that have a MAC only and may send what they like: the fewest
   *     flows that a port can have
   */
  Fabric(int ports, int nodes, long seed, boolean addresses) {
    this.addresses = addresses;
    this.nodes = nodes;
    this.random = new Random(seed);
    this.interfaces = new int[nodes];
    for (int p = 0; p < ports; p++) {
      Port port = new Port(p);
      plug(port, p % nodes);
      this.ports.add(port);
    }
  }

  /** Nodes number their interfaces alike, from 2; 1 is the tunnel. */
  private void plug(Port p, int node) {
    p.node = node;
    p.ofPort = interfaces[node]++ % 60_000 + 2;
  }

  int switches() {
    return (ports.size() + PORTS_PER_SWITCH - 1) / PORTS_PER_SWITCH;
  }

  /** A store that holds all of it, as left by an earlier controller. */
  MemoryStore store() {
    List<Stored> all = new ArrayList<>();
    for (int n = 0; n < nodes; n++) {
      Optional<IpAddress> encap = Optional.of(IpAddress.v4(0xc633_6400L + n + 1));
      all.add(new Stored(Node.document(node(n).name(), n + 1, encap, "3.1.0"), 0, 1));
    }
    for (int s = 0; s < switches(); s++) {
      ObjectNode spec = JsonNodeFactory.instance.objectNode();
      all.add(new Stored(new Document("LogicalSwitch", "s" + s, Map.of(), spec), s + 1, 1));
    }
    for (Port p : ports) {
      all.add(new Stored(document(p), p.number + 1, 1));
      all.add(new Stored(binding(p), 0, 1));
    }
    Map<KeySpace, Integer> last = new TreeMap<>();
    last.put(KeySpace.NETWORK, switches());
    last.put(KeySpace.PORT, ports.size());
    MemoryStore store = new MemoryStore();
    store.commit(new Store.Commit(1, all, List.of(), last));
    return store;
  }

  /**
   * One transaction that gives a random port another address (another MAC, if it has none), turns
   * it off or on, or moves it.
   */
  List<Change> change() {
    Port p = ports.get(random.nextInt(ports.size()));
    switch (random.nextInt(3)) {
      case 0 -> {
        p.host = PORTS_PER_SWITCH + 1 + random.nextInt(FREE_HOSTS);
        return List.of(new Change.Put(document(p)));
      }
      case 1 -> {
        p.enabled = !p.enabled;
        return List.of(new Change.Put(document(p)));
      }
      default -> {
        Change leaves = new Change.Remove(Binding.KIND.name(), binding(p).name(), true);
        plug(p, (p.node + 1 + random.nextInt(nodes - 1)) % nodes);
        return List.of(leaves, new Change.Put(binding(p)));
      }
    }
  }

  /** A transaction that changes nothing. */
  List<Change> same() {
    return List.of(new Change.Put(document(ports.get(random.nextInt(ports.size())))));
  }

  private Document document(Port p) {
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    spec.put("switch", "s" + p.number / PORTS_PER_SWITCH);
    int mac = addresses ? p.number % PORTS_PER_SWITCH + 1 : p.host;
    spec.put("mac", new MacAddress(0x0a00_0000_0000L + mac).toString());
    if (addresses) {
      spec.putArray("addresses").add(IpAddress.v4(0x0a00_0000L + p.host).toString());
    } else {
      spec.put("portSecurity", false);
    }
    if (!p.enabled) {
      spec.put("enabled", false);
    }
    return new Document(LogicalPort.KIND.name(), port(p).name(), Map.of(), spec);
  }

  private static Document binding(Port p) {
    return Binding.document(node(p.node), port(p), p.ofPort);
  }

  private static Id<LogicalPort> port(Port p) {
    return LogicalPort.KIND.id("p" + p.number);
  }

  private static Id<Node> node(int n) {
    return Node.KIND.id("n" + n);
  }
}
