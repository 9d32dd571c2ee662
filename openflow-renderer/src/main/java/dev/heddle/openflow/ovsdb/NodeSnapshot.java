package dev.heddle.openflow.ovsdb;

import dev.heddle.model.Encapsulation;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a node is seen to be at one moment; computed from its rows alone, so equal rows give equal
 * snapshots.
 *
 * @param name external_ids:system-id, else external_ids:hostname; checked
 * @param encapAddress external_ids:heddle-encap-ip, where other nodes send tunnelled packets; none
 *     if the node speaks no encapsulation that is there
 * @param encapsulations what its tunnels may be, external_ids:heddle-encap-type
 * @param datapathId of br-int, as OpenFlow's features reply will show it; absent until OVS gave one
 * @param ovsVersion "" if the node does not say
 * @param datapathType of br-int: "system", "netdev"
 * @param tunnelPorts port numbers of our tunnel ports on br-int
 * @param uplinks port numbers on br-int, by the physical network they lead to
 * @param uplinkZones the first of each one's tracking zones, by physical network
 * @param watched the nodes with which it asks for BFD, external_ids:heddle-bfd
 * @param bfd what BFD says of other nodes, by name
 * @param interfaces of br-int, by iface-id
 * @param zones connection tracking zones of br-int, by iface-id
 * @param duplicates where several interfaces of br-int have one iface-id
 * @param refused interfaces of br-int with an iface-id that cannot be used, by OVS name, and why
 * @param problems other sentences the operator of the node should see
 */
public record NodeSnapshot(
    String name,
    Optional<InetAddress> encapAddress,
    Set<Encapsulation> encapsulations,
    OptionalLong datapathId,
    String ovsVersion,
    String datapathType,
    SortedMap<Encapsulation, Integer> tunnelPorts,
    SortedMap<String, Integer> uplinks,
    SortedMap<String, Integer> uplinkZones,
    Watched watched,
    SortedMap<String, BfdStatus> bfd,
    SortedMap<String, InterfaceView> interfaces,
    Zones zones,
    List<Duplicate> duplicates,
    SortedMap<String, String> refused,
    List<String> problems) {

  /** Said of a node for which {@link #of} gives nothing. */
  public static final String NAMELESS =
      "The node has no usable name: set external_ids:system-id of Open_vSwitch to 1 to 253 of"
          + " letters, digits, '.', '_', ':' and '-'.";

  private static final int LONGEST_NAME = 253;

  /**
   * Several interfaces claim one port.
   *
   * @param used OVS name of the one taken: one that works rather than one that does not, then the
   *     least name
   * @param unused OVS names of the others
   */
  public record Duplicate(String ifaceId, String used, List<String> unused) {
    public Duplicate {
      unused = List.copyOf(unused);
    }

    /** What the operator of an unused interface should read. */
    public String sentence() {
      return "iface-id " + ifaceId + " is already used by interface " + used + " of this node";
    }
  }

  public NodeSnapshot {
    encapsulations = Set.copyOf(encapsulations);
    tunnelPorts = Collections.unmodifiableSortedMap(new TreeMap<>(tunnelPorts));
    uplinks = Collections.unmodifiableSortedMap(new TreeMap<>(uplinks));
    uplinkZones = Collections.unmodifiableSortedMap(new TreeMap<>(uplinkZones));
    bfd = Collections.unmodifiableSortedMap(new TreeMap<>(bfd));
    interfaces = Collections.unmodifiableSortedMap(new TreeMap<>(interfaces));
    duplicates = List.copyOf(duplicates);
    refused = Collections.unmodifiableSortedMap(new TreeMap<>(refused));
    problems = List.copyOf(problems);
  }

  /** Names of nodes, ports, interfaces and keys: what may enter the model from outside. */
  static boolean isName(String text) {
    if (text.isEmpty() || text.length() > LONGEST_NAME) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!letter && "._:-".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }

  /** An address written in digits. Never asks DNS. */
  static Optional<InetAddress> address(String text) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
    if (bytes == null) {
      return Optional.empty();
    }
    try {
      InetAddress address = InetAddress.getByAddress(bytes);
      return Optional.of(address).filter(a -> !a.isAnyLocalAddress() && !a.isMulticastAddress());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }

  /** Reads the rows of br-int. */
  interface Reader {
    Comparator<Row> BY_NAME = Comparator.comparing(row -> row.text("name"));

    default InterfaceView view(String ifaceId, String name, Row row) {
      return InterfaceView.of(ifaceId, name, row);
    }

    /** The interfaces of a bridge, by name. */
    default List<Row> devices(Row bridge, Tables tables) {
      return tables
          .follow(bridge, "ports", "Port")
          .flatMap(port -> tables.follow(port, "interfaces", "Interface"))
          .distinct()
          .sorted(BY_NAME)
          .toList();
    }

    /**
     * Those that we made ourselves.
     *
     * @param devices the interfaces of br-int, by name
     */
    default List<Row> own(List<Row> devices) {
      return devices.stream().filter(row -> row.text("name").startsWith(OwnRows.PREFIX)).toList();
    }

    /**
     * @param devices the interfaces of br-int, by name
     */
    default Plugged plugged(List<Row> devices) {
      return Plugged.of(devices, this);
    }

    default Zones zones(Row bridge) {
      return Zones.of(bridge);
    }
  }

  /** Nothing if the node has no usable name, see {@link #NAMELESS}. */
  public static Optional<NodeSnapshot> of(Tables tables) {
    return of(tables, new Reader() {}, List.of());
  }

  /**
   * @param more problems that others have found
   */
  static Optional<NodeSnapshot> of(Tables tables, Reader reader, List<String> more) {
    Optional<Row> root = tables.only("Open_vSwitch");
    Map<String, String> ids = root.map(row -> row.map("external_ids")).orElse(new TreeMap<>());
    Optional<String> name =
        List.of("system-id", "hostname").stream()
            .map(key -> ids.getOrDefault(key, ""))
            .filter(NodeSnapshot::isName)
            .findFirst();
    return name.map(n -> of(n, root.orElseThrow(), ids, tables, reader, more));
  }

  private static NodeSnapshot of(
      String name,
      Row root,
      Map<String, String> ids,
      Tables tables,
      Reader reader,
      List<String> more) {
    List<String> problems = new ArrayList<>();
    Optional<String> encap = Optional.ofNullable(ids.get(NodeSetup.ENCAP_ADDRESS));
    Optional<InetAddress> address = encap.flatMap(NodeSnapshot::address);
    if (encap.isPresent() && address.isEmpty()) {
      problems.add(NodeSetup.ENCAP_ADDRESS + " is not an address: " + Shown.text(encap.get()));
    }
    EncapTypes spoken = EncapTypes.of(ids);
    problems.addAll(spoken.problems());
    Watched watched = Watched.of(name, ids);
    problems.addAll(watched.problems());
    Optional<Row> bridge = tables.named("Bridge", NodeSetup.BRIDGE);
    List<Row> devices = bridge.map(row -> reader.devices(row, tables)).orElse(List.of());
    List<Row> own = reader.own(devices);
    SortedMap<Encapsulation, Integer> tunnels = new TreeMap<>();
    for (Encapsulation e : Encapsulation.values()) {
      for (Row row : own) {
        if (row.text("name").equals(TunnelPorts.name(e))) {
          InterfaceView.portNumber(row).ifPresent(number -> tunnels.put(e, number));
          row.optionalText("error")
              .ifPresent(why -> problems.add("the tunnel port does not work: " + Shown.text(why)));
        }
      }
    }
    Plugged plugged = reader.plugged(devices);
    problems.addAll(more);
    return new NodeSnapshot(
        name,
        address.filter(a -> !spoken.types().isEmpty()),
        spoken.types().isEmpty() ? Encapsulation.USUAL : spoken.types(),
        bridge.map(row -> datapathId(row.text("datapath_id"))).orElse(OptionalLong.empty()),
        Shown.text(root.text("ovs_version")),
        bridge.map(row -> row.text("datapath_type")).filter(NodeSnapshot::isName).orElse("system"),
        tunnels,
        uplinks(root, own),
        bridge.map(row -> UplinkZones.of(row.map("external_ids"))).orElse(new TreeMap<>()),
        watched,
        BfdStatus.of(own),
        plugged.interfaces(),
        bridge.map(reader::zones).orElse(Zones.NONE),
        plugged.duplicates(),
        plugged.refused(),
        problems);
  }

  private static SortedMap<String, Integer> uplinks(Row root, List<Row> devices) {
    SortedMap<String, Integer> uplinks = new TreeMap<>();
    for (String network : BridgeMappings.of(root).bridges().keySet()) {
      devices.stream()
          .filter(row -> row.text("name").equals(BridgeMappings.inner(network)))
          .flatMapToInt(row -> InterfaceView.portNumber(row).stream())
          .forEach(number -> uplinks.put(network, number));
    }
    return uplinks;
  }

  private static OptionalLong datapathId(String hex) {
    return hex.matches("[0-9a-f]{16}")
        ? OptionalLong.of(Long.parseUnsignedLong(hex, 16))
        : OptionalLong.empty();
  }
}
