package dev.heddle.openflow.channel;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.model.Bits;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.openflow.codec.Installed;
import dev.heddle.openflow.codec.TlvMapping;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against a real Open vSwitch. */
@Timeout(120)
class OvsConnectionTest {

  private static final TlvMapping OPTION = new TlvMapping(0x0104, 0x42, 8, 0);

  private static RealOvs ovs;
  private static SwitchListener listener;
  private static final LinkedBlockingQueue<SwitchConnection> CONNECTIONS =
      new LinkedBlockingQueue<>();

  private SwitchConnection connection;

  @BeforeAll
  static void listen() {
    ovs = RealOvs.start(RealOvs.Datapath.DUMMY);
    listener =
        SwitchListener.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            Limits.DEFAULT,
            CONNECTIONS::add);
  }

  @AfterAll
  static void end() {
    listener.close();
    ovs.close();
  }

  @BeforeEach
  void connect() throws Exception {
    ovs.vsctl("add-br", "br0", "--", "set-fail-mode", "br0", "secure");
    ovs.vsctl("set-controller", "br0", "tcp:127.0.0.1:" + listener.port());
    connection = CONNECTIONS.poll(20, SECONDS);
    assertThat(connection).isNotNull();
    get(connection.ensureTlvMap(OPTION));
  }

  @AfterEach
  void disconnect() {
    ovs.vsctl("del-br", "br0");
    CONNECTIONS.clear();
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(60, SECONDS);
  }

  private static Flow flow(int priority, Match match, Action... actions) {
    return new Flow(new FlowKey(5, priority, match), 0x1_0000_0000_0001L, List.of(actions));
  }

  private static List<FlowChange> puts(List<Flow> flows) {
    return flows.stream().<FlowChange>map(FlowChange.Put::new).toList();
  }

  private static List<Installed> known(List<Flow> flows) {
    return flows.stream().<Installed>map(Installed.Known::new).toList();
  }

  private void assertTakenAndReportedEqual(List<Flow> flows) throws Exception {
    assertThat(get(connection.commit(puts(flows))))
        .isEqualTo(new BundleOutcome.Accepted(flows.size()));
    assertThat(get(connection.dump())).containsExactlyInAnyOrderElementsOf(known(flows));
    List<FlowChange> removals =
        flows.stream().<FlowChange>map(f -> new FlowChange.Remove(f.key())).toList();
    assertThat(get(connection.commit(removals)))
        .isEqualTo(new BundleOutcome.Accepted(flows.size()));
    assertThat(get(connection.dump())).isEmpty();
  }

  @Test
  void itNamesItself() {
    assertThat(String.format("%016x", connection.datapathId()))
        .isEqualTo(ovs.get("bridge", "br0", "datapath_id"));
    assertThat(connection.peer()).contains("127.0.0.1");
    assertThat(connection.isOpen()).isTrue();
  }

  @Test
  void everyFieldIsMatchedWholeAndReportedEqual() throws Exception {
    List<Flow> flows = new ArrayList<>();
    for (Field field : Field.values()) {
      Match.Builder match = Match.builder();
      layersBelow(field, match);
      match.match(field, example(field));
      flows.add(flow(field.ordinal(), match.build()));
    }
    assertTakenAndReportedEqual(flows);
  }

  /** What a packet needs to have the field beyond what {@link Match.Builder} adds by itself. */
  private static void layersBelow(Field field, Match.Builder match) {
    switch (field) {
      case TCP_SRC, TCP_DST, TCP_FLAGS, UDP_SRC, UDP_DST, SCTP_SRC, SCTP_DST ->
          match.match(Field.ETH_TYPE, Match.ETH_IPV4);
      case IP_PROTO, IP_TTL, IP_DSCP, IP_FRAG -> match.match(Field.ETH_TYPE, Match.ETH_IPV4);
      case ND_TARGET, ND_SLL, ND_RESERVED, ND_OPTIONS_TYPE -> nd(match, 135);
      case ND_TLL -> nd(match, 136);
      // Without the protocol Open vSwitch takes the flow and does not report its ports.
      case CT_PORT_SRC, CT_PORT_DST ->
          match.match(Field.ETH_TYPE, Match.ETH_IPV4).match(Field.CT_PROTO, Match.PROTO_UDP);
      default -> {
        // nothing
      }
    }
  }

  private static void nd(Match.Builder match, int type) {
    match.match(Field.ICMPV6_TYPE, type).match(Field.ICMPV6_CODE, 0);
  }

  private static Bits example(Field field) {
    return switch (field) {
      case ETH_TYPE -> Bits.of(0x0806);
      case VLAN_TCI -> Bits.of(0x3005);
      case OF_PORT -> Bits.of(7);
      case ARP_OP -> Bits.of(2); // OVS knows 8 bits of it
      default ->
          new Bits(0x2001_0db8_0000_0000L, 0x0123_4567_89ab_cdefL).and(Bits.ones(field.width()));
    };
  }

  @Test
  void everyMaskableFieldIsMatchedInPartAndReportedEqual() throws Exception {
    List<Field> whole =
        List.of(
            Field.OF_PORT,
            Field.ETH_TYPE,
            Field.VLAN_TCI,
            Field.ARP_OP,
            Field.CONJ_ID,
            Field.CT_ZONE,
            Field.ND_RESERVED);
    List<Flow> flows = new ArrayList<>();
    for (Field field : Field.values()) {
      if (!whole.contains(field) && field.width() > 8 && field != Field.VLAN_VID) {
        Match.Builder match = Match.builder();
        layersBelow(field, match);
        Bits mask = Bits.ones(field.width() - 3).shiftLeft(1);
        match.match(field, example(field).and(mask), mask);
        flows.add(flow(field.ordinal(), match.build()));
      }
    }
    Bits tagged = Bits.of(0x1000);
    flows.add(flow(1000, Match.builder().match(Field.VLAN_TCI, tagged, tagged).build()));
    flows.add(flow(1001, Match.builder().match(Field.VLAN_TCI, 0).build()));
    assertTakenAndReportedEqual(flows);
  }

  @Test
  void everyWritableFieldIsSetAndReportedEqual() throws Exception {
    List<Flow> flows = new ArrayList<>();
    for (Field field : Field.values()) {
      if (field.wire().isWritable() && !field.wire().isOfConnection()) {
        Match.Builder match = Match.builder();
        layersBelow(field, match);
        match.match(field, Bits.ZERO, Bits.ZERO);
        flows.add(
            flow(
                field.ordinal(),
                match.build(),
                Action.Set.of(field, example(field)),
                Action.Set.of(field, Bits.ZERO)));
      }
    }
    flows.add(
        flow(
            1000,
            Match.ALL,
            new Action.Set(
                Field.TUNNEL_IN_PORT.wire(), Bits.of(0x05), Bits.ones(64)), // leading zeros
            new Action.Set(Field.NETWORK.wire(), Bits.of(0x0505), Bits.of(0x0f0f)))); // two runs
    assertTakenAndReportedEqual(flows);
  }

  @Test
  void everyKindOfActionIsTakenAndReportedEqual() throws Exception {
    Match arp = Match.builder().match(Field.ETH_TYPE, Match.ETH_ARP).build();
    assertTakenAndReportedEqual(
        List.of(
            flow(1, Match.ALL),
            flow(2, Match.ALL, new Action.Output(1), new Action.Output(0xfeff)),
            flow(3, Match.ALL, new Action.ToSender()),
            flow(4, Match.ALL, new Action.Resubmit(7), new Action.Resubmit(0)),
            flow(5, Match.ALL, new Action.GotoTable(253)),
            flow(6, Match.ALL, new Action.ToSender(), new Action.GotoTable(6)),
            flow(
                7,
                Match.ALL,
                Action.Move.of(Field.IN_PORT, Field.TUNNEL_IN_PORT),
                Action.Move.of(Field.TUNNEL_OUT_PORT, Field.OUT_PORT),
                Action.Move.of(Field.ETH_SRC, Field.ETH_DST),
                Action.Move.of(Field.NETWORK, Field.TUNNEL_NETWORK),
                Action.Move.of(Field.OF_PORT, Field.THIRD_PARTY),
                Action.Move.of(Field.TUNNEL_SRC, Field.TUNNEL_DST)),
            flow(
                8,
                arp,
                Action.Move.of(Field.ARP_SHA, Field.ARP_THA),
                Action.Move.of(Field.ARP_SPA, Field.ARP_TPA),
                Action.Move.of(Field.ETH_SRC, Field.ARP_SHA))));
  }

  @Test
  void oneRefusedFlowOfAHundredLeavesTheTableUntouchedAndIsNamed() throws Exception {
    List<Flow> flows = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      flows.add(flow(i, Match.builder().match(Field.IN_PORT, i).build()));
    }
    // OVS matches the Ethernet type as a whole only: refused when it comes in
    flows.set(
        42,
        flow(42, Match.builder().match(Field.ETH_TYPE, Bits.of(0x0800), Bits.of(0xff00)).build()));
    BundleOutcome outcome = get(connection.commit(puts(flows)));

    assertThat(outcome).isInstanceOf(BundleOutcome.Rejected.class);
    assertThat(((BundleOutcome.Rejected) outcome).refusals())
        .singleElement()
        .satisfies(
            r -> {
              assertThat(r.index()).isEqualTo(42);
              assertThat(r.type()).isEqualTo(4);
              assertThat(r.text()).contains("mask not supported");
            });
    assertThat(get(connection.dump())).isEmpty();
  }

  @Test
  void aFlowRefusedAtCommitTakesBackThoseBeforeItAndIsNamed() throws Exception {
    ovs.vsctl(
        "--id=@t",
        "create",
        "Flow_Table",
        "flow_limit=50",
        "overflow_policy=refuse",
        "--",
        "set",
        "bridge",
        "br0",
        "flow_tables:5=@t");
    List<Flow> flows = IntStream.range(0, 100).mapToObj(i -> flow(i, Match.ALL)).toList();
    BundleOutcome outcome = get(connection.commit(puts(flows)));

    assertThat(((BundleOutcome.Rejected) outcome).refusals())
        .singleElement()
        .satisfies(
            r -> {
              assertThat(r.index()).isEqualTo(50);
              assertThat(r.text()).contains("table full");
            });
    assertThat(get(connection.dump())).isEmpty();
  }

  @Test
  void aChangeThatCannotBeSaidIsRefusedWithItsIndexAndNothingIsApplied() throws Exception {
    Match odd = Match.builder().match(Field.VLAN_TCI, Bits.of(0x2000), Bits.of(0x2000)).build();
    BundleOutcome outcome = get(connection.commit(puts(List.of(flow(1, Match.ALL), flow(2, odd)))));

    assertThat(((BundleOutcome.Rejected) outcome).refusals())
        .singleElement()
        .satisfies(r -> assertThat(r.index()).isEqualTo(1));
    assertThat(get(connection.dump())).isEmpty();
  }

  @Test
  void aChangedFlowKeepsItsCounters() throws Exception {
    int port = ovs.addPort("br0", "p1", "p1");
    FlowKey key = new FlowKey(0, 1, Match.ALL);
    get(connection.commit(List.of(new FlowChange.Put(new Flow(key, 1, List.of())))));
    ovs.appctl("netdev-dummy/receive", "p1", "in_port(" + port + "),eth_type(0x1234)");
    while (!ovs.ofctl("dump-flows", "br0").contains("n_packets=1")) {
      Thread.onSpinWait(); // dump-flows itself takes milliseconds
    }

    get(
        connection.commit(
            List.of(new FlowChange.Put(new Flow(key, 2, List.of(new Action.GotoTable(1)))))));

    assertThat(ovs.ofctl("dump-flows", "br0"))
        .contains("cookie=0x2", "n_packets=1", "goto_table:1");
  }

  @Test
  void theGeneveOptionIsAddedOnceAndAConflictIsLeftAlone() throws Exception {
    get(connection.ensureTlvMap(OPTION));
    get(connection.ensureTlvMap(OPTION));
    assertThat(ovs.ofctl("dump-tlv-map", "br0").lines().filter(l -> l.contains("tun_metadata")))
        .hasSize(1);

    assertThatThrownBy(() -> get(connection.ensureTlvMap(new TlvMapping(0x0104, 0x43, 4, 0))))
        .hasCauseInstanceOf(SwitchFailure.class)
        .hasMessageContaining("in the way of {class=0x104,type=0x43,len=4}->tun_metadata0");
    assertThat(connection.isOpen()).isTrue();
  }

  @Test
  void tenThousandFlowsAreReportedEqualAndCounted() throws Exception {
    List<Flow> flows =
        IntStream.range(0, 10_000)
            .mapToObj(
                i ->
                    flow(
                        i % 100,
                        Match.builder().match(Field.IN_PORT, i).match(Field.IPV4_DST, i).build(),
                        Action.Set.of(Field.OUT_PORT, Bits.of(i)),
                        new Action.Resubmit(9)))
            .toList();
    assertThat(get(connection.commit(puts(flows)))).isEqualTo(new BundleOutcome.Accepted(10_000));
    assertThat(get(connection.dump())).containsExactlyInAnyOrderElementsOf(known(flows));
    assertThat(connection.flowModsSent()).isEqualTo(10_000);
  }

  @Test
  void foreignFlowsAreShownAndCanBeTakenAway() throws Exception {
    List<String> foreign =
        List.of(
            "table=1,priority=1,actions=learn(table=2,fin_idle_timeout=1,NXM_OF_ETH_DST[])",
            "table=1,priority=2,ip,nw_ecn=1,actions=drop",
            "table=1,priority=3,tcp,actions=ct(commit,alg=ftp,zone=5)",
            "table=1,priority=4,conj_id=3,ip,actions=controller",
            "table=1,priority=5,hard_timeout=1000,actions=drop",
            "table=1,priority=6,dl_vlan=5,actions=note:01,output:1",
            "table=1,priority=7,tun_metadata0,actions=drop",
            "table=1,priority=8,ip,nw_ttl=1,actions=dec_ttl(1,2),output:1");
    foreign.forEach(f -> ovs.ofctl("add-flow", "br0", f));

    List<Installed> found = get(connection.dump());

    assertThat(found).hasSize(foreign.size()).allMatch(f -> f instanceof Installed.Foreign);
    List<FlowChange> removals =
        found.stream()
            .<FlowChange>map(f -> new FlowChange.RemoveForeign((Installed.Foreign) f))
            .toList();
    assertThat(get(connection.commit(removals)))
        .isEqualTo(new BundleOutcome.Accepted(foreign.size()));
    assertThat(get(connection.dump())).isEmpty();
  }

  @Test
  void aForeignFlowThatChangedHandsMeanwhileStays() throws Exception {
    ovs.ofctl("add-flow", "br0", "table=1,cookie=0x5,actions=controller");
    Installed.Foreign seen = (Installed.Foreign) get(connection.dump()).get(0);
    ovs.ofctl("add-flow", "br0", "table=1,cookie=0x6,actions=controller");

    get(connection.commit(List.of(new FlowChange.RemoveForeign(seen))));

    assertThat(get(connection.dump())).hasSize(1);
  }

  @Test
  void whenTheSwitchEndsTheConnectionIsGoneAndWhatIsAskedAfterFails() throws Exception {
    CompletableFuture<Void> gone = new CompletableFuture<>();
    connection.onClose(() -> gone.complete(null));
    ovs.stopSwitch();
    try {
      get(gone);
      FlowChange put = new FlowChange.Put(flow(1, Match.ALL));
      for (CompletableFuture<?> f :
          List.of(connection.commit(List.of(put)), connection.barrier(), connection.dump())) {
        assertThatThrownBy(() -> get(f)).hasCauseInstanceOf(SwitchFailure.class);
      }
      assertThat(connection.isOpen()).isFalse();
      assertThat(connection.flowModsSent()).isZero();
    } finally {
      ovs.startSwitch();
    }
  }
}
