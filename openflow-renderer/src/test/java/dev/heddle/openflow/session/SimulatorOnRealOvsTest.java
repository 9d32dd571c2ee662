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
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Spine;
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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
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

  /** What the bridge of the physical network does, which has no flows and is not compared. */
  private static final Pattern BEYOND =
      Pattern.compile("\n+bridge\\(\"br-ex\"\\)\n-+\n +0\\. .*\n +drop\n");

  private static final Id<Node> N1 = Node.KIND.id("n1");

  @AutoClose private final RealOvs ovs = RealOvs.start(Datapath.DUMMY);
  private final Rig rig = new Rig(new MemoryStore());
  private final Map<String, Integer> ends = new TreeMap<>();
  private final Set<String> visited = new TreeSet<>();

  /** Nothing, but for the test of what is said when both differ. */
  private UnaryOperator<Fabric> spoilt = fabric -> fabric;

  @BeforeEach
  void aNodeWithInterfaces() {
    ovs.vsctl(
        "add-br",
        "br-ex",
        "--",
        "set-fail-mode",
        "br-ex",
        "secure",
        "--",
        "set",
        "Open_vSwitch",
        ".",
        "external_ids:heddle-bridge-mappings=" + AnyPair.PHYSICAL + ":br-ex",
        "external_ids:heddle-encap-type=\"geneve,vxlan\"");
    rig.join(ovs, "n1", "127.0.0.1");
    rig.await("n1 connected", () -> rig.node("n1").connected());
    rig.await("uplink seen", () -> uplink() > 0);
    for (int i = 1; i <= AnyPair.LOCAL; i++) {
      ovs.addPort("br-int", "p" + i, "p" + i);
    }
    rig.await("interfaces seen", () -> bindings().size() == AnyPair.LOCAL);
  }

  /** The port of br-int that leads to the physical network, 0 if there is none yet. */
  private int uplink() {
    return rig.controller
        .get(Node.KIND.name(), "n1")
        .map(s -> s.document().spec().path("uplinks").path(AnyPair.PHYSICAL).asInt())
        .orElse(0);
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
    for (int i = 0; i < PAIRS || i < 5 * PAIRS && !visited.contains("into VXLAN"); i++) {
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
        .contains("CLASSIFY", "ADMIT", "ANSWER", "SWITCH", "REPLICATE", "LOCATE", "OUTPUT")
        .contains("a tag on the way in", "a tag on the way out")
        .contains("out of VXLAN", "into VXLAN", "LEARN");
  }

  /** Were the simulator wrong, this is what would be read. */
  @Test
  void aMismatchIsShrunkToTheObjectsAndFieldsThatMatter() {
    apply(AnyPair.start());
    apply(List.of(1, 2, 3, 4).stream().<Change>map(n -> put(Rig.port("p" + n, "s1", n))).toList());
    int inPort = Integer.parseInt(ovs.get("Interface", "p1", "ofport"));
    Packet frame =
        Packet.EMPTY
            .with(Field.ETH_SRC, 0x0a_00_00_00_00_01L)
            .with(Field.ETH_DST, 0x0a_00_00_00_00_02L)
            .with(Field.ETH_TYPE, Match.ETH_IPV4)
            .with(Field.IP_PROTO, 1)
            .with(Field.IPV4_SRC, 0x0a00_0001L)
            .with(Field.IPV4_DST, 0x0a00_0002L);
    Sending sending = new Sending(inPort, frame);
    assertThat(mismatch(sending)).isEmpty();
    spoilt = f -> forgetting(Spine.LOCATE.table(), f);
    assertThat(shrunk(sending))
        .contains("put LogicalPort p1", "put LogicalPort p2", "ofproto/trace br-int", "LOCATE")
        .doesNotContain("put LogicalPort p3", "put LogicalPort p4");
  }

  private static Change put(Document document) {
    return new Change.Put(document);
  }

  /** A simulator that has forgotten a table. */
  private Fabric forgetting(int table, Fabric fabric) {
    List<Flow> rest =
        rig.controller.read(
            snapshot ->
                snapshot.keys(N1).stream()
                    .filter(key -> key.table() != table)
                    .flatMap(key -> snapshot.flow(N1, key).stream())
                    .toList());
    Fabric.Switch whole = fabric.switches().get(N1);
    return new Fabric(
        Map.of(
            N1,
            new Fabric.Switch(
                Tables.of(rest), whole.encapAddress(), whole.encapsulations(), whole.ports())));
  }

  /** A packet that a port of the real switch gets. */
  private record Sending(int inPort, Packet packet) {}

  private void compare(AnyPair any, String which) {
    List<Integer> inPorts =
        new ArrayList<>(List.of(Tunnel.OF_PORT, Tunnel.VXLAN_OF_PORT, uplink()));
    bindings().forEach(b -> inPorts.add(b.spec().get("ofPort").asInt()));
    int inPort = any.any(inPorts);
    Packet packet = any.packet(inPort, guest(any, inPort), uplink(), anyNetwork(any), portKeys());
    Sending sending = new Sending(inPort, packet);
    if (mismatch(sending).isPresent()) {
      throw new AssertionError(which + "\n" + shrunk(sending));
    }
    Fabric.Run run = simulated(sending);
    Names names = new Names(rig.controller.inspection());
    List<String> stages = run.trace().steps().stream().map(s -> names.stage(s.table())).toList();
    visited.addAll(stages);
    if (!packet.get(Field.VLAN_TCI).isZero()) {
      visited.add("a tag on the way in");
    }
    if (run.arrivals().stream().anyMatch(c -> !c.packet().get(Field.VLAN_TCI).isZero())) {
      visited.add("a tag on the way out");
    }
    if (inPort == Tunnel.VXLAN_OF_PORT && !run.arrivals().isEmpty()) {
      visited.add("out of VXLAN");
      ends.merge("out of VXLAN", 1, Integer::sum);
    }
    if (run.trace().steps().stream().anyMatch(s -> s.outputs().contains(Tunnel.VXLAN_OF_PORT))) {
      visited.add("into VXLAN");
      ends.merge("into VXLAN", 1, Integer::sum);
    }
    ends.merge(stages.get(stages.size() - 1), 1, Integer::sum);
  }

  private Fabric.Run simulated(Sending sending) {
    return spoilt.apply(alone()).send(N1, sending.inPort(), sending.packet());
  }

  /** What differs, with both traces; empty if both do the same. */
  private Optional<String> mismatch(Sending sending) {
    Fabric.Run run = simulated(sending);
    String command = "in_port=" + sending.inPort() + "," + sending.packet();
    String text = BEYOND.matcher(ovs.appctl("ofproto/trace", "br-int", command)).replaceAll("\n");
    OvsTrace real = OvsTrace.of(text);
    Packet last = run.last();
    if (Tunnel.isPort(sending.inPort())) {
      last = last.with(Wire.TUN_ID, Bits.ZERO); // not shown of a packet that came with it
    }
    boolean same =
        run.trace().ambiguous().isEmpty()
            && steps(run.trace()).equals(real.steps())
            && comparable(last.fields()).equals(comparable(real.last()));
    Names names = new Names(rig.controller.inspection());
    return same
        ? Optional.empty()
        : Optional.of(
            "ovs-appctl ofproto/trace br-int '"
                + command
                + "'\nSimulator:\n"
                + run.trace().text(names)
                + "\nOpen vSwitch:\n"
                + text);
  }

  /** Fewer objects and fewer fields with which it still differs, as text to paste. */
  private String shrunk(Sending found) {
    for (State port : rig.controller.list(LogicalPort.KIND.name())) {
      Document document = port.document();
      apply(List.of(new Change.Remove(document.kind(), document.name(), false)));
      if (mismatch(found).isEmpty()) {
        apply(List.of(new Change.Put(document)));
      }
    }
    Sending least = found;
    for (Wire field : found.packet().fields().keySet()) {
      Sending less = new Sending(found.inPort(), least.packet().with(field, Bits.ZERO));
      boolean traceable = field != Wire.ETH_TYPE && field != Wire.IP_PROTO; // others hang on these
      if (traceable && mismatch(less).isPresent()) {
        least = less;
      }
    }
    StringBuilder text = new StringBuilder();
    for (String kind :
        List.of(
            Node.KIND.name(),
            LogicalSwitch.KIND.name(),
            LogicalPort.KIND.name(),
            Binding.KIND.name())) {
      for (State s : rig.controller.list(kind)) {
        text.append("put " + kind + " " + s.document().name() + " " + s.document().spec() + "\n");
      }
    }
    return text
        + mismatch(least).or(() -> mismatch(found)).orElse("It is gone: not the same twice.");
  }

  /** The number of the guest that a port's identity is of, so that half of what it sends passes. */
  private int guest(AnyPair any, int inPort) {
    return bindings().stream()
        .filter(b -> b.spec().get("ofPort").asInt() == inPort)
        .flatMap(
            b ->
                rig.controller.get(LogicalPort.KIND.name(), b.spec().get("port").asText()).stream())
        .map(s -> s.document().spec().path("mac").asText("0a:00:00:00:00:01"))
        .mapToInt(mac -> Integer.parseInt(mac.substring(mac.length() - 2), 16))
        .findFirst()
        .orElseGet(any::number);
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
