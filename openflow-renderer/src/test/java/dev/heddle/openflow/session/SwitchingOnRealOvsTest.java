package dev.heddle.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.heddle.model.Document;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.RealOvs.Datapath;
import dev.heddle.store.MemoryStore;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Frames through logical switches on a real Open vSwitch: what really comes out, byte by byte. */
class SwitchingOnRealOvsTest {

  private static final int IPV6_HEADER = 40;

  @AutoClose private final RealOvs ovs = RealOvs.start(Datapath.DUMMY);
  private final Rig rig = new Rig(new MemoryStore());

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
    rig.awaitRealized("LogicalPort", "a");
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

  private static Document v6(Document port, int number) {
    ((ArrayNode) port.spec().get("addresses")).add("fd00::" + number);
    return port;
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
