package dev.heddle.openflow.session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.MacAddress;
import dev.heddle.model.Node;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.channel.BundleOutcome;
import dev.heddle.openflow.channel.Limits;
import dev.heddle.openflow.channel.SwitchConnection;
import dev.heddle.openflow.channel.SwitchListener;
import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.openflow.codec.Installed;
import dev.heddle.openflow.codec.TlvMapping;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Group;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Nat;
import dev.heddle.pipeline.Track;
import dev.heddle.pipeline.Wire;
import dev.heddle.simulator.Fabric;
import dev.heddle.simulator.Memory;
import dev.heddle.simulator.Packet;
import dev.heddle.simulator.Tables;
import dev.heddle.simulator.Trace;
import dev.heddle.simulator.Tracker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The simulator knows every action as OVS does: random tables through our own codec into a real
 * Open vSwitch, random packets through both, compared lookup by lookup.
 */
class TablesOnRealOvsTest {

  /** How many pairs a run compares; more with {@code -Dheddle.pairs=N}. */
  private static final int PAIRS = Integer.getInteger("heddle.pairs", 200);

  private static final int PACKETS_PER_TABLES = 4;
  private static final Id<Node> NODE = Node.KIND.id("n1");

  @AutoClose private final RealOvs ovs = RealOvs.start(RealOvs.Datapath.DUMMY);
  private final Map<String, Integer> met = new TreeMap<>();
  private SwitchListener listener;
  private SwitchConnection connection;

  @BeforeEach
  void connect() throws Exception {
    LinkedBlockingQueue<SwitchConnection> connections = new LinkedBlockingQueue<>();
    listener =
        SwitchListener.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            Limits.DEFAULT,
            connections::add);
    ovs.vsctl("add-br", "br0", "--", "set-fail-mode", "br0", "secure");
    for (int port : AnyTables.PORTS) {
      String name = "p" + port;
      ovs.vsctl("add-port", "br0", name, "--", "set", "Interface", name, "ofport_request=" + port);
    }
    ovs.vsctl("set-controller", "br0", "tcp:127.0.0.1:" + listener.port());
    connection = connections.poll(20, SECONDS);
    ovs.ofctl("add-meter", "br0", "meter=1,pktps,band=type=drop,rate=1"); // gone if added before
    connection.ensureTlvMap(new TlvMapping(0x0104, 0x42, 8, 0)).get(20, SECONDS);
  }

  @AfterEach
  void disconnect() {
    listener.close();
  }

  @Test
  void doesWithEveryPacketWhatOvsDoes() throws Exception {
    long seed = Long.getLong("heddle.seed", System.nanoTime());
    AnyTables any = new AnyTables(new Random(seed));
    for (int i = 0; i < PAIRS; i += PACKETS_PER_TABLES) {
      List<Group> groups = any.groups();
      List<Flow> flows = any.flows();
      install(groups, flows);
      Tables tables = Tables.of(flows).with(groups.toArray(Group[]::new));
      for (int p = 0; p < PACKETS_PER_TABLES; p++) {
        compare(any, tables, "-Dheddle.seed=" + seed + ", pair " + (i + p));
      }
    }
    System.out.println(
        "Simulator = ofproto/trace: " + PAIRS + " tables, seed " + seed + ": " + met);
    assertThat(met.keySet())
        .as("what the generator covered")
        .contains(
            "Clone",
            "DecTtl",
            "GotoTable",
            "GroupRef",
            "Learn",
            "Meter",
            "Move",
            "Output",
            "PopVlan",
            "Punt",
            "PushVlan",
            "Resubmit",
            "Set",
            "ToSender",
            "Track",
            "conjunction");
  }

  /** Packets that are really sent; what they teach is compared, and what comes of it. */
  @Test
  void learnsFromEveryPacketWhatOvsLearns() throws Exception {
    long seed = Long.getLong("heddle.seed", System.nanoTime());
    AnyTables any = new AnyTables(new Random(seed));
    int learned = 0;
    for (int i = 0; i < PAIRS / 10; i++) {
      List<Group> groups = any.groups();
      List<Flow> flows = // a tracker's answers are not foretold here
          any.flows().stream().filter(f -> !f.actions().toString().contains("ct(")).toList();
      install(groups, flows);
      Fabric fabric = fabric(Tables.of(flows).with(groups.toArray(Group[]::new)));
      Memory memory = new Memory();
      for (int p = 0; p < PACKETS_PER_TABLES; p++) {
        int inPort = any.any(AnyTables.PORTS);
        Packet packet = any.packet();
        OvsTrace before = trace(packet, inPort, List.of(), 0);
        Fabric.Run run = fabric.send(memory, NODE, inPort, packet);
        String which = "-Dheddle.seed=" + seed + ", tables " + i + "\n" + packet;
        assertThat(steps(run)).as(which + before.text()).isEqualTo(before.steps());
        ovs.appctl("netdev-dummy/receive", "p" + inPort, received(packet));
        Set<FlowKey> expected =
            memory.learned(NODE).stream().map(Flow::key).collect(Collectors.toSet());
        long until = System.nanoTime() + SECONDS.toNanos(10);
        while (!expected.equals(learnedByOvs()) && System.nanoTime() < until) {
          Thread.onSpinWait(); // each look asks the switch, which takes its time
        }
        assertThat(learnedByOvs()).as(which).isEqualTo(expected);
        learned += expected.size();
      }
    }
    System.out.println("Simulator learns as OVS: " + learned + " flows, seed " + seed);
    assertThat(learned).isPositive();
  }

  private Set<FlowKey> learnedByOvs() throws Exception {
    return connection.dump().get(20, SECONDS).stream()
        .flatMap(
            i ->
                i instanceof Installed.Known k && k.flow().cookie() == AnyTables.LEARNED
                    ? Stream.of(k.flow().key())
                    : i instanceof Installed.Foreign f && f.cookie() == AnyTables.LEARNED
                        ? f.key().stream()
                        : Stream.empty())
        .collect(Collectors.toSet());
  }

  /** As the datapath writes it (ovs-dpctl(8)). */
  private static String received(Packet p) {
    String ip =
        p.get(Field.ETH_TYPE).low() == Match.ETH_IPV4
            ? ("eth_type(0x0800),ipv4(src=10.0.0.%d,dst=10.0.0.%d,proto=17,tos=0,ttl=%d,frag=no),"
                    + "udp(src=1000,dst=53)")
                .formatted(
                    p.get(Field.IPV4_SRC).low() & 0xff,
                    p.get(Field.IPV4_DST).low() & 0xff,
                    p.get(Field.IP_TTL).low())
            : "eth_type(0x88cc)";
    return "in_port(1),eth(src=%s,dst=%s),"
            .formatted(
                new MacAddress(p.get(Field.ETH_SRC).low()),
                new MacAddress(p.get(Field.ETH_DST).low()))
        + (p.get(Field.VLAN_PRESENT).isZero()
            ? ip
            : "eth_type(0x8100),vlan(vid=%d,pcp=0),encap(%s)"
                .formatted(p.get(Field.VLAN_VID).low(), ip));
  }

  /** Were the simulator wrong about one action of one flow, the comparison would see it. */
  @Test
  void aDifferenceIsSeen() throws Exception {
    FlowKey first =
        new FlowKey(0, 1, Match.builder().match(Field.ETH_TYPE, Match.ETH_IPV4).build());
    FlowKey then = new FlowKey(1, 1, Match.builder().match(Field.CT_NEW, 1).build());
    FlowKey other = new FlowKey(1, 2, Match.builder().match(Field.CT_EST, 1).build());
    List<Flow> real =
        List.of(
            new Flow(first, 1, List.of(Track.in(7).into(1))),
            new Flow(then, 2, List.of(new Action.Output(2))),
            new Flow(other, 3, List.of(new Action.Output(3))));
    install(List.of(), real);
    Packet packet = Packet.EMPTY.with(Field.ETH_TYPE, Match.ETH_IPV4);
    List<String> tracked = List.of("trk,new");
    OvsTrace trace = trace(packet, 1, tracked, 1);
    assertThat(steps(run(Tables.of(real), packet, 1, tracked))).isEqualTo(trace.steps());

    List<Flow> wrong = new ArrayList<>(real);
    wrong.set(1, new Flow(then, 2, List.of(new Action.Output(4))));
    assertThat(steps(run(Tables.of(wrong), packet, 1, tracked))).isNotEqualTo(trace.steps());
    wrong.set(1, new Flow(other, 2, List.of(new Action.Output(2))));
    assertThat(steps(run(Tables.of(wrong), packet, 1, tracked))).isNotEqualTo(trace.steps());
    assertThat(steps(run(Tables.of(real), packet, 1, List.of("trk,est"))))
        .isNotEqualTo(trace.steps());
  }

  private void install(List<Group> groups, List<Flow> flows) throws Exception {
    ovs.ofctl("del-flows", "br0");
    ovs.ofctl("del-groups", "br0");
    for (Group g : groups) {
      ovs.ofctl("add-group", "br0", text(g));
    }
    assertThat(
            connection
                .commit(flows.stream().<FlowChange>map(FlowChange.Put::new).toList())
                .get(20, SECONDS))
        .isEqualTo(new BundleOutcome.Accepted(flows.size()));
  }

  private void compare(AnyTables any, Tables tables, String which) {
    int inPort = any.any(AnyTables.PORTS);
    Packet packet = any.packet();
    List<String> states = any.states();
    Fabric.Run run = run(tables, packet, inPort, states);
    OvsTrace real = trace(packet, inPort, states, states.size());
    String both = which + "\n" + packet + "\n" + run.trace().text(NUMBERS) + "\n" + real.text();
    assertThat(run.trace().ambiguous()).as(both).isEmpty();
    assertThat(steps(run)).as(both).isEqualTo(real.steps());
    assertThat(SimulatorOnRealOvsTest.comparable(run.last().fields()))
        .as(both)
        .isEqualTo(SimulatorOnRealOvsTest.comparable(real.last()));
    for (Trace.Step s : run.trace().steps()) {
      s.flow().stream()
          .flatMap(f -> f.actions().stream())
          .forEach(a -> met.merge(a.getClass().getSimpleName(), 1, Integer::sum));
      if (s.notes().stream().anyMatch(n -> n.startsWith("all clauses"))) {
        met.merge("conjunction", 1, Integer::sum);
      }
    }
  }

  private static final Trace.Legend NUMBERS =
      new Trace.Legend() {
        @Override
        public String stage(int table) {
          return "";
        }

        @Override
        public String owner(long cookie) {
          return "";
        }
      };

  private static Fabric.Run run(Tables tables, Packet packet, int inPort, List<String> states) {
    Memory memory = Memory.foretold(() -> new Foretold(new ArrayList<>(states)));
    return fabric(tables).send(memory, NODE, inPort, packet);
  }

  private static Fabric fabric(Tables tables) {
    Fabric.Switch one = new Fabric.Switch(tables, Optional.empty(), Set.copyOf(AnyTables.PORTS));
    return new Fabric(Map.of(NODE, one));
  }

  private OvsTrace trace(Packet packet, int inPort, List<String> states, int most) {
    List<String> args = new ArrayList<>(List.of("ofproto/trace"));
    states.stream().limit(most).forEach(s -> args.addAll(List.of("--ct-next", s)));
    args.addAll(List.of("br0", "in_port=" + inPort + "," + packet));
    return OvsTrace.of(ovs.appctl(args.toArray(String[]::new)));
  }

  /**
   * What {@code ofproto/trace --ct-next} makes of tracking: states in turn, first of each range.
   */
  private record Foretold(List<String> states) implements Tracker {

    @Override
    public Packet track(Packet packet, Track track, int zone) {
      Packet p = packet.with(Field.CT_ZONE, zone);
      for (Action a : track.exec()) {
        Action.Set set = (Action.Set) a;
        p = p.with(set.wire(), p.get(set.wire()).andNot(set.mask()).or(set.value()));
      }
      if (track.table().isEmpty()) {
        return packet;
      }
      long state = 0;
      for (String bit : states.remove(0).split(",")) {
        state |= Field.valueOf("CT_" + bit.toUpperCase(Locale.ROOT)).mask().low();
      }
      p = p.with(Wire.CT_STATE, Bits.of(state));
      return track.nat().flatMap(Nat::range).isEmpty()
          ? p
          : translated(p, track.nat().get().range().get());
    }

    private static Packet translated(Packet p, Nat.Range r) {
      boolean source = r.end() == Nat.End.SOURCE;
      Packet q = p.with(source ? Field.IPV4_SRC : Field.IPV4_DST, r.first().bits());
      return r.firstPort() == 0 ? q : q.with(source ? Field.UDP_SRC : Field.UDP_DST, r.firstPort());
    }
  }

  private static List<OvsTrace.Step> steps(Fabric.Run run) {
    return SimulatorOnRealOvsTest.steps(run.trace());
  }

  private static String text(Group g) {
    return "group_id="
        + g.id()
        + ",type="
        + type(g.type())
        + g.buckets().stream().map(TablesOnRealOvsTest::text).collect(Collectors.joining());
  }

  private static String type(Group.Type type) {
    return type == Group.Type.FAST_FAILOVER ? "ff" : type.name().toLowerCase(Locale.ROOT);
  }

  private static String text(Group.Bucket b) {
    return ",bucket="
        + (b.watchPort() == 0 ? "" : "watch_port:" + b.watchPort() + ",")
        + "actions="
        + b.actions().stream().flatMap(TablesOnRealOvsTest::text).collect(Collectors.joining(","));
  }

  private static Stream<String> text(Action a) {
    if (a instanceof Action.PushVlan) {
      return Stream.of("push_vlan:0x8100");
    }
    if (a instanceof Action.Set s && s.wire() == Wire.VLAN_TCI) {
      return Stream.of("set_field:" + (s.value().low() | 0x1000) + "->vlan_vid");
    }
    if (a instanceof Action.Set s) {
      String value =
          s.mask().width() == 48
              ? new MacAddress(s.value().low()).toString()
              : s.value() + "/" + s.mask();
      return Stream.of("set_field:" + value + "->" + s.wire().ovsName());
    }
    return a instanceof Action.Resubmit r
        ? Stream.of("resubmit(," + r.table() + ")")
        : a instanceof Action.Output o ? Stream.of("output:" + o.port()) : Stream.of("IN_PORT");
  }
}
