package dev.heddle.fleet;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Document;
import dev.heddle.model.KeySpace;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.MacAddress;
import dev.heddle.store.MemoryStore;
import dev.heddle.store.Store;
import dev.heddle.store.Store.Stored;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * The network that is measured: tenants of 100 ports with equal addresses, each tenant in {@link
 * #SPREAD} pieces on as many nodes, the pieces dealt out in a random order that is the same every
 * time. Nodes have numbers from 1, tenants and ports from 0.
 */
final class Cloud {

  static final int PORTS_PER_TENANT = 100;

  /** Machines of one tenant are on so many nodes, if there are as many. */
  static final int SPREAD = 5;

  private final int ports;
  private final int[] nodeOf;

  Cloud(int nodes, int ports) {
    this.ports = ports;
    this.nodeOf = new int[ports];
    int piece = PORTS_PER_TENANT / SPREAD;
    List<Integer> pieces = new ArrayList<>();
    for (int p = 0; p < (ports + piece - 1) / piece; p++) {
      pieces.add(p);
    }
    Collections.shuffle(pieces, new Random(6));
    for (int i = 0; i < pieces.size(); i++) {
      for (int p = pieces.get(i) * piece; p < Math.min(ports, (pieces.get(i) + 1) * piece); p++) {
        nodeOf[p] = i % nodes + 1;
      }
    }
  }

  int ports() {
    return ports;
  }

  int tenants() {
    return (ports + PORTS_PER_TENANT - 1) / PORTS_PER_TENANT;
  }

  /** Where a port is plugged in. */
  int node(int port) {
    return nodeOf[port];
  }

  /** The names of the ports of each node, from the first on. */
  List<List<String>> portsByNode(int nodes) {
    List<List<String>> names = new ArrayList<>();
    for (int n = 0; n < nodes; n++) {
      names.add(new ArrayList<>());
    }
    for (int p = 0; p < ports; p++) {
      names.get(nodeOf[p] - 1).add(name(p));
    }
    return names;
  }

  static String name(int port) {
    return "p" + port;
  }

  Document network(int tenant) {
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    return new Document(LogicalSwitch.KIND.name(), "s" + tenant, Map.of(), spec);
  }

  /** A port of a tenant; {@code host} makes its addresses. */
  static Document port(String name, int tenant, int host) {
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    spec.put("switch", "s" + tenant);
    spec.put("mac", new MacAddress(0x0a00_0000_0000L + host).toString());
    spec.putArray("addresses").add("10.0." + (host >> 8) + "." + (host & 0xff));
    return new Document(LogicalPort.KIND.name(), name, Map.of(), spec);
  }

  Document port(int port) {
    return port(name(port), port / PORTS_PER_TENANT, port % PORTS_PER_TENANT + 1);
  }

  /** A store that knows tenants and ports and no node. */
  MemoryStore store() {
    List<Stored> all = new ArrayList<>();
    for (int t = 0; t < tenants(); t++) {
      all.add(new Stored(network(t), t + 1, 1));
    }
    for (int p = 0; p < ports; p++) {
      all.add(new Stored(port(p), p + 1, 1));
    }
    Map<KeySpace, Integer> last = new TreeMap<>();
    last.put(KeySpace.NETWORK, tenants());
    last.put(KeySpace.PORT, ports);
    MemoryStore store = new MemoryStore();
    store.commit(new Store.Commit(1, all, List.of(), last));
    return store;
  }
}
