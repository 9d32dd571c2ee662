package dev.heddle.openflow.session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.openflow.RealOvs;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Track;
import dev.heddle.simulator.Fabric;
import dev.heddle.simulator.Memory;
import dev.heddle.simulator.Packet;
import dev.heddle.simulator.Tables;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * Packets that are really sent through the connection tracker of OVS: what it says of each of them
 * is what the simulator says. UDP and ICMP echo between two, of which one may begin; without
 * translation, on which OVS 3.1.0 aborts.
 */
class ConnectionsOnRealOvsTest {

  private static final Id<Node> NODE = Node.KIND.id("n1");
  private static final int PACKETS = 80;
  private static final Pattern COUNTED =
      Pattern.compile("cookie=0x([0-9a-f]+), .*n_packets=(\\d+),");

  @AutoClose private final RealOvs ovs = RealOvs.start(RealOvs.Datapath.DUMMY);

  @Test
  void saysOfEachPacketWhatTheTrackerOfOvsSays() {
    ovs.vsctl("add-br", "br0", "--", "set-fail-mode", "br0", "secure");
    ovs.vsctl("add-port", "br0", "p1", "--", "set", "Interface", "p1", "ofport_request=1");
    for (String flow :
        List.of(
            "table=0,cookie=1,priority=1,ip,actions=ct(zone=7,table=1)",
            "table=1,cookie=2,priority=9,ip,ct_state=+trk+inv,actions=drop",
            "table=1,cookie=3,priority=8,ip,ct_state=+trk+new,nw_src=10.0.0.1,"
                + "actions=ct(commit,zone=7,exec(set_field:5->ct_mark))",
            "table=1,cookie=4,priority=7,ip,ct_state=+trk+new,actions=drop",
            "table=1,cookie=5,priority=6,ip,ct_state=+trk+est+rpl,ct_mark=5,actions=drop",
            "table=1,cookie=6,priority=6,ip,ct_state=+trk+est-rpl,ct_mark=5,actions=drop")) {
      ovs.ofctl("add-flow", "br0", flow);
    }
    Fabric.Switch one = new Fabric.Switch(simulated(), Optional.empty(), Set.of(1));
    Fabric fabric = new Fabric(Map.of(NODE, one));
    Memory memory = new Memory();
    long seed = Long.getLong("heddle.seed", System.nanoTime());
    Random random = new Random(seed);
    Map<Long, Integer> expected = new TreeMap<>();
    for (int i = 0; i < PACKETS; i++) {
      boolean fromFirst = random.nextBoolean();
      int kind = random.nextInt(4);
      int type = fromFirst == random.nextInt(8) > 0 ? 8 : 0;
      boolean uncalled = !fromFirst && random.nextInt(3) == 0; // to a port that never asked
      int port = uncalled ? 2000 : 1000 + random.nextInt(6);
      Packet packet = kind > 0 ? udp(fromFirst, port) : echo(fromFirst, type);
      fabric.send(memory, NODE, 1, packet).trace().steps().stream()
          .flatMap(s -> s.flow().stream())
          .forEach(f -> expected.merge(f.cookie(), 1, Integer::sum));
      ovs.appctl("netdev-dummy/receive", "p1", received(fromFirst, kind, type, port));
    }
    long until = System.nanoTime() + SECONDS.toNanos(10);
    while (!counted().equals(expected) && System.nanoTime() < until) {
      ovs.appctl("revalidator/wait");
    }
    assertThat(counted()).as("-Dheddle.seed=" + seed).isEqualTo(expected);
    assertThat(expected.keySet()).as("what was covered").contains(1L, 3L, 4L, 5L, 6L);
  }

  /** Packets by cookie, of flows that had any. */
  private Map<Long, Integer> counted() {
    Map<Long, Integer> counted = new TreeMap<>();
    Matcher m = COUNTED.matcher(ovs.ofctl("dump-flows", "br0"));
    while (m.find()) {
      if (!m.group(2).equals("0")) {
        counted.put(Long.parseLong(m.group(1), 16), Integer.parseInt(m.group(2)));
      }
    }
    return counted;
  }

  /** The same flows as values. */
  private static Tables simulated() {
    Match ip = Match.builder().match(Field.ETH_TYPE, Match.ETH_IPV4).build();
    return Tables.of(
        List.of(
            flow(0, 1, 1, ip, Track.in(7).into(1)),
            flow(1, 9, 2, match().match(Field.CT_INV, 1).build()),
            flow(
                1,
                8,
                3,
                match().match(Field.CT_NEW, 1).match(Field.IPV4_SRC, 0x0a00_0001L).build(),
                Track.commit(7).with(Field.CT_MARK, 5)),
            flow(1, 7, 4, match().match(Field.CT_NEW, 1).build()),
            flow(1, 6, 5, established().match(Field.CT_RPL, 1).build()),
            flow(1, 6, 6, established().match(Field.CT_RPL, 0).build())));
  }

  private static Match.Builder match() {
    return Match.builder().match(Field.ETH_TYPE, Match.ETH_IPV4);
  }

  private static Match.Builder established() {
    return match().match(Field.CT_EST, 1).match(Field.CT_MARK, 5);
  }

  private static Flow flow(int table, int priority, long cookie, Match match, Action... actions) {
    return new Flow(new FlowKey(table, priority, match), cookie, List.of(actions));
  }

  private static Packet ip(boolean fromFirst, int protocol) {
    return Packet.EMPTY
        .with(Field.ETH_TYPE, Match.ETH_IPV4)
        .with(Field.IPV4_SRC, fromFirst ? 0x0a00_0001L : 0x0a00_0002L)
        .with(Field.IPV4_DST, fromFirst ? 0x0a00_0002L : 0x0a00_0001L)
        .with(Field.IP_PROTO, protocol);
  }

  private static Packet udp(boolean fromFirst, int port) {
    return ip(fromFirst, Match.PROTO_UDP)
        .with(Field.UDP_SRC, fromFirst ? port : 53)
        .with(Field.UDP_DST, fromFirst ? 53 : port);
  }

  private static Packet echo(boolean fromFirst, int type) {
    return ip(fromFirst, Match.PROTO_ICMP).with(Field.ICMPV4_TYPE, type);
  }

  /** As the datapath writes it (ovs-dpctl(8)). */
  private static String received(boolean fromFirst, int kind, int type, int port) {
    int from = fromFirst ? 1 : 2;
    String ip =
        "in_port(1),eth(src=0a:00:00:00:00:01,dst=0a:00:00:00:00:02),eth_type(0x0800),"
            + "ipv4(src=10.0.0.%d,dst=10.0.0.%d,proto=%d,tos=0,ttl=64,frag=no),";
    return kind > 0
        ? (ip + "udp(src=%d,dst=%d)")
            .formatted(from, 3 - from, 17, fromFirst ? port : 53, fromFirst ? 53 : port)
        : (ip + "icmp(type=%d,code=0)").formatted(from, 3 - from, 1, type);
  }
}
