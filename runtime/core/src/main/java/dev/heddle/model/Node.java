package dev.heddle.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One Open vSwitch. Created by the system when the switch first connects, and kept while it is
 * away: other nodes still hold tunnels to it.
 *
 * @param datapathId of br-int
 * @param encapAddress where its tunnels end, if it has told
 * @param encapsulations what its tunnels may be, at least one, the most able first
 * @param uplinks by physical network, the OpenFlow number of the port that leads there
 * @param uplinkZones by physical network, the first of its connection tracking zones: that of VLAN
 *     n is the n-th behind it
 * @param watched nodes with which it asks for BFD (RFC 5880) through a tunnel of their own
 */
public record Node(
    Id<Node> id,
    long datapathId,
    Optional<IpAddress> encapAddress,
    Set<Encapsulation> encapsulations,
    String ovsVersion,
    Map<String, Integer> uplinks,
    Map<String, Integer> uplinkZones,
    Set<Id<Node>> watched)
    implements Entity<Node> {

  public static final Kind<Node> KIND =
      new Kind<>("Node", "nodes", true, KeySpace.NONE, Node::parse);

  /**
   * Nodes with tunnels, by the encapsulation that they use wherever the other node speaks it too.
   */
  private static final Index<Node, Node, Encapsulation, Id<Node>> PREFERRING =
      Index.of(
          "nodes-preferring",
          KIND,
          (id, n) ->
              n.encapAddress.isPresent()
                  ? Stream.of(new Index.Pair<>(n.preferred(), id))
                  : Stream.empty());

  /** Whether some node with tunnels prefers it: VXLAN is in use only if one does. */
  public static final Fact<Encapsulation, Boolean> IS_PREFERRED =
      new Fact<>("is-preferred", 1, (e, view) -> !view.ids(PREFERRING, e).isEmpty());

  /** As the system writes it. */
  record Form(
      String datapathId,
      IpAddress encapAddress,
      List<String> encapTypes,
      String ovsVersion,
      Map<String, Integer> uplinks,
      Map<String, Integer> uplinkZones,
      List<String> bfd) {}

  public Node {
    encapsulations = Encapsulation.ordered(encapsulations);
    watched = Set.copyOf(watched);
  }

  /** The connection tracking zone of a VLAN of a physical network, if the node has one for it. */
  public OptionalInt zone(Localnet segment) {
    Integer first = uplinkZones.get(segment.physicalNetwork());
    return first == null ? OptionalInt.empty() : OptionalInt.of(first + segment.tag());
  }

  /** What it uses towards a node that speaks everything. */
  public Encapsulation preferred() {
    return encapsulations.iterator().next();
  }

  /** What the tunnel between the two is; none if they have no encapsulation in common. */
  public Optional<Encapsulation> tunnelTo(Node other) {
    return encapsulations.stream().filter(other.encapsulations::contains).findFirst();
  }

  private static Node parse(Document d, int key) {
    Form f = Spec.read(d, Form.class);
    return new Node(
        KIND.id(d),
        Long.parseUnsignedLong(f.datapathId, 16),
        Optional.ofNullable(f.encapAddress),
        encapsulations(f.encapTypes),
        f.ovsVersion == null ? "" : f.ovsVersion,
        f.uplinks == null ? Map.of() : Map.copyOf(f.uplinks),
        f.uplinkZones == null ? Map.of() : Map.copyOf(f.uplinkZones),
        f.bfd == null ? Set.of() : f.bfd.stream().map(KIND::id).collect(Collectors.toSet()));
  }

  /** What nobody here knows is left out: a later release may have written it. */
  private static Set<Encapsulation> encapsulations(List<String> names) {
    Set<Encapsulation> known =
        names == null
            ? Set.of()
            : Encapsulation.ordered(
                names.stream().flatMap(n -> Encapsulation.named(n).stream()).toList());
    return known.isEmpty() ? Encapsulation.USUAL : known;
  }

  /** The document that {@link #parse} reads back. */
  public static Document document(
      String name, long datapathId, Optional<IpAddress> encapAddress, String ovsVersion) {
    return document(
        name,
        datapathId,
        encapAddress,
        Encapsulation.USUAL,
        ovsVersion,
        Map.of(),
        Map.of(),
        Set.of());
  }

  /** As {@link #document(String, long, Optional, String)}, of a node with all that one may have. */
  public static Document document(
      String name,
      long datapathId,
      Optional<IpAddress> encapAddress,
      Set<Encapsulation> encapsulations,
      String ovsVersion,
      Map<String, Integer> uplinks,
      Map<String, Integer> uplinkZones,
      Set<String> watched) {
    var spec = JsonNodeFactory.instance.objectNode();
    spec.put("datapathId", String.format("%016x", datapathId));
    encapAddress.ifPresent(a -> spec.put("encapAddress", a.toString()));
    if (!encapsulations.equals(Encapsulation.USUAL)) {
      var types = spec.putArray("encapTypes");
      Encapsulation.ordered(encapsulations).forEach(e -> types.add(e.toString()));
    }
    spec.put("ovsVersion", ovsVersion);
    if (!uplinks.isEmpty()) {
      var numbers = spec.putObject("uplinks");
      new TreeMap<>(uplinks).forEach(numbers::put);
    }
    if (!uplinkZones.isEmpty()) {
      var zones = spec.putObject("uplinkZones");
      new TreeMap<>(uplinkZones).forEach(zones::put);
    }
    if (!watched.isEmpty()) {
      var names = spec.putArray("bfd");
      new TreeSet<>(watched).forEach(names::add);
    }
    return new Document(KIND.name(), name, Map.of(), spec);
  }
}
