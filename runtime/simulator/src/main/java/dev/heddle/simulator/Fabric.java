package dev.heddle.simulator;

import dev.heddle.model.Bits;
import dev.heddle.model.Encapsulation;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Punt;
import dev.heddle.pipeline.Tunnel;
import dev.heddle.pipeline.Wire;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;

/** Simulated switches with their tables, and an underlay that carries tunnels between them. */
public record Fabric(Map<Id<Node>, Switch> switches) {

  /** No packet of this design crosses more than a few nodes; this many is a loop. */
  private static final int MOST_HOPS = 64;

  public Fabric {
    switches = Map.copyOf(switches);
  }

  /**
   * One switch.
   *
   * @param encapAddress where its tunnels end; without one it has no tunnel port
   * @param encapsulations for each of which it has a tunnel port, if it has any
   * @param ports the OpenFlow numbers of its other ports
   */
  public record Switch(
      Tables tables,
      Optional<IpAddress> encapAddress,
      Set<Encapsulation> encapsulations,
      Set<Integer> ports) {

    public Switch {
      encapsulations = Set.copyOf(encapsulations);
      ports = Set.copyOf(ports);
    }

    /** One whose tunnels are what is usual. */
    public Switch(Tables tables, Optional<IpAddress> encapAddress, Set<Integer> ports) {
      this(tables, encapAddress, Encapsulation.USUAL, ports);
    }

    /** The numbers of all its ports, those of its tunnels among them. */
    public Set<Integer> allPorts() {
      Set<Integer> all = new HashSet<>(ports);
      encapAddress.ifPresent(a -> encapsulations.forEach(e -> all.add(Tunnel.port(e))));
      return all;
    }
  }

  /** A copy of the packet that came out of a port that is no tunnel. */
  public record Arrival(Id<Node> node, int port, Packet packet) {}

  /** A copy of the packet that a node sent to the controller. */
  public record Punted(Id<Node> node, Punt punt, Packet packet) {}

  /**
   * What became of a packet.
   *
   * @param tunnelled how many copies each node got through a tunnel, by node
   * @param tunnels the ports by which copies came to other nodes
   * @param last the packet as the last action on the first node left it, with its registers
   * @param lost limits that were exceeded and copies that no node was there to take
   * @param punted what went to the controller
   */
  public record Run(
      Trace trace,
      List<Arrival> arrivals,
      List<Punted> punted,
      Map<Id<Node>, Integer> tunnelled,
      Set<Integer> tunnels,
      Packet last,
      List<String> lost) {

    /** The table whose flow, or lack of one, dropped the packet: the last it was looked up in. */
    public Optional<Integer> droppedAt() {
      List<Trace.Step> steps = trace.steps();
      return arrivals.isEmpty() && !steps.isEmpty()
          ? Optional.of(steps.get(steps.size() - 1).table())
          : Optional.empty();
    }
  }

  private record Hop(Id<Node> node, int port, Packet packet) {}

  /** Sends a packet into a port of a node, of switches that remember nothing yet. */
  public Run send(Id<Node> node, int port, Packet packet) {
    return send(new Memory(), node, port, packet);
  }

  /** Sends a packet into a port of a node. */
  public Run send(Memory memory, Id<Node> node, int port, Packet packet) {
    switches.forEach((n, s) -> memory.of(n).learned.follow(s.tables()));
    List<Trace.Step> steps = new ArrayList<>();
    List<Arrival> arrivals = new ArrayList<>();
    List<Punted> punted = new ArrayList<>();
    Map<Id<Node>, Integer> tunnelled = new TreeMap<>();
    Set<Integer> tunnels = new HashSet<>();
    List<String> lost = new ArrayList<>();
    Optional<Packet> last = Optional.empty();
    Queue<Hop> hops = new ArrayDeque<>(List.of(new Hop(node, port, packet)));
    for (int hop = 0; !hops.isEmpty(); hop++) {
      if (hop == MOST_HOPS) {
        lost.add("over " + MOST_HOPS + " copies between nodes: a loop");
        break;
      }
      Hop at = hops.remove();
      Switch here = switches.get(at.node());
      Visit visit = new Visit(at.node(), here, memory, at.port(), at.packet());
      steps.addAll(visit.steps);
      last = last.or(() -> Optional.of(visit.last));
      lost.addAll(visit.lost);
      visit.notes.forEach(n -> punted.add(new Punted(at.node(), n.punt(), n.packet())));
      for (Visit.Copy copy : visit.copies) {
        if (!Tunnel.isPort(copy.port())) {
          arrivals.add(new Arrival(at.node(), copy.port(), copy.packet().onTheWire()));
        } else {
          Optional<Hop> next = tunnel(here, copy);
          next.ifPresentOrElse(
              h -> {
                hops.add(h);
                tunnelled.merge(h.node(), 1, Integer::sum);
                tunnels.add(h.port());
              },
              () -> lost.add("no node takes tunnels to " + remote(copy.packet())));
        }
      }
    }
    return new Run(
        new Trace(steps),
        List.copyOf(arrivals),
        List.copyOf(punted),
        Map.copyOf(tunnelled),
        Set.copyOf(tunnels),
        last.get(),
        lost);
  }

  private Optional<Hop> tunnel(Switch from, Visit.Copy copy) {
    IpAddress to = remote(copy.packet());
    if (from.encapAddress().equals(Optional.of(to))) {
      return Optional.empty(); // OVS: "Not tunneling to our own address"
    }
    return switches.entrySet().stream()
        .filter(s -> s.getValue().encapAddress().equals(Optional.of(to)))
        .filter(s -> s.getValue().allPorts().contains(copy.port()))
        .map(s -> new Hop(s.getKey(), copy.port(), received(from, copy)))
        .findFirst();
  }

  private static IpAddress remote(Packet packet) {
    return new IpAddress(false, packet.get(Field.TUNNEL_DST));
  }

  /** Geneve's header has room for options, VXLAN's has not. */
  private static Packet received(Switch from, Visit.Copy copy) {
    Packet sent = copy.packet();
    boolean options = copy.port() == Tunnel.port(Encapsulation.GENEVE);
    Bits source = from.encapAddress().map(IpAddress::bits).orElse(Bits.ZERO);
    return sent.onTheWire()
        .with(Wire.TUN_ID, sent.get(Wire.TUN_ID))
        .with(Wire.TUN_METADATA0, options ? sent.get(Wire.TUN_METADATA0) : Bits.ZERO)
        .with(Wire.TUN_DST, sent.get(Wire.TUN_DST))
        .with(Wire.TUN_SRC, source);
  }
}
