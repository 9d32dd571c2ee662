package dev.heddle.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Document;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.RealOvs.Datapath;
import dev.heddle.store.MemoryStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Frames through logical switches on a real Open vSwitch: what really comes out, byte by byte. */
class SwitchingOnRealOvsTest {

  private static final int IPV6_HEADER = 40;
  private static final int MEMBERS = 2_000;
  private static final int AT_ONCE = 250;
  private static final Pattern TX = Pattern.compile("tx pkts=(\\d+)");

  @AutoClose private final RealOvs ovs = RealOvs.start(Datapath.DUMMY);
  private final MemoryStore store = new MemoryStore();
  private Rig rig = new Rig(store);

  @BeforeEach
  void aNode() {
    rig.join(ovs, "n1", "127.0.0.1");
    rig.await("n1 connected", () -> rig.node("n1").connected());
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  @Test
  void aNeighbourSolicitationIsAnsweredByTheSwitch() {
    rig.apply(Rig.network("s"), v6(Rig.port("a", "s", 1), 1), v6(Rig.port("b", "s", 2), 2));
    ovs.addPort("br-int", "a", "a");
    ovs.addPort("br-int", "b", "b");
    rig.awaitRealized("LogicalPort", "a");
    rig.awaitRealized("LogicalPort", "b");
    Frames toA = Frames.outOf(ovs, "a");
    ovs.appctl(
        "netdev-dummy/receive",
        "a",
        "in_port(1),eth(src=0a:00:00:00:00:01,dst=33:33:ff:00:00:02),eth_type(0x86dd),"
            + "ipv6(src=fd00::1,dst=ff02::1:ff00:2,label=0,proto=58,tclass=0,hlimit=255,frag=no),"
            + "icmpv6(type=135,code=0),"
            + "nd(target=fd00::2,sll=0a:00:00:00:00:01,tll=00:00:00:00:00:00)");
    rig.await("an answer", () -> !toA.all().isEmpty());
    String own = "fd000000000000000000000000000001";
    String target = "fd000000000000000000000000000002";
    assertThat(toA.all()).hasSize(1);
    String frame = toA.all().get(0);
    assertThat(frame).startsWith("0a0000000001" + "0a0000000002" + "86dd");
    String packet = frame.substring(28);
    assertThat(packet.substring(12, 80))
        .as("next header, hop limit")
        .isEqualTo("3aff" + target + own);
    String message = packet.substring(2 * IPV6_HEADER);
    assertThat(message.substring(0, 4)).as("neighbour advertisement").isEqualTo("8800");
    assertThat(message.substring(8, 16)).as("solicited, override").isEqualTo("60000000");
    assertThat(message.substring(16))
        .as("target and its link-layer address")
        .isEqualTo(target + "0201" + "0a0000000002");
    assertThat(sum(target + own + String.format("%08x0000003a", message.length() / 2) + message))
        .as("checksum")
        .isEqualTo(0xffff);
  }

  @Test
  void aFrameLeavesForThePhysicalNetworkInItsVlanAndComesInWithoutIt() {
    ovs.vsctl("add-br", "br-ex", "--", "add-port", "br-ex", "eth0");
    ovs.vsctl(
        "--no-wait",
        "set",
        "Open_vSwitch",
        ".",
        "external_ids:heddle-bridge-mappings=\"physnet1:br-ex\"");
    ObjectNode spec = JsonNodeFactory.instance.objectNode().put("switch", "s");
    spec.put("type", "localnet").put("physicalNetwork", "physnet1").put("tag", 10);
    rig.apply(
        Rig.network("s"),
        Rig.port("a", "s", 1),
        new Document("LogicalPort", "out", Map.of(), spec));
    ovs.addPort("br-int", "a", "a");
    rig.awaitRealized("LogicalPort", "a");
    rig.awaitRealized("LogicalPort", "out");
    Frames toEth0 = Frames.outOf(ovs, "eth0");
    Frames toA = Frames.outOf(ovs, "a");
    String a = "0a0000000001";
    String b = "0a0000000099";
    String arp = "0806" + "0001080006040001" + a + "0a000001" + "000000000000" + "0a000063";
    ovs.appctl("netdev-dummy/receive", "a", "ffffffffffff" + a + arp);
    rig.await("a frame outside", () -> !toEth0.all().isEmpty());
    assertThat(toEth0.all()).containsExactly("ffffffffffff" + a + "8100000a" + arp);
    String reply = "0806" + "0001080006040002" + b + "0a000063" + a + "0a000001";
    ovs.appctl("netdev-dummy/receive", "eth0", a + b + "8100000b" + reply);
    ovs.appctl("netdev-dummy/receive", "eth0", a + b + "8100000a" + reply);
    rig.await("a frame inside", () -> !toA.all().isEmpty());
    assertThat(toA.all()).containsExactly(a + b + reply);
    assertThat(toEth0.all()).as("nothing returns").hasSize(1);
  }

  @Test
  void whatTheSwitchLearnedOutlivesTheControllerAndGoesWithItsPort() {
    ObjectNode spec = JsonNodeFactory.instance.objectNode().put("switch", "s");
    spec.put("mac", "0a:00:00:00:00:05").putArray("addresses").add("10.0.0.5").add("unknown");
    rig.apply(
        Rig.network("s"), Rig.port("a", "s", 1), new Document("LogicalPort", "u", Map.of(), spec));
    ovs.addPort("br-int", "a", "a");
    ovs.addPort("br-int", "u", "u");
    rig.awaitRealized("LogicalPort", "a");
    rig.awaitRealized("LogicalPort", "u");
    Frames toA = Frames.outOf(ovs, "a");
    Frames toU = Frames.outOf(ovs, "u");
    String hidden = "0a0000000099";
    ovs.appctl("netdev-dummy/receive", "u", "ffffffffffff" + hidden + "88b5" + "00".repeat(46));
    rig.await("the frame", () -> !toA.all().isEmpty());
    assertThat(learned()).contains("dl_dst=0a:00:00:00:00:99").contains("hard_timeout=300");

    int ovsdb = rig.renderer.ovsdbPort();
    rig.close();
    rig = new Rig(store, ovsdb, 0);
    rig.await("n1 compared", () -> rig.node("n1").connected() && rig.node("n1").installed() >= 0);
    rig.apply(Rig.port("b", "s", 2));
    ovs.addPort("br-int", "b", "b");
    rig.awaitRealized("LogicalPort", "b");
    assertThat(learned()).contains("dl_dst=0a:00:00:00:00:99");
    String ip = "45000014000000004001" + "0000" + "0a000001" + "0a000063";
    ovs.appctl(
        "netdev-dummy/receive", "a", hidden + "0a0000000001" + "0800" + ip + "00".repeat(26));
    rig.await("a frame to the hidden", () -> !toU.all().isEmpty());

    rig.delete("LogicalPort", "u");
    rig.await("forgotten", () -> learned().isEmpty());
  }

  private String learned() {
    return ovs.ofctl("--no-stats", "dump-flows", "br-int", "table=202")
        .lines()
        .filter(l -> l.contains("actions="))
        .collect(Collectors.joining("\n"));
  }

  @Test
  void aBroadcastReachesEachOfTwoThousandMembersOnOneNodeOnce() {
    List<Document> ports = new ArrayList<>(List.of(Rig.network("s")));
    for (int p = 1; p <= MEMBERS; p++) {
      ObjectNode spec = JsonNodeFactory.instance.objectNode().put("switch", "s");
      spec.put("mac", String.format("0a:00:00:00:%02x:%02x", p >> 8, p & 255));
      spec.putArray("addresses").add("10.0." + (p >> 8) + "." + (p & 255));
      ports.add(new Document("LogicalPort", "p" + p, Map.of(), spec));
    }
    rig.apply(ports.toArray(Document[]::new));
    for (int first = 1; first <= MEMBERS; first += AT_ONCE) {
      plugIn(first, first + AT_ONCE - 1);
    }
    rig.awaitRealized("LogicalPort", "p" + MEMBERS);
    ovs.appctl(
        "netdev-dummy/receive",
        "p1",
        "in_port(1),eth(src=0a:00:00:00:00:01,dst=ff:ff:ff:ff:ff:ff),eth_type(0x0800),"
            + "ipv4(src=10.0.0.1,dst=255.255.255.255,proto=17,tos=0,ttl=64,frag=no),"
            + "udp(src=5000,dst=5001)");
    rig.await("copies", () -> copies().size() == MEMBERS - 1);
    assertThat(copies()).as("ports that sent no single copy").allMatch(sent -> sent == 1);
    assertThat(ovs.ofctl("dump-ports", "br-int", "p1")).containsPattern("tx pkts=0,");
  }

  private void plugIn(int first, int last) {
    List<String> commands = new ArrayList<>(List.of("--no-wait"));
    for (int p = first; p <= last; p++) {
      commands.addAll(List.of("--", "add-port", "br-int", "p" + p));
      commands.addAll(List.of("--", "set", "Interface", "p" + p, "external_ids:iface-id=p" + p));
    }
    ovs.vsctl(commands.toArray(String[]::new));
    rig.await("plugged in", () -> rig.controller.list("Binding").size() == last);
  }

  /** How many frames each port of the bridge has sent that has sent any. */
  private List<Integer> copies() {
    return TX.matcher(ovs.ofctl("dump-ports", "br-int"))
        .results()
        .map(r -> Integer.parseInt(r.group(1)))
        .filter(sent -> sent > 0)
        .toList();
  }

  private static Document v6(Document port, int number) {
    ObjectNode spec = port.spec();
    spec.withArray("addresses").add("fd00::" + number);
    return new Document(port.kind(), port.name(), port.labels(), spec);
  }

  /** The sum of RFC 1071 over whole 16-bit words; all ones if a checksum in it is right. */
  private static int sum(String hex) {
    ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    int sum = 0;
    while (bytes.hasRemaining()) {
      sum += bytes.getShort() & 0xffff;
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return sum;
  }
}
