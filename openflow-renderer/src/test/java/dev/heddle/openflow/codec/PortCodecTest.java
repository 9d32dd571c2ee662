package dev.heddle.openflow.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Ports as OpenFlow 1.3.5 lays them out, and as strangers do. */
class PortCodecTest {

  private static ByteBuf port(ByteBuf out, int number, String name, int config, int state) {
    out.writeInt(number).writeZero(4).writeZero(8);
    out.writeBytes(Arrays.copyOf(name.getBytes(StandardCharsets.ISO_8859_1), 16));
    return out.writeInt(config).writeInt(state).writeZero(24);
  }

  private static byte[] reply(boolean more, Object... ports) {
    ByteBuf out = Unpooled.buffer();
    out.writeByte(4).writeByte(19).writeShort(0).writeInt(1);
    out.writeShort(13).writeShort(more ? 1 : 0).writeInt(0);
    for (int i = 0; i < ports.length; i += 4) {
      port(out, (int) ports[i], (String) ports[i + 1], (int) ports[i + 2], (int) ports[i + 3]);
    }
    return ByteBufUtil.getBytes(out);
  }

  private static byte[] status(int reason, int number, int state) {
    ByteBuf out = Unpooled.buffer();
    out.writeByte(4).writeByte(12).writeShort(80).writeInt(0).writeByte(reason).writeZero(7);
    return ByteBufUtil.getBytes(port(out, number, "eth", 0, state));
  }

  @Test
  void readsPortsThatAreUpAndDown() {
    PortCodec.Page page =
        PortCodec.readPage(
            reply(true, 1, "s1-eth1", 0, 4, 2, "off", 1, 0, 3, "nothing", 0, 1, -2, "s1", 1, 1));

    assertThat(page.more()).isTrue();
    assertThat(page.ports())
        .containsExactly(
            new PhysicalPort(1, "s1-eth1", true),
            new PhysicalPort(2, "off", false),
            new PhysicalPort(3, "nothing", false),
            new PhysicalPort(0xfffffffeL, "s1", false));
  }

  @Test
  void aNameIsMadePrintable() {
    assertThat(PortCodec.readPage(reply(false, 1, "a\u001b[0m\u00e9b c", 0, 0)).ports())
        .containsExactly(new PhysicalPort(1, "a[0mbc", true));
    assertThat(PortCodec.readPage(reply(false, 1, "0123456789abcdef", 0, 0)).ports())
        .containsExactly(new PhysicalPort(1, "0123456789abcde", true));
  }

  @Test
  void aPortThatIsTakenAwayIsDown() {
    assertThat(PortCodec.readStatus(status(0, 5, 0)).up()).isTrue();
    assertThat(PortCodec.readStatus(status(2, 5, 1)).up()).isFalse();
    assertThat(PortCodec.readStatus(status(1, 5, 0))).isEqualTo(new PhysicalPort(5, "eth", false));
  }

  @Test
  void whatIsCutOffIsRefused() {
    byte[] whole = status(0, 5, 0);
    for (int length = 8; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> PortCodec.readStatus(part)).isInstanceOf(MalformedMessage.class);
    }
    byte[] page = reply(false, 1, "eth", 0, 0);
    assertThatThrownBy(() -> PortCodec.readPage(Arrays.copyOf(page, page.length - 1)))
        .isInstanceOf(MalformedMessage.class);
  }

  @Property
  void noiseIsReadOrRefused(@ForAll byte[] noise) {
    byte[] message = new byte[noise.length + 8];
    System.arraycopy(noise, 0, message, 8, noise.length);
    for (int type : new int[] {12, 19}) {
      message[1] = (byte) type;
      try {
        PortCodec.readStatus(message);
      } catch (MalformedMessage refused) {
        assertThat(refused).hasMessageMatching(".+");
      }
      try {
        PortCodec.readPage(message);
      } catch (MalformedMessage refused) {
        assertThat(refused).hasMessageMatching(".+");
      }
    }
  }
}
