package dev.heddle.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Binding;
import dev.heddle.model.Bits;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.State;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.RealOvs.Datapath;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Tunnel;
import dev.heddle.pipeline.Wire;
import dev.heddle.simulator.Fabric;
import dev.heddle.simulator.Names;
import dev.heddle.simulator.Packet;
import dev.heddle.simulator.Plan;
import dev.heddle.simulator.Tables;
import dev.heddle.simulator.Trace;
import dev.heddle.store.MemoryStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The simulator is honest: whatever the topology and the packet, it does step by step what a real
 * Open vSwitch does with the flows that the product itself installed there.
 */
class SimulatorOnRealOvsTest {

  /** How many pairs a run compares; more with {@code -Dheddle.pairs=N}. */
  private static final int PAIRS = Integer.getInteger("heddle.pairs", 200);

  private static final Id<Node> N1 = Node.KIND.id("n1");

  @AutoClose private final RealOvs ovs = RealOvs.start(Datapath.DUMMY);
  private final Rig rig = new Rig(new MemoryStore());
  private final Map<String, Integer> ends = new TreeMap<>();
  private final Set<String> visited = new TreeSet<>();

  @BeforeEach
  void aNodeWithInterfaces() {
    rig.join(ovs, "n1", "127.0.0.1");
    rig.await("n1 connected", () -> rig.node("n1").connected());
    for (int i = 1; i <= AnyPair.LOCAL; i++) {
      ovs.addPort("br-int", "p" + i, "p" + i);
    }
    rig.await("interfaces seen", () -> bindings().size() == AnyPair.LOCAL);
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  @Test
  void doesWithEveryPacketWhatOvsDoes() {
    long seed = Long.getLong("heddle.seed", System.nanoTime());
    AnyPair any = new AnyPair(new Random(seed));
    apply(AnyPair.start());
    for (int i = 0; i < PAIRS; i++) {
      List<Change> changes = new ArrayList<>();
      for (int n = i == 0 ? 40 : 1 + any.random().nextInt(3); n > 0; n--) {
        changes.add(any.change());
      }
      apply(changes);
      compare(any, "-Dheddle.seed=" + seed + ", pair " + i);
    }
    System.out.println(
        "Simulator = ofproto/trace: " + PAIRS + " pairs, seed " + seed + ", ended at " + ends);
    assertThat(visited)
        .as("what the generator covered")
        .contains("CLASSIFY", "ADMIT", "ANSWER", "SWITCH", "REPLICATE", "LOCATE", "OUTPUT");
  }

  /** What no product flow should reach: the limits, and one step to either side of them. */
  @Test
  void losesAPacketWhereOvsDoes() {
    ovs.vsctl("add-br", "br-limits", "--", "set-fail-mode", "br-limits", "secure");
    for (int lookups : List.of(4096, 4097, 4098)) {
      // 1 + 40 x (1 + 100) = 4,041 and the rest one by one; the first is no resubmit
      List<Action> first = new ArrayList<>(List.of(new Action.Output(2)));
      first.addAll(Collections.nCopies(40, new Action.Resubmit(1)));
      first.addAll(Collections.nCopies(lookups - 4041, new Action.Resubmit(2)));
      sameOnBoth(
          flow(0, first),
          flow(1, Collections.nCopies(100, new Action.Resubmit(2))),
          flow(2, List.of()));
    }
    sameOnBoth(flow(0, List.of(new Action.Output(2), new Action.Resubmit(0))));
    sameOnBoth(
        flow(0, List.of(new Action.Resubmit(1))),
        flow(1, List.of(new Action.Output(1), new Action.Output(2), new Action.Resubmit(0))));
    sameOnBoth(
        flow(0, List.of(new Action.Resubmit(3), new Action.ToSender(), new Action.GotoTable(4))),
        flow(3, List.of(new Action.Resubmit(1), new Action.Output(2))),
        flow(1, List.of(Action.Set.of(Field.IN_PORT, Bits.of(7)), new Action.Output(9))));
  }

  private static Flow flow(int table, List<? extends Action> actions) {
    return new Flow(new FlowKey(table, 1, Match.ALL), 5, List.copyOf(actions));
  }

  private void sameOnBoth(Flow... flows) {
    ovs.ofctl("del-flows", "br-limits");
    for (Flow f : flows) {
      ovs.ofctl(
          "add-flow",
          "br-limits",
          "cookie=5,priority=1,table="
              + f.key().table()
              + ",actions="
              + (f.actions().isEmpty()
                  ? "drop"
                  : f.actions().stream()
                      .map(SimulatorOnRealOvsTest::text)
                      .collect(Collectors.joining(","))));
    }
    for (int port : List.of(1, 2)) {
      if (!ovs.vsctl("list-ports", "br-limits").contains("limit" + port)) {
        String name = "limit" + port;
        ovs.vsctl(
            "add-port",
            "br-limits",
            name,
            "--",
            "set",
            "Interface",
            name,
            "ofport_request=" + port);
      }
    }
    Fabric.Switch simulated =
        new Fabric.Switch(Tables.of(List.of(flows)), Optional.empty(), Set.of(1, 2));
    Fabric.Run run = new Fabric(Map.of(N1, simulated)).send(N1, 1, Packet.EMPTY);
    String text = ovs.appctl("ofproto/trace", "br-limits", "in_port=1");
    OvsTrace real = OvsTrace.of(text);
    assertThat(run.trace().steps().size())
        .isEqualTo(real.steps().size()); // thousands of lines else
    assertThat(steps(run.trace()).equals(real.steps())).isTrue();
    assertThat(!run.lost().isEmpty()).as(text).isEqualTo(real.failed());
    assertThat(run.arrivals().isEmpty()).isEqualTo(text.contains("Datapath actions: drop"));
  }

  private static String text(Action action) {
    return action instanceof Action.Resubmit r
        ? "resubmit(,%d)".formatted(r.table())
        : action instanceof Action.Output o
            ? "output:" + o.port()
            : action instanceof Action.ToSender
                ? "IN_PORT"
                : action instanceof Action.GotoTable g
                    ? "goto_table:" + g.table()
                    : "set_field:%s->%s"
                        .formatted(
                            ((Action.Set) action).value(), ((Action.Set) action).wire().ovsName());
  }

  private void compare(AnyPair any, String which) {
    List<Integer> inPorts = new ArrayList<>(List.of(Tunnel.OF_PORT));
    bindings().forEach(b -> inPorts.add(b.spec().get("ofPort").asInt()));
    int inPort = any.any(inPorts);
    Packet packet = any.packet(inPort, guest(inPort), anyNetwork(any), portKeys());
    Fabric.Run run = alone().send(N1, inPort, packet);
    Names names = new Names(rig.controller.inspection());
    String text = ovs.appctl("ofproto/trace", "br-int", "in_port=" + inPort + "," + packet);
    OvsTrace real = OvsTrace.of(text);
    String both =
        which + "\n" + packet + "\n" + run.trace().text(names) + "\nofproto/trace:\n" + text;
    assertThat(run.trace().ambiguous()).as(both).isEmpty();
    assertThat(steps(run.trace())).as(both).isEqualTo(real.steps());
    Packet last = run.last();
    if (inPort == Tunnel.OF_PORT) {
      last = last.with(Wire.TUN_ID, Bits.ZERO); // not shown of a packet that came with it
    }
    assertThat(comparable(last.fields())).as(both).isEqualTo(comparable(real.last()));
    List<String> stages = run.trace().steps().stream().map(s -> names.stage(s.table())).toList();
    visited.addAll(stages);
    ends.merge(stages.get(stages.size() - 1), 1, Integer::sum);
  }

  /** The number of the guest that a port's identity is of, so that half of what it sends passes. */
  private int guest(int inPort) {
    return bindings().stream()
        .filter(b -> b.spec().get("ofPort").asInt() == inPort)
        .flatMap(
            b ->
                rig.controller.get(LogicalPort.KIND.name(), b.spec().get("port").asText()).stream())
        .map(s -> s.document().spec().get("mac").asText())
        .mapToInt(mac -> Integer.parseInt(mac.substring(mac.length() - 2), 16))
        .findFirst()
        .orElse(1);
  }

  private int anyNetwork(AnyPair any) {
    return any.any(rig.controller.list(LogicalSwitch.KIND.name())).key();
  }

  private List<Integer> portKeys() {
    List<Integer> keys = new ArrayList<>(List.of(0));
    rig.controller.list(LogicalPort.KIND.name()).stream().map(State::key).forEach(keys::add);
    return keys;
  }

  private List<Document> bindings() {
    return rig.controller.list(Binding.KIND.name()).stream()
        .map(State::document)
        .filter(d -> d.spec().get("node").asText().equals("n1"))
        .toList();
  }

  /** The node under test without the others: what it sends into a tunnel ends there. */
  private Fabric alone() {
    return new Fabric(Map.of(N1, Plan.of(rig.controller).fabric().switches().get(N1)));
  }

  private void apply(List<Change> changes) {
    long revision = rig.controller.transact(Writer.SYSTEM, changes).join().revision();
    rig.await("n1 has revision " + revision, () -> rig.node("n1").installed() >= revision);
  }

  static List<OvsTrace.Step> steps(Trace trace) {
    return trace.steps().stream()
        .map(
            s ->
                new OvsTrace.Step(
                    s.table(),
                    s.flow().map(f -> f.key().priority()).orElse(-1),
                    s.flow().map(Flow::cookie).orElse(0L),
                    s.outputs()))
        .toList();
  }

  /**
   * "Final flow" gives a packet's type in words, and ports by a name that both TCP and UDP have.
   */
  static Map<Wire, Bits> comparable(Map<Wire, Bits> fields) {
    Map<Wire, Bits> some = new EnumMap<>(Wire.class);
    some.putAll(fields);
    for (Wire w : Wire.values()) {
      boolean header = w.compareTo(Wire.VLAN_TCI) > 0 && w.compareTo(Wire.ARP_OP) < 0;
      if (header || w == Wire.ETH_TYPE || w.compareTo(Wire.ICMPV6_TYPE) >= 0) {
        some.remove(w);
      }
    }
    return some;
  }
}
