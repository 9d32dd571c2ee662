package dev.heddle.openflow.channel;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Bits;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.openflow.codec.PacketIn;
import dev.heddle.openflow.codec.PacketOut;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Punt;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A packet out to a real Open vSwitch, through a flow, and in again with that flow's note. */
class PacketsOnOvsTest {

  private static final String PACKET =
      "0a0000000002"
          + "0a0000000001"
          + "0800"
          + "4500001c00010000401166cf0a0000010a000002"
          + "0035003500080000"
          + "00".repeat(18);

  private final LinkedBlockingQueue<SwitchConnection> connections = new LinkedBlockingQueue<>();
  private final LinkedBlockingQueue<PacketIn> packets = new LinkedBlockingQueue<>();
  @AutoClose private final RealOvs ovs = RealOvs.start(RealOvs.Datapath.DUMMY);

  @AutoClose
  private final SwitchListener listener =
      SwitchListener.open(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
          Optional.empty(),
          Limits.DEFAULT,
          connections::add);

  @Test
  void comesInWithTableCookieUserdataAndTheRegistersThatTheFlowSaw() throws Exception {
    ovs.vsctl("add-br", "br0", "--", "set-fail-mode", "br0", "secure");
    ovs.vsctl("set-controller", "br0", "tcp:127.0.0.1:" + listener.port());
    SwitchConnection connection = connections.poll(60, SECONDS);
    connection.onPacketIn(packets::add);
    FlowKey key = new FlowKey(9, 5, Match.builder().match(Field.IN_PORT, 0x12345).build());
    Punt whole = Punt.with(new byte[] {1, 2, (byte) 0xfe});
    Punt cut = new Punt("ff", 20, 0);
    connection
        .commit(
            List.of(new FlowChange.Put(new Flow(key, 0x1122_3344_5566_7788L, List.of(whole, cut)))))
        .get(60, SECONDS);

    connection.send(
        new PacketOut(
            0,
            List.of(Action.Set.of(Field.IN_PORT, Bits.of(0x12345)), new Action.Resubmit(9)),
            PACKET));

    PacketIn first = packets.poll(60, SECONDS);
    assertThat(first)
        .extracting(
            PacketIn::table,
            PacketIn::cookie,
            PacketIn::userdata,
            PacketIn::packet,
            PacketIn::length)
        .containsExactly(9, 0x1122_3344_5566_7788L, "0102fe", PACKET, PACKET.length() / 2);
    assertThat(first.metadata().value(Field.IN_PORT)).contains(Bits.of(0x12345));
    PacketIn second = packets.poll(60, SECONDS);
    assertThat(second.userdata()).isEqualTo("ff");
    assertThat(PACKET).as("OVS 3.1 sends it whole all the same").startsWith(second.packet());
    assertThat(second.length()).isEqualTo(PACKET.length() / 2);
  }
}
