package dev.heddle.openflow.session;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Binding;
import dev.heddle.model.Bits;
import dev.heddle.model.Document;
import dev.heddle.model.Encapsulation;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.MacAddress;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Spine;
import dev.heddle.pipeline.Tunnel;
import dev.heddle.simulator.Packet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Random steps from one topology to the next, and random packets into it. Few names and few
 * addresses, so that they meet: half of the packets are what a port may send, the rest have one or
 * two fields of somebody else's.
 */
record AnyPair(Random random) {

  /** Ports p1 to p6 are on the real switch, r1 to r4 on nodes that exist in the model only. */
  static final int LOCAL = 6;

  private static final int REMOTE = 4;
  private static final int NETWORKS = 2;

  /** What the real node's br-ex is of. */
  static final String PHYSICAL = "physnet1";

  private static final List<Set<Encapsulation>> SPOKEN =
      List.of(
          Set.of(Encapsulation.GENEVE),
          Set.of(Encapsulation.VXLAN),
          Set.of(Encapsulation.values()));

  private static final List<Integer> TAGS = List.of(0, 10, 11);

  /**
   * Everything there is at the start: m1 is reached by Geneve, m2 by VXLAN, and each has a port of
   * each network.
   */
  static List<Change> start() {
    List<Document> all = new ArrayList<>();
    all.add(node(1, true, SPOKEN.get(0), Map.of()));
    all.add(node(2, true, SPOKEN.get(1), Map.of()));
    for (int n = 1; n <= NETWORKS; n++) {
      all.add(new Document(LogicalSwitch.KIND.name(), "s" + n, Map.of(), object()));
    }
    for (int r = 1; r <= REMOTE; r++) {
      ObjectNode spec = object().put("switch", "s" + (1 + r / 2 % NETWORKS));
      spec.put("mac", new MacAddress(mac(r + 4)).toString());
      spec.withArray("addresses").add("10.0.0." + (r + 4));
      all.add(new Document(LogicalPort.KIND.name(), "r" + r, Map.of(), spec));
      all.add(Binding.document(Node.KIND.id("m" + (1 + r % 2)), LogicalPort.KIND.id("r" + r), r));
    }
    return all.stream().<Change>map(Change.Put::new).toList();
  }

  private static Document node(
      int number, boolean tunnels, Set<Encapsulation> spoken, Map<String, Integer> uplinks) {
    Optional<IpAddress> address = Optional.of(IpAddress.parse("198.18.1." + number));
    return Node.document(
        "m" + number,
        100 + number,
        address.filter(a -> tunnels),
        spoken,
        "3.1.0",
        uplinks,
        Map.of(),
        Set.of());
  }

  /** One change of the topology. */
  Change change() {
    int n = 1 + random.nextInt(REMOTE);
    int p = 1 + random.nextInt(LOCAL);
    return switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 9, 10, 11, 12, 13, 14 -> put("p" + p, p);
      case 4, 5 -> put("r" + n, n + 4);
      case 6, 7 ->
          new Change.Put(
              Binding.document(Node.KIND.id("m" + (1 + n % 2)), LogicalPort.KIND.id("r" + n), n));
      case 8 ->
          new Change.Put(
              node(
                  1 + n % 2,
                  random.nextInt(4) > 0,
                  any(SPOKEN),
                  random.nextBoolean() ? Map.of(PHYSICAL, 900) : Map.of()));
      case 15, 16 -> localnet();
      case 17 -> new Change.Remove(LogicalPort.KIND.name(), "out" + (1 + n % NETWORKS), false);
      case 18 ->
          new Change.Put(
              new Document(
                  LogicalSwitch.KIND.name(),
                  "s" + (1 + n % NETWORKS),
                  Map.of(),
                  object().put("unknown", random.nextBoolean() ? "flood" : "drop")));
      default -> new Change.Remove(LogicalPort.KIND.name(), "p" + p, false);
    };
  }

  /** A way to a physical network for a switch: two want the same VLAN now and then. */
  private Change localnet() {
    int n = 1 + random.nextInt(NETWORKS);
    ObjectNode spec = object().put("switch", "s" + n).put("type", "localnet");
    spec.put("physicalNetwork", random.nextInt(6) == 0 ? "elsewhere" : PHYSICAL);
    int tag = any(TAGS);
    if (tag > 0) {
      spec.put("tag", tag);
    }
    return new Change.Put(new Document(LogicalPort.KIND.name(), "out" + n, Map.of(), spec));
  }

  private Change put(String port, int usual) {
    ObjectNode spec = object().put("switch", "s" + (1 + random.nextInt(NETWORKS)));
    int own = random.nextInt(6) == 0 ? number() : usual;
    spec.put("mac", new MacAddress(mac(own)).toString());
    boolean secure = random.nextInt(4) > 0;
    spec.put("portSecurity", secure).put("enabled", random.nextInt(12) > 0);
    if (random.nextInt(5) > 0) {
      spec.withArray("addresses").add("10.0.0." + own);
    }
    if (random.nextInt(2) > 0) {
      spec.withArray("addresses").add("fd00::" + own);
    }
    if (!secure && random.nextBoolean()) {
      spec.withArray("addresses").add("unknown");
    }
    return new Change.Put(new Document(LogicalPort.KIND.name(), port, Map.of(), spec));
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** Of a guest: guest n has MAC ..:0n and addresses ending in n. */
  int number() {
    return 1 + random.nextInt(8);
  }

  private static long mac(int guest) {
    return 0x0a_00_00_00_00_00L + guest;
  }

  /**
   * What a guest sends, or what a tunnel brings.
   *
   * @param from the guest's number
   * @param uplink the port to the physical network: what comes there has any tag or none, and a
   *     guest tries one now and then
   * @param network the key that a tunnel's packet carries
   */
  Packet packet(int inPort, int from, int uplink, int network, List<Integer> portKeys) {
    Packet p = forged(frame(from));
    if (inPort == uplink || random.nextInt(20) == 0) {
      int tag = any(TAGS);
      return tag == 0 ? p : p.with(Field.VLAN_TCI, 0x1000 | tag);
    }
    if (!Tunnel.isPort(inPort)) {
      return p;
    }
    Packet tunnelled =
        p.with(Field.TUNNEL_NETWORK, network)
            .with(Field.TUNNEL_SRC, IpAddress.parse("198.18.1.1").bits())
            .with(Field.TUNNEL_DST, IpAddress.parse("127.0.0.1").bits());
    if (inPort == Tunnel.VXLAN_OF_PORT) {
      return tunnelled;
    }
    boolean flood = random.nextInt(3) == 0;
    return tunnelled
        .with(Field.TUNNEL_IN_PORT, random.nextInt(40))
        .with(Field.TUNNEL_OUT_PORT, flood ? Field.FLOOD : any(portKeys))
        .with(
            Field.TUNNEL_RESUME,
            random.nextInt(8) == 0 ? Spine.SWITCH.table() : Spine.REPLICATE.table());
  }

  private Packet frame(int from) {
    int to = number();
    Packet p =
        Packet.EMPTY
            .with(Field.ETH_SRC, mac(from))
            .with(Field.ETH_DST, random.nextInt(3) == 0 ? MacAddress.BROADCAST.value() : mac(to));
    return switch (random.nextInt(9)) {
      case 0, 1, 8 ->
          p.with(Field.ETH_TYPE, Match.ETH_ARP)
              .with(Field.ARP_OP, random.nextInt(4) == 0 ? 2 : 1)
              .with(Field.ARP_SHA, mac(from))
              .with(Field.ARP_SPA, random.nextInt(5) == 0 ? Bits.ZERO : v4(from))
              .with(Field.ARP_TPA, v4(random.nextInt(5) == 0 ? from : to));
      case 2 -> ipv4(p, from, to).with(Field.IP_PROTO, 1);
      case 3 ->
          ipv4(p, from, to)
              .with(Field.IP_PROTO, Match.PROTO_TCP)
              .with(Field.TCP_SRC, 68)
              .with(Field.TCP_DST, 67);
      case 4 ->
          ipv4(p, random.nextInt(2) * from, to)
              .with(Field.IP_PROTO, Match.PROTO_UDP)
              .with(Field.UDP_SRC, 68)
              .with(Field.UDP_DST, 67);
      case 5, 6 -> neighbour(p, from, to);
      default -> p.with(Field.ETH_TYPE, random.nextBoolean() ? 0x88cc : 0x88f7);
    };
  }

  private static Packet ipv4(Packet p, int from, int to) {
    return p.with(Field.ETH_TYPE, Match.ETH_IPV4)
        .with(Field.IPV4_SRC, from == 0 ? Bits.ZERO : v4(from))
        .with(Field.IPV4_DST, v4(to));
  }

  private Packet neighbour(Packet p, int from, int to) {
    int type = any(List.of(128, 133, 134, 135, 135, 136, 136, 137));
    boolean unspecified = type < 136 && random.nextInt(3) == 0;
    Packet v6 =
        p.with(Field.ETH_TYPE, Match.ETH_IPV6)
            .with(Field.IP_PROTO, Match.PROTO_ICMPV6)
            .with(Field.IPV6_SRC, unspecified ? Bits.ZERO : v6(from))
            .with(Field.IPV6_DST, v6(to))
            .with(Field.ICMPV6_TYPE, type);
    boolean option = random.nextInt(3) > 0 && !unspecified;
    return switch (type) {
      case 135 ->
          v6.with(Field.ND_TARGET, v6(unspecified ? from : to))
              .with(Field.ND_SLL, option ? mac(from) : 0);
      case 136 -> v6.with(Field.ND_TARGET, v6(from)).with(Field.ND_TLL, option ? mac(from) : 0);
      default -> v6;
    };
  }

  private Packet forged(Packet honest) {
    Packet p = honest;
    for (int i = random.nextInt(4) - 1; i > 0; i--) {
      int other = number();
      // Only what the packet has: OVS would refuse to trace an ARP field of an IP packet.
      Field field =
          any(
              List.of(Field.values()).stream()
                  .filter(f -> f.wire().compareTo(Field.ETH_DST.wire()) >= 0)
                  .filter(f -> f.width() >= 32 && !honest.get(f).isZero())
                  .toList());
      Bits value =
          field.width() == 48 ? Bits.of(mac(other)) : field.width() == 32 ? v4(other) : v6(other);
      p = p.with(field, value);
    }
    return p;
  }

  private static Bits v4(int guest) {
    return Bits.of(0x0a00_0000L + guest);
  }

  private static Bits v6(int guest) {
    return new Bits(0xfd00L << 48, guest);
  }

  <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
