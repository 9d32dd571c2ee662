package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.engine.Controller;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.MacAddress;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Inspection;
import dev.heddle.pipeline.Match;
import dev.heddle.simulator.Fabric;
import dev.heddle.simulator.Names;
import dev.heddle.simulator.Packet;
import dev.heddle.simulator.Plan;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A finished history, seen by the simulator and by the reference model: each method sends a packet
 * and fails, with its trace, where the two differ.
 */
record Compared(
    Inspection inspection,
    Map<String, JsonNode> specs,
    WhoHears reference,
    Plan plan,
    Coverage coverage) {

  static Compared of(Controller controller, WhoHears reference, Coverage coverage) {
    Map<String, JsonNode> specs = new TreeMap<>();
    controller
        .list(LogicalPort.KIND.name())
        .forEach(s -> specs.put(s.document().name(), s.document().spec()));
    Inspection inspection = controller.inspection();
    coverage.expect(inspection);
    return new Compared(inspection, specs, reference, Plan.of(controller), coverage);
  }

  private Set<String> ports() {
    return specs.keySet();
  }

  /** Those whose guests can send at all, whatever becomes of it. */
  private List<String> plugged() {
    return ports().stream().filter(p -> plan.plug(LogicalPort.KIND.id(p)).isPresent()).toList();
  }

  /** Every packet there is here, from every port to every other. */
  void everything() {
    for (String from : plugged()) {
      broadcast(from);
      for (String to : ports()) {
        unicast(from, to);
        astray(from, to);
        forged(from, to);
        forgedMac(from, to);
        forgedAddress(from, to);
        arp(from, to);
        neighbour(from, to);
      }
    }
  }

  private void broadcast(String from) {
    Fabric.Run run = send(from, ipv4(from, from, MacAddress.BROADCAST));
    boolean sends = reference.senders().contains(from);
    assertReached(run, sends ? reference.broadcast(from) : Set.of());
    Map<String, Integer> crossed = new TreeMap<>();
    run.tunnelled().forEach((node, copies) -> crossed.put(node.name(), copies));
    assertThat(crossed)
        .as(() -> told(run))
        .isEqualTo(sends ? once(reference.remoteNodes(from)) : Map.of());
  }

  private void unicast(String from, String to) {
    Fabric.Run run = send(from, ipv4(from, from, mac(to), address(to)));
    // Ports of other switches may have the MAC; whoever has it here is meant.
    assertReached(run, heardBy(from, mac(to)));
  }

  /** For somebody's MAC and somebody else's address. */
  private void astray(String from, String to) {
    List<String> all = ports().stream().sorted().toList();
    String other = all.get((all.indexOf(to) + 1) % all.size());
    Fabric.Run run = send(from, ipv4(from, from, mac(to), address(other)));
    boolean same = mac(other).equals(mac(to));
    assertReached(
        run,
        heardBy(from, mac(to)).stream()
            .filter(heard -> same || reference.mayHearAs(heard, other))
            .collect(Collectors.toSet()));
  }

  /** With somebody else's MAC and address as its own. */
  private void forged(String from, String as) {
    Fabric.Run run = send(from, ipv4(as, as, MacAddress.BROADCAST));
    boolean same = mac(as).equals(mac(from)); // addresses follow MACs in these histories
    boolean passes = same || reference.maySpeakAs(from, as);
    boolean sends = reference.senders().contains(from);
    assertReached(run, sends && passes ? reference.broadcast(from) : Set.of());
  }

  /** With somebody else's MAC and its own address. */
  private void forgedMac(String from, String as) {
    Fabric.Run run = send(from, ipv4(as, from, MacAddress.BROADCAST));
    boolean passes = mac(as).equals(mac(from)) || reference.maySpeakAs(from, as);
    boolean sends = reference.senders().contains(from);
    assertReached(run, sends && passes ? reference.broadcast(from) : Set.of());
  }

  /** With its own MAC and somebody else's address. */
  private void forgedAddress(String from, String as) {
    Fabric.Run run = send(from, ipv4(from, as, MacAddress.BROADCAST));
    boolean passes = address(as).equals(address(from)) || reference.maySpeakAs(from, as);
    boolean sends = reference.senders().contains(from);
    assertReached(run, sends && passes ? reference.broadcast(from) : Set.of());
  }

  private void arp(String from, String to) {
    Packet request =
        frame(from, MacAddress.BROADCAST, Match.ETH_ARP)
            .with(Field.ARP_OP, 1)
            .with(Field.ARP_SHA, mac(from).bits())
            .with(Field.ARP_SPA, address(from).bits())
            .with(Field.ARP_TPA, address(to).bits());
    answered(send(from, request), from, address(to), Field.ARP_SHA);
  }

  private void neighbour(String from, String to) {
    IpAddress address = address(to, 1);
    Fabric.Run run =
        send(
            from,
            frame(from, MacAddress.BROADCAST, Match.ETH_IPV6)
                .with(Field.IP_PROTO, Match.PROTO_ICMPV6)
                .with(Field.ICMPV6_TYPE, 135)
                .with(Field.IPV6_SRC, address(from, 1).bits())
                .with(Field.ND_TARGET, address.bits())
                .with(Field.ND_SLL, mac(from).bits()));
    answered(run, from, address, Field.ND_TLL);
  }

  private void answered(Fabric.Run run, String from, IpAddress about, Field mac) {
    Set<String> owners = reference.answers(from, about.toString());
    if (!reference.senders().contains(from)) {
      assertReached(run, Set.of());
    } else if (owners.isEmpty()) {
      assertReached(run, reference.broadcast(from));
    } else {
      assertReached(run, Set.of(from));
      assertThat(run.arrivals().get(0).packet().get(mac))
          .isEqualTo(mac(owners.iterator().next()).bits());
    }
  }

  private Set<String> heardBy(String from, MacAddress mac) {
    return reference.senders().contains(from)
        ? ports().stream()
            .filter(p -> mac(p).equals(mac))
            .flatMap(p -> reference.unicast(from, p).stream())
            .collect(Collectors.toSet())
        : Set.of();
  }

  private Fabric.Run send(String from, Packet packet) {
    Plan.Plug at = plan.plug(LogicalPort.KIND.id(from)).orElseThrow();
    Fabric.Run run = plan.fabric().send(at.node(), at.ofPort(), packet);
    assertThat(run.trace().ambiguous()).as(() -> told(run)).isEmpty();
    assertThat(run.lost()).as(() -> told(run)).isEmpty();
    boolean answered = run.arrivals().stream().anyMatch(a -> name(a).equals(from));
    coverage.count(inspection, run, answered);
    return run;
  }

  private void assertReached(Fabric.Run run, Set<String> expected) {
    Map<String, Integer> reached = new TreeMap<>();
    for (Fabric.Arrival a : run.arrivals()) {
      reached.merge(name(a), 1, Integer::sum);
    }
    assertThat(reached).as(() -> told(run)).isEqualTo(once(expected));
  }

  private String name(Fabric.Arrival arrival) {
    return plan.plugged().get(new Plan.Plug(arrival.node(), arrival.port())).name();
  }

  private String told(Fabric.Run run) {
    return run.trace().text(new Names(inspection)) + "\n" + run.lost();
  }

  private static Map<String, Integer> once(Set<String> names) {
    return names.stream().collect(Collectors.toMap(Function.identity(), n -> 1));
  }

  private Packet ipv4(String ethernetOf, String addressOf, MacAddress to) {
    return ipv4(ethernetOf, addressOf, to, IpAddress.v4(0xffff_ffffL));
  }

  private Packet ipv4(String ethernetOf, String addressOf, MacAddress to, IpAddress destination) {
    return frame(ethernetOf, to, Match.ETH_IPV4)
        .with(Field.IPV4_SRC, address(addressOf).bits())
        .with(Field.IPV4_DST, destination.bits())
        .with(Field.IP_PROTO, 1);
  }

  private Packet frame(String from, MacAddress to, int type) {
    return Packet.EMPTY
        .with(Field.ETH_SRC, mac(from).bits())
        .with(Field.ETH_DST, to.bits())
        .with(Field.ETH_TYPE, type);
  }

  private MacAddress mac(String port) {
    return MacAddress.parse(specs.get(port).get("mac").asText());
  }

  private IpAddress address(String port) {
    return address(port, 0);
  }

  private IpAddress address(String port, int which) {
    return IpAddress.parse(specs.get(port).get("addresses").get(which).asText());
  }
}
