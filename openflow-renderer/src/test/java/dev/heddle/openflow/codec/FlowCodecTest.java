package dev.heddle.openflow.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class FlowCodecTest {

  @Provide
  Arbitrary<List<Flow>> flows() {
    return AnyFlow.flows().list().ofMinSize(1).ofMaxSize(5);
  }

  @Property(tries = 1000)
  void flowsReadBackEqual(@ForAll("flows") List<Flow> flows) {
    FlowCodec.Page page = FlowCodec.readPage(FlowStatsReply.of(flows));

    assertThat(page.more()).isFalse();
    assertThat(page.flows()).isEqualTo(flows.stream().map(Installed.Known::new).toList());
  }

  @Property(tries = 1000)
  void brokenBytesAreRefusedOrReadButNeverAnythingElse(
      @ForAll("flows") List<Flow> flows, @ForAll long seed) {
    byte[] bytes = FlowStatsReply.of(flows);
    Random random = new Random(seed);
    for (int i = random.nextInt(8); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) (random.nextBoolean() ? 0 : random.nextInt());
    }
    byte[] cut = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));

    for (byte[] hostile : List.of(bytes, cut)) {
      try {
        assertThat(FlowCodec.readPage(hostile).flows()).hasSizeLessThan(hostile.length);
      } catch (MalformedMessage expected) {
        assertThat(expected).hasMessageNotContaining("null");
      }
    }
  }

  @Test
  void aFlowModHasTheBytesThatOvsOfctlWrites() {
    Flow flow =
        new Flow(
            new FlowKey(3, 7, Match.builder().match(Field.IN_PORT, Bits.of(3)).build()),
            0x1122334455667788L,
            List.of(
                Action.Set.of(Field.TUNNEL_NETWORK, Bits.of(0xa)),
                new Action.Output(5),
                new Action.GotoTable(9)));

    assertThat(hex(new FlowChange.Put(flow)))
        .isEqualTo(
            "040e0080"
                + "00000001"
                + "1122334455667788"
                + "0000000000000000"
                + "0300"
                + "0000"
                + "0000"
                + "0007"
                + "ffffffff"
                + "ffffffff"
                + "ffffffff"
                + "00000000"
                + "00010010"
                + "00011d08"
                + "00000003"
                + "00ffffff"
                + "00040038"
                + "00000000"
                + "ffff0020"
                + "00002320"
                + "0021"
                + "80004d10"
                + "000000000000000a"
                + "0000000000ffffff"
                + "0000"
                + "00000010"
                + "00000005"
                + "0000000000000000"
                + "00010008"
                + "09000000");
  }

  @Test
  void noVlanTagIsMatchedTheWayOvsReportsIt() {
    Match noTag = Match.builder().match(Field.VLAN_TCI, 0).build();
    Flow flow = new Flow(new FlowKey(0, 1, noTag), 1, List.of());

    assertThat(FlowCodec.readPage(FlowStatsReply.of(List.of(flow))).flows())
        .containsExactly(new Installed.Known(flow));
  }

  @Test
  void aVlanMatchThatOvsWouldReportAsAnotherIsRefusedAndNothingIsWritten() {
    Match halfPriority =
        Match.builder().match(Field.VLAN_TCI, Bits.of(0x3000), Bits.of(0x3000)).build();
    ByteBuf out = Unpooled.buffer();

    assertThatThrownBy(
            () -> FlowCodec.write(out, 1, new FlowChange.Remove(new FlowKey(0, 1, halfPriority))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("vlan_tci=0x3000/0x3000 cannot be matched");
    assertThat(out.writerIndex()).isZero();
  }

  private static String hex(FlowChange change) {
    ByteBuf out = Unpooled.buffer();
    FlowCodec.write(out, 1, change);
    return ByteBufUtil.hexDump(out);
  }
}
