package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.MacAddress;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Match;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.simulator.Fabric;
import dev.heddle.simulator.Names;
import dev.heddle.simulator.Packet;
import dev.heddle.simulator.Plan;
import dev.heddle.store.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/**
 * After any history, packets reach exactly whom the reference model says. What no real network can
 * be is taken out of the histories: two nodes with one tunnel address, two interfaces with one
 * number.
 */
class ReachabilityLawsTest {

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void packetsReachWhomTheReferenceModelSays(@ForAll("histories") List<List<Step>> history) {
    WhoHears reference = new WhoHears();
    try (Controller controller =
        PlainRuntime.controller(new MemoryStore(), new L2Switching(), new Placement())) {
      for (List<Step> transaction : history) {
        List<Change> changes = transaction.stream().map(Step::change).toList();
        controller.transact(Writer.SYSTEM, changes).join();
        changes.forEach(reference::apply);
      }
      Compared compared = new Compared(controller, reference, Plan.of(controller));
      Set<String> senders = reference.senders();
      for (String from : compared.plugged()) {
        compared.broadcast(from);
        for (String to : compared.ports()) {
          compared.unicast(from, to);
          compared.forged(from, to);
          compared.arp(from, to);
        }
      }
      boolean crossed = senders.stream().anyMatch(s -> !reference.remoteNodes(s).isEmpty());
      boolean heard = senders.stream().anyMatch(s -> !reference.broadcast(s).isEmpty());
      Statistics.collect(crossed ? "crosses nodes" : heard ? "stays on one node" : "nobody hears");
      Statistics.coverage(c -> c.check("crosses nodes").percentage(p -> p > 50));
    }
  }

  /** One finished history, seen by both. */
  private record Compared(Controller controller, WhoHears reference, Plan plan) {

    List<String> ports() {
      return controller.list(LogicalPort.KIND.name()).stream()
          .map(s -> s.document().name())
          .toList();
    }

    /** Those whose guests can send at all, whatever becomes of it. */
    List<String> plugged() {
      return ports().stream().filter(p -> plan.plug(LogicalPort.KIND.id(p)).isPresent()).toList();
    }

    void broadcast(String from) {
      Fabric.Run run = send(from, ipv4(from, from, MacAddress.BROADCAST));
      boolean sends = reference.senders().contains(from);
      assertReached(run, sends ? reference.broadcast(from) : Set.of());
      Map<String, Integer> crossed = new TreeMap<>();
      run.tunnelled().forEach((node, copies) -> crossed.put(node.name(), copies));
      assertThat(crossed)
          .as(() -> told(run))
          .isEqualTo(sends ? once(reference.remoteNodes(from)) : Map.of());
    }

    void unicast(String from, String to) {
      Fabric.Run run = send(from, ipv4(from, from, mac(to)));
      // Ports of other switches may have the MAC; whoever has it here is meant.
      assertReached(run, heardBy(from, mac(to)));
    }

    /** With somebody else's MAC and address as its own. */
    void forged(String from, String as) {
      Fabric.Run run = send(from, ipv4(as, as, MacAddress.BROADCAST));
      boolean same = mac(as).equals(mac(from)); // addresses follow MACs in these histories
      boolean passes = same || reference.maySpeakAs(from, as);
      boolean sends = reference.senders().contains(from);
      assertReached(run, sends && passes ? reference.broadcast(from) : Set.of());
    }

    void arp(String from, String to) {
      String address = address(to).toString();
      Packet request =
          frame(from, MacAddress.BROADCAST, Match.ETH_ARP)
              .with(Field.ARP_OP, 1)
              .with(Field.ARP_SHA, mac(from).bits())
              .with(Field.ARP_SPA, address(from).bits())
              .with(Field.ARP_TPA, address(to).bits());
      Fabric.Run run = send(from, request);
      if (!reference.senders().contains(from)) {
        assertReached(run, Set.of());
      } else if (reference.answers(from, address).isEmpty()) {
        assertReached(run, reference.broadcast(from));
      } else {
        assertReached(run, Set.of(from));
        assertThat(run.arrivals().get(0).packet().get(Field.ARP_SHA)).isEqualTo(mac(to).bits());
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
      return run;
    }

    private void assertReached(Fabric.Run run, Set<String> expected) {
      Map<String, Integer> reached = new TreeMap<>();
      for (Fabric.Arrival a : run.arrivals()) {
        Id<LogicalPort> port = plan.plugged().get(new Plan.Plug(a.node(), a.port()));
        reached.merge(port.name(), 1, Integer::sum);
      }
      assertThat(reached).as(() -> told(run)).isEqualTo(once(expected));
    }

    private String told(Fabric.Run run) {
      return run.trace().text(new Names(controller.inspection())) + "\n" + run.lost();
    }

    private static Map<String, Integer> once(Set<String> names) {
      return names.stream().collect(Collectors.toMap(Function.identity(), n -> 1));
    }

    private Packet ipv4(String ethernetOf, String addressOf, MacAddress to) {
      return frame(ethernetOf, to, Match.ETH_IPV4)
          .with(Field.IPV4_SRC, address(addressOf).bits())
          .with(Field.IP_PROTO, 1);
    }

    private Packet frame(String from, MacAddress to, int type) {
      return Packet.EMPTY
          .with(Field.ETH_SRC, mac(from).bits())
          .with(Field.ETH_DST, to.bits())
          .with(Field.ETH_TYPE, type);
    }

    private MacAddress mac(String port) {
      return MacAddress.parse(document(port).spec().get("mac").asText());
    }

    private IpAddress address(String port) {
      return IpAddress.parse(document(port).spec().get("addresses").get(0).asText());
    }

    private Document document(String port) {
      return controller.get(LogicalPort.KIND.name(), port).orElseThrow().document();
    }
  }

  @Provide
  Arbitrary<List<List<Step>>> histories() {
    Arbitrary<List<List<Step>>> any = new EngineLawsTest().histories();
    return Combinators.combine(any, any).as(ReachabilityLawsTest::putRightInBetween);
  }

  /** Left alone, long histories end with ports on two nodes and no switch: nobody hears anybody. */
  private static List<List<Step>> putRightInBetween(
      List<List<Step>> before, List<List<Step>> after) {
    List<Step> right = new ArrayList<>(List.of(new Step.PutSwitch(0, 0), new Step.PutSwitch(1, 0)));
    for (int n = 0; n < 3; n++) {
      right.add(new Step.PutNode(n, 1));
    }
    for (int p = 0; p < 6; p++) {
      right.add(new Step.PutPort(p, p % 2, p + 1, p != 5, true));
      right.add(new Step.Unbind(p, (p + 1) % 3));
      right.add(new Step.Unbind(p, (p + 2) % 3));
      right.add(new Step.Bind(p, p % 3, 1));
    }
    return Stream.of(before.stream(), Stream.of(right), after.stream().limit(3))
        .flatMap(t -> t)
        .map(t -> t.stream().map(ReachabilityLawsTest::possible).toList())
        .toList();
  }

  private static Step possible(Step step) {
    if (step instanceof Step.PutNode n) {
      return new Step.PutNode(n.node(), n.address() == 0 ? 0 : n.node() + 1);
    }
    return step instanceof Step.Bind b ? new Step.Bind(b.port(), b.node(), b.port() + 1) : step;
  }
}
