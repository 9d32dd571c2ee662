package dev.heddle.openflow.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Bits;
import dev.heddle.openflow.RealOvs;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Group;
import dev.heddle.pipeline.Group.Bucket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Groups through a real Open vSwitch and back, over a bare connection. */
class GroupsOnOvsTest {

  private static final Action OUT = new Action.Output(2);

  @AutoClose private final RealOvs ovs = RealOvs.start(RealOvs.Datapath.DUMMY);
  @AutoClose private SocketChannel channel;

  @BeforeEach
  void connect() throws IOException {
    ovs.vsctl("add-br", "br0", "--", "set", "bridge", "br0", "protocols=OpenFlow13");
    channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(ovs.openflowSocket("br0")));
    send(out -> OpenFlow.end(out, OpenFlow.begin(out, OpenFlow.HELLO, 1)));
    assertThat(receive()[1]).isEqualTo((byte) OpenFlow.HELLO);
  }

  @ParameterizedTest
  @EnumSource(Group.Type.class)
  void areTakenReportedEqualReplacedAndRemoved(Group.Type type) throws IOException {
    int watch = type == Group.Type.FAST_FAILOVER ? 1 : 0;
    int weight = type == Group.Type.SELECT ? 100 : 0;
    List<Bucket> buckets = new ArrayList<>();
    for (List<Action> actions : actions()) {
      if (type != Group.Type.INDIRECT || buckets.isEmpty()) {
        buckets.add(new Bucket(weight == 0 ? 0 : weight + buckets.size(), watch, actions));
      }
    }
    Group first = new Group(7, type, buckets);
    Group last = new Group(0xfffffeffL, type, buckets.subList(0, 1));
    put(first);
    put(last);
    assertThat(dump()).containsExactlyInAnyOrder(first, last);

    Group replaced = new Group(7, Group.Type.ALL, List.of(Bucket.of(OUT), Bucket.of()));
    put(replaced);
    assertThat(dump()).containsExactlyInAnyOrder(replaced, last);

    send(out -> GroupCodec.writeRemove(out, 5, 7));
    assertThat(dump()).containsExactly(last);
  }

  private static List<List<Action>> actions() {
    return List.of(
        List.of(
            new Action.PushVlan(),
            Action.Set.of(Field.VLAN_VID, Bits.of(9)),
            Action.Set.of(Field.NETWORK, Bits.of(9)),
            OUT),
        List.of(Action.Move.of(Field.ETH_SRC, Field.ETH_DST), new Action.ToSender()),
        List.of(new Action.Resubmit(9)),
        List.of(new Action.GroupRef(3)),
        List.of());
  }

  @Test
  void whatIsNotOursIsCountedAndNotMisread() throws IOException {
    ovs.ofctl("add-group", "br0", "group_id=1,type=all,bucket=actions=note:01,output:1");
    ovs.ofctl("add-group", "br0", "group_id=2,type=ff,bucket=watch_group:1,actions=output:1");
    GroupCodec.Page page = page();
    assertThat(page.groups()).isEmpty();
    assertThat(page.foreign()).containsExactlyInAnyOrder(1L, 2L);
  }

  private void put(Group group) throws IOException {
    send(out -> GroupCodec.writePut(out, 4, group));
  }

  private List<Group> dump() throws IOException {
    return page().groups();
  }

  /** Fails on an error to what was sent before: it comes before this reply. */
  private GroupCodec.Page page() throws IOException {
    send(out -> GroupCodec.writeDumpRequest(out, 9));
    byte[] reply = receive();
    assertThat(reply[1]).as("a reply, no error").isEqualTo((byte) OpenFlow.MULTIPART_REPLY);
    return GroupCodec.readPage(reply);
  }

  private void send(Consumer<ByteBuf> message) throws IOException {
    ByteBuf out = Unpooled.buffer();
    message.accept(out);
    ByteBuffer bytes = out.nioBuffer();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private byte[] receive() throws IOException {
    ByteBuffer header = read(ByteBuffer.allocate(OpenFlow.HEADER));
    int length = header.getShort(2) & 0xffff;
    ByteBuffer whole = ByteBuffer.allocate(length).put(header.array());
    return read(whole).array();
  }

  private ByteBuffer read(ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      if (channel.read(into) < 0) {
        throw new IOException("the switch hung up");
      }
    }
    return into;
  }
}
