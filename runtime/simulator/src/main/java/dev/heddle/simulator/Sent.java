package dev.heddle.simulator;

import dev.heddle.model.Encapsulation;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Tunnel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A packet that has been sent, and what became of it. Each statement holds or throws an {@link
 * AssertionError} with the whole trace; all return this, so that several can be made.
 *
 * @param to the port it is meant for, empty if for none in particular
 */
public record Sent(Net net, String from, Packet packet, String to, Plan plan, Fabric.Run run) {

  private static final int ARP_REPLY = 2;
  private static final int ADVERTISEMENT = 136;

  static Sent through(Net net, String from, Packet packet, String to) {
    Plan plan = net.plan();
    Plan.Plug at =
        plan.plug(LogicalPort.KIND.id(from))
            .orElseThrow(() -> new IllegalArgumentException(from + " is plugged in nowhere"));
    Witness witness = Witness.present();
    witness.begins(plan, net.memory());
    Fabric.Run run = plan.fabric().send(net.memory(), at.node(), at.ofPort(), packet);
    witness.saw(run);
    Sent sent = new Sent(net, from, packet, to, plan, run);
    sent.require(run.trace().ambiguous().isEmpty(), "is treated alike by every switch");
    return sent;
  }

  /** It comes out, unchanged, at the port it was sent to and nowhere else. */
  public Sent arrives() {
    return reaches(to);
  }

  /** It comes out, unchanged but for its VLAN, once at each of these ports and nowhere else. */
  public Sent reaches(String... ports) {
    require(arrivals().equals(once(Stream.of(ports))), "reaches " + List.of(ports) + ", each once");
    require(
        run.arrivals().stream().allMatch(a -> untagged(a.packet()).equals(untagged(packet))),
        "arrives as it was sent");
    return this;
  }

  private static Packet untagged(Packet p) {
    return p.with(Field.VLAN_TCI, 0);
  }

  /** Where it comes out at this port, it is in this VLAN; 0 for none. */
  public Sent isInVlan(int tag, String port) {
    long tci = tag == 0 ? 0 : 0x1000 | tag;
    require(
        run.arrivals().stream()
            .filter(a -> name(a.node(), a.port()).equals(port))
            .allMatch(a -> a.packet().get(Field.VLAN_TCI).low() == tci),
        "is in VLAN " + tag + " at " + port);
    return this;
  }

  /** It crosses to each of these nodes once and to no other. */
  public Sent crossesTo(String... nodes) {
    Map<String, Integer> crossed = new HashMap<>();
    run.tunnelled().forEach((node, copies) -> crossed.put(node.name(), copies));
    require(crossed.equals(once(Stream.of(nodes))), "crosses to " + List.of(nodes) + ", each once");
    return this;
  }

  /** Whatever crosses does so by tunnels of this kind. */
  public Sent crossesBy(Encapsulation encapsulation) {
    require(
        run.tunnels().equals(Set.of(Tunnel.port(encapsulation))), "crosses by " + encapsulation);
    return this;
  }

  /**
   * An ARP reply or a neighbour advertisement, and nothing else, comes back to the sender without
   * leaving the node.
   */
  public Sent isAnswered() {
    crossesTo();
    require(arrivals().equals(Map.of(from, 1)), "is answered to " + from + " alone");
    Packet reply = run.arrivals().get(0).packet();
    require(
        reply.get(Field.ETH_DST).equals(packet.get(Field.ETH_SRC)), "is answered to whoever asked");
    if (packet.get(Field.ICMPV6_TYPE).isZero()) {
      isReply(reply);
    } else {
      isAdvertisement(reply);
    }
    return this;
  }

  private void isReply(Packet reply) {
    require(reply.get(Field.ARP_OP).low() == ARP_REPLY, "is answered by an ARP reply");
    require(
        reply.get(Field.ARP_SPA).equals(packet.get(Field.ARP_TPA))
            && reply.get(Field.ARP_TPA).equals(packet.get(Field.ARP_SPA))
            && reply.get(Field.ARP_THA).equals(packet.get(Field.ARP_SHA))
            && reply.get(Field.ETH_SRC).equals(reply.get(Field.ARP_SHA)),
        "is answered to whoever asked, about what was asked");
  }

  private void isAdvertisement(Packet reply) {
    require(
        reply.get(Field.ICMPV6_TYPE).low() == ADVERTISEMENT,
        "is answered by a neighbour advertisement");
    require(
        reply.get(Field.ND_TARGET).equals(packet.get(Field.ND_TARGET))
            && reply.get(Field.IPV6_SRC).equals(packet.get(Field.ND_TARGET))
            && reply.get(Field.IPV6_DST).equals(packet.get(Field.IPV6_SRC))
            && reply.get(Field.ND_TLL).equals(reply.get(Field.ETH_SRC))
            && reply.get(Field.ND_SLL).isZero(),
        "is answered to whoever asked, about what was asked");
  }

  /** As {@link #isAnswered}, with this MAC. */
  public Sent isAnsweredBy(String port) {
    isAnswered();
    require(
        run.arrivals().get(0).packet().get(Field.ETH_SRC).equals(net.identity(port).mac().bits()),
        "is answered with the MAC of " + port);
    return this;
  }

  /** It comes out nowhere, and this stage dropped it. */
  public Sent isDroppedAt(String stage) {
    Names names = new Names(net.controller().inspection());
    String at = run.droppedAt().map(names::stage).orElse("no stage");
    require(at.equals(stage), "is dropped at " + stage + ", not at " + at);
    return this;
  }

  /** The trace with the names of stages and objects. */
  public String explained() {
    return run.trace().text(new Names(net.controller().inspection()).knowing(run.trace()))
        + run.lost().stream().map(l -> "\n" + l).collect(Collectors.joining());
  }

  /** How many copies came out at each port. */
  public Map<String, Integer> arrivals() {
    Map<String, Integer> count = new HashMap<>();
    for (Fabric.Arrival a : run.arrivals()) {
      count.merge(name(a.node(), a.port()), 1, Integer::sum);
    }
    return count;
  }

  /** The port at which it came out. */
  public String port(Fabric.Arrival arrival) {
    return name(arrival.node(), arrival.port());
  }

  private String name(Id<Node> node, int port) {
    Id<LogicalPort> named = plan.plugged().get(new Plan.Plug(node, port));
    return named == null ? node.name() + ":" + port : named.name();
  }

  private static Map<String, Integer> once(Stream<String> names) {
    return names.collect(Collectors.toMap(n -> n, n -> 1));
  }

  private void require(boolean holds, String statement) {
    if (!holds) {
      throw new AssertionError(
          "It is not so that what "
              + from
              + " sent "
              + statement
              + ".\nIt came out at "
              + (run.arrivals().isEmpty() ? "no port" : arrivals())
              + ":\n"
              + explained());
    }
  }
}
