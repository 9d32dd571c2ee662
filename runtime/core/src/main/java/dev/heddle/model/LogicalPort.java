package dev.heddle.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where something is attached to a switch: a guest, whose interface carries the port's name as
 * {@code external_ids:iface-id}; a router; a child, which has a VLAN within the interface of
 * another port; a segment of a physical network; or a node itself, by an interface of its own,
 * which is a guest's interface in all but that it stays where it is.
 *
 * @param mac all zero for a localnet port, which has none
 * @param router the router that the port joins to its switch, for type router
 * @param trunk where the port is, for type child
 * @param localnet the segment, for type localnet
 * @param nodes where its interface may be, most wanted first; empty: on any one node
 * @param unknown it takes frames for MACs that nobody is known to have, and what it sends is
 *     learned from
 */
public record LogicalPort(
    Id<LogicalPort> id,
    Map<String, String> labels,
    int key,
    Id<LogicalSwitch> network,
    MacAddress mac,
    List<IpAddress> addresses,
    boolean portSecurity,
    boolean enabled,
    Optional<Id<LogicalRouter>> router,
    Optional<Trunk> trunk,
    Optional<Localnet> localnet,
    List<Id<Node>> nodes,
    boolean unknown)
    implements Entity<LogicalPort> {

  public static final Kind<LogicalPort> KIND =
      new Kind<>("LogicalPort", "logicalports", false, KeySpace.PORT, LogicalPort::parse);

  private static final int MAX_ADDRESSES = 64;
  private static final MacAddress NO_MAC = new MacAddress(0);

  /** True for a port that has an interface of its own, or a node's way out. */
  public boolean isPlugged() {
    return router.isEmpty() && trunk.isEmpty();
  }

  /** What is attached; other types of the model arrive with their features. */
  enum Type {
    @JsonProperty("vif")
    VIF,
    /** A node's own interface on the switch. */
    @JsonProperty("host")
    HOST,
    @JsonProperty("router")
    ROUTER,
    @JsonProperty("child")
    CHILD,
    @JsonProperty("localnet")
    LOCALNET
  }

  /**
   * As written by a user.
   *
   * @param networkName the switch this port belongs to
   * @param mac unicast; not of type localnet
   * @param addresses at most 64; they may be absent. The word "unknown" among them: there are MACs
   *     behind this port that nobody has said
   * @param portSecurity true if absent, unless an address is unknown: the guest may only use its
   *     own MAC and addresses
   * @param enabled true if absent
   * @param router type router: the router that this port joins to the switch
   * @param parent type child: the port in whose interface this one is
   * @param tag type child: its VLAN there; type localnet: its VLAN, none if absent
   * @param physicalNetwork type localnet: what nodes map to a bridge
   * @param nodes type vif: where the interface may be: one node, or two while it moves from the
   *     first to the second; type host: whose interface it is
   */
  record Form(
      @JsonProperty("switch") String networkName,
      Type type,
      MacAddress mac,
      List<GivenAddress> addresses,
      Boolean portSecurity,
      Boolean enabled,
      String router,
      String parent,
      Integer tag,
      String physicalNetwork,
      List<String> nodes) {

    Form {
      addresses = addresses == null ? List.of() : List.copyOf(addresses);
      type = type == null ? Type.VIF : type;
    }

    boolean unknown() {
      return addresses.stream().anyMatch(a -> a.address().isEmpty());
    }
  }

  private static LogicalPort parse(Document d, int key) {
    Form f = Spec.read(d, Form.class);
    String spec = d.path() + " spec.";
    if (f.networkName == null || f.networkName.isEmpty()) {
      throw new RefusedException(spec + "switch", "the name of a LogicalSwitch is expected");
    }
    boolean outside = f.type == Type.LOCALNET;
    if (!outside) {
      checkAddresses(f, spec);
    }
    return new LogicalPort(
        KIND.id(d),
        d.labels(),
        key,
        LogicalSwitch.KIND.id(f.networkName),
        outside ? NO_MAC : f.mac,
        f.addresses.stream().flatMap(a -> a.address().stream()).distinct().toList(),
        !outside && (f.portSecurity == null ? !f.unknown() : f.portSecurity),
        f.enabled == null || f.enabled,
        router(f, spec),
        trunk(f, spec),
        localnet(f, spec),
        nodes(f, spec),
        f.unknown());
  }

  private static List<Id<Node>> nodes(Form f, String spec) {
    if (f.type == Type.HOST && (f.nodes == null || f.nodes.size() != 1)) {
      throw new RefusedException(
          spec + "nodes", "the name of the one node whose interface this is is expected");
    }
    if (f.nodes == null || f.nodes.isEmpty()) {
      return List.of();
    }
    if (f.type != Type.VIF && f.type != Type.HOST) {
      throw new RefusedException(spec + "nodes", "only a port of type vif or host has them");
    }
    if (f.nodes.size() > 2 || Set.copyOf(f.nodes).size() < f.nodes.size() || f.nodes.contains("")) {
      throw new RefusedException(
          spec + "nodes", "the name of a node is expected, or of two while the port moves");
    }
    return f.nodes.stream().map(Node.KIND::id).toList();
  }

  private static void checkAddresses(Form f, String spec) {
    if (f.mac == null || f.mac.isGroup() || f.mac.value() == 0) {
      throw new RefusedException(
          spec + "mac", "a unicast MAC address such as 0a:00:00:00:00:11 is expected");
    }
    if (f.addresses.size() > MAX_ADDRESSES) {
      throw new RefusedException(
          spec + "addresses", "at most " + MAX_ADDRESSES + " addresses are expected");
    }
    if (f.unknown() && Boolean.TRUE.equals(f.portSecurity)) {
      throw new RefusedException(
          spec + "portSecurity", "false is expected of a port with the address unknown");
    }
  }

  private static Optional<Id<LogicalRouter>> router(Form f, String spec) {
    if (f.type != Type.ROUTER) {
      refuse(f.router, spec + "router", "only a port of type router has one");
      return Optional.empty();
    }
    if (f.router == null || f.router.isEmpty()) {
      throw new RefusedException(spec + "router", "the name of a LogicalRouter is expected");
    }
    return Optional.of(LogicalRouter.KIND.id(f.router));
  }

  private static Optional<Trunk> trunk(Form f, String spec) {
    if (f.type == Type.CHILD) {
      return Optional.of(Trunk.of(spec, f.parent, f.tag));
    }
    refuse(f.parent, spec + "parent", "only a port of type child has one");
    if (f.type != Type.LOCALNET) {
      refuse(f.tag, spec + "tag", "only a port of type child or localnet has one");
    }
    return Optional.empty();
  }

  private static Optional<Localnet> localnet(Form f, String spec) {
    if (f.type != Type.LOCALNET) {
      refuse(f.physicalNetwork, spec + "physicalNetwork", "only a port of type localnet has one");
      return Optional.empty();
    }
    refuse(f.mac, spec + "mac", "a port of type localnet has none");
    refuse(f.portSecurity, spec + "portSecurity", "a port of type localnet has none");
    if (!f.addresses.isEmpty()) {
      throw new RefusedException(spec + "addresses", "a port of type localnet has none");
    }
    return Optional.of(Localnet.of(spec, f.physicalNetwork, f.tag));
  }

  private static void refuse(Object value, String path, String sentence) {
    if (value != null) {
      throw new RefusedException(path, sentence);
    }
  }
}
