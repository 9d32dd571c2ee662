package dev.heddle.simulator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.engine.Controller;
import dev.heddle.model.Binding;
import dev.heddle.model.Document;
import dev.heddle.model.Encapsulation;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.MacAddress;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Field;
import dev.heddle.simulator.laws.Scenario;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A small network told from top to bottom, then packets sent through it. Each word applies to the
 * switch or port named last:
 *
 * <pre>
 * try (Net net = Net.with(new L2Switching(), new Placement())) {
 *   net.sw("s").port("a", "10.0.0.1").on("n1").port("b", "10.0.0.2").on("n2");
 *   net.from("a").ping("b").arrives();
 *   net.from("a").forging(Field.ETH_SRC, "0a:00:00:00:00:99").ping("b").isDroppedAt("ADMIT");
 * }
 * </pre>
 *
 * The n-th port of a switch has MAC 0a:00:00:00:00:n unless {@link #mac} says otherwise; the n-th
 * node has the tunnel address 198.18.0.n. What is said is computed before the word returns. For one
 * thread.
 */
public final class Net implements AutoCloseable {

  /** The OpenFlow number of every node's end of a physical network. */
  private static final int UPLINK = 900;

  private final Controller controller;
  private final AutoCloseable ends;
  private final Map<String, Guest.Identity> ports = new HashMap<>();
  private final Map<String, Integer> portsOf = new HashMap<>();
  private final Map<String, Integer> interfacesOf = new HashMap<>();
  private final Map<String, Integer> nodes = new HashMap<>();
  private final Map<String, Set<Encapsulation>> spoken = new HashMap<>();
  private final Set<String> unknown = new HashSet<>();
  private Set<Encapsulation> usual = Encapsulation.USUAL;
  private final Memory memory = new Memory();
  private Optional<Plan> plan = Optional.empty();
  private long planned = -1;
  private String network = "";
  private String port = "";

  private Net(Controller controller, AutoCloseable ends) {
    this.controller = controller;
    this.ends = ends;
  }

  /**
   * An empty network. What becomes of it is held to every {@link dev.heddle.simulator.laws.Law},
   * after each test and when it is closed.
   */
  public static Net with(Feature... features) {
    Scenario scenario = new Scenario(List.of(features));
    return new Net(scenario.controller(), scenario);
  }

  /** The same, held to no law: for a scenario that shows what breaks one. */
  public static Net lawless(Feature... features) {
    Scenario scenario = new Scenario(List.of(features));
    scenario.exempt();
    return new Net(scenario.controller(), scenario);
  }

  /** The network of a controller that runs; it is held to no law and goes on after this. */
  public static Net of(Controller running) {
    return new Net(running, () -> {});
  }

  /** A logical switch; said again, the ports that follow belong to it. */
  public Net sw(String name) {
    network = name;
    if (!portsOf.containsKey(name)) {
      portsOf.put(name, 0);
      put(new Document(LogicalSwitch.KIND.name(), name, Map.of(), object()));
    }
    return this;
  }

  /** A port of the present switch, with port security and these addresses. */
  public Net port(String name, String... addresses) {
    port = name;
    int number = portsOf.merge(network, 1, Integer::sum);
    MacAddress mac = new MacAddress(0x0a_00_00_00_00_00L + number);
    List<IpAddress> own = List.of(addresses).stream().map(IpAddress::parse).toList();
    return identity(new Guest.Identity(name, network, mac, own, true));
  }

  public Net mac(String mac) {
    Guest.Identity p = ports.get(port);
    return identity(
        new Guest.Identity(port, p.network(), MacAddress.parse(mac), p.addresses(), p.secure()));
  }

  public Net withoutPortSecurity() {
    Guest.Identity p = ports.get(port);
    return identity(new Guest.Identity(port, p.network(), p.mac(), p.addresses(), false));
  }

  /** The present port takes unknown addresses: there are MACs behind it that nobody has said. */
  public Net takingUnknown() {
    unknown.add(port);
    return withoutPortSecurity();
  }

  /** What becomes of frames for unknown MACs on the present switch: flood or drop. */
  public Net unknown(String what) {
    ObjectNode spec = object().put("unknown", what);
    return put(new Document(LogicalSwitch.KIND.name(), network, Map.of(), spec));
  }

  /**
   * Plugs the present port in on a node, which comes to be if there is none of that name. Its zone
   * has the number of its interface.
   */
  public Net on(String node) {
    node(node);
    int ofPort = interfacesOf.merge(node, 1, Integer::sum);
    return put(
        Binding.document(
            Node.KIND.id(node), LogicalPort.KIND.id(port), ofPort, OptionalInt.of(ofPort)));
  }

  /** A node, with or without ports. */
  public Net node(String name) {
    if (!interfacesOf.containsKey(name)) {
      interfacesOf.put(name, 0);
      put(nodeDocument(name, Map.of()));
    }
    return this;
  }

  /** What nodes speak that come to be from now on. */
  public Net speaking(Set<Encapsulation> encapsulations) {
    usual = encapsulations;
    return this;
  }

  /** What a node speaks, without a way to a physical network, from now on. */
  public Net node(String name, Encapsulation... encapsulations) {
    interfacesOf.putIfAbsent(name, 0);
    spoken.put(name, Set.of(encapsulations));
    return put(nodeDocument(name, Map.of()));
  }

  /** Gives nodes a way to a physical network, and no other. */
  public Net mapped(String physicalNetwork, String... nodes) {
    for (String name : nodes) {
      node(name);
      put(nodeDocument(name, Map.of(physicalNetwork, UPLINK)));
    }
    return this;
  }

  /** Before the zone of VLAN 0 of the one physical network that a node has. */
  private static final int UPLINK_ZONES = 0x8000;

  private Document nodeDocument(String name, Map<String, Integer> uplinks) {
    int n = nodes.computeIfAbsent(name, k -> nodes.size() + 1);
    Optional<IpAddress> encap = Optional.of(IpAddress.parse("198.18.0." + n));
    Set<Encapsulation> speaks = spoken.computeIfAbsent(name, k -> usual);
    Map<String, Integer> zones = new HashMap<>();
    uplinks.keySet().forEach(network -> zones.put(network, UPLINK_ZONES));
    return Node.document(name, n, encap, speaks, "3.1.0", uplinks, zones, Set.of());
  }

  /** The way of the present switch to a VLAN of a physical network; 0 for no VLAN. */
  public Net localnet(String name, String physicalNetwork, int tag) {
    ObjectNode spec = object().put("switch", network).put("type", "localnet");
    spec.put("physicalNetwork", physicalNetwork);
    if (tag > 0) {
      spec.put("tag", tag);
    }
    return put(new Document(LogicalPort.KIND.name(), name, Map.of(), spec));
  }

  /** Somebody on a VLAN of a physical network, where it meets a node; 0 for no VLAN. */
  public Guest outside(String physicalNetwork, String node, int tag, String mac, String... own) {
    Guest.Identity stranger =
        new Guest.Identity(
            Plan.uplink(physicalNetwork, Node.KIND.id(node)),
            "",
            MacAddress.parse(mac),
            List.of(own).stream().map(IpAddress::parse).toList(),
            false);
    ports.put(stranger.port(), stranger);
    Guest guest = new Guest(this, stranger, List.of());
    return tag == 0 ? guest : guest.forging(Field.VLAN_TCI, Integer.toString(0x1000 | tag));
  }

  /** Removes a port from the model; its interface stays where it is. */
  public Net without(String portName) {
    return remove(LogicalPort.KIND.name(), portName);
  }

  /** Removes an object, which must be there. */
  public Net remove(String kind, String name) {
    return apply(new Change.Remove(kind, name, true));
  }

  /** Any documents, as they would be applied. */
  public Net put(Document... documents) {
    return apply(List.of(documents).stream().map(Change.Put::new).toArray(Change[]::new));
  }

  /** One object; its spec as pairs of field and text. */
  public Net put(String kind, String name, String... spec) {
    ObjectNode fields = object();
    for (int i = 0; i < spec.length; i += 2) {
      fields.put(spec[i], spec[i + 1]);
    }
    return put(new Document(kind, name, Map.of(), fields));
  }

  /** The guest behind a port, about to send. */
  public Guest from(String portName) {
    return new Guest(this, ports.get(portName), List.of());
  }

  /** So many seconds go by: what was learned is forgotten in time. */
  public Net after(long seconds) {
    memory.pass(seconds);
    return this;
  }

  /** What the switches of this net remember. */
  public Memory memory() {
    return memory;
  }

  /** The switches as they are to be now; made once per revision. */
  Plan plan() {
    long revision = controller().inspection().work().revision();
    if (plan.isEmpty() || planned != revision) {
      plan = Optional.of(Plan.of(controller()));
      planned = revision;
    }
    return plan.get();
  }

  public Controller controller() {
    return controller;
  }

  Guest.Identity identity(String portName) {
    return ports.get(portName);
  }

  private Net identity(Guest.Identity identity) {
    ports.put(identity.port(), identity);
    ObjectNode spec = object().put("switch", identity.network());
    spec.put("mac", identity.mac().toString()).put("portSecurity", identity.secure());
    identity.addresses().forEach(a -> spec.withArray("addresses").add(a.toString()));
    if (unknown.contains(identity.port())) {
      spec.withArray("addresses").add("unknown");
    }
    return put(new Document(LogicalPort.KIND.name(), identity.port(), Map.of(), spec));
  }

  private Net apply(Change... changes) {
    controller().transact(Writer.SYSTEM, new ArrayList<>(List.of(changes))).join();
    return this;
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /**
   * @throws AssertionError if the network breaks a law
   */
  @Override
  public void close() {
    try {
      ends.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
