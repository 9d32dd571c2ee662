package dev.heddle.openflow.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.openflow.admission.Admission;
import dev.heddle.openflow.admission.Refusals;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FramingTest {

  private static final String HELLO = "0400000800000001";
  private static final String ECHO = "0402000c00000002cafe0001";

  private final List<String> log = new ArrayList<>();
  private final Admission admission =
      new Admission(new Admission.Bounds(1, 1, 1, 1), new Refusals(log::add));
  private final InetSocketAddress peer = new InetSocketAddress("10.0.0.1", 1);
  private final Admission.Place place = admission.enter(peer).orElseThrow();
  private final EmbeddedChannel channel =
      new EmbeddedChannel() {
        @Override
        protected SocketAddress remoteAddress0() {
          return isActive() ? peer : null;
        }
      };

  FramingTest() {
    channel.freezeTime();
    channel.pipeline().addLast(new Framing(admission, place, Duration.ofSeconds(10)));
  }

  @AfterEach
  void end() {
    channel.finishAndReleaseAll();
  }

  private void receive(String hex) {
    if (channel.isOpen()) {
      channel.writeInbound(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)));
    }
  }

  /** What has come through, one message each. */
  private List<String> through() {
    List<String> all = new ArrayList<>();
    for (ByteBuf b = channel.readInbound(); b != null; b = channel.readInbound()) {
      all.add(ByteBufUtil.hexDump(b));
      b.release();
    }
    return all;
  }

  private void pass(int seconds) {
    channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
  }

  private void assertRefused(String why) {
    assertThat(channel.isOpen()).isFalse();
    assertThat(log).containsExactly("10.0.0.1 is refused: " + why);
  }

  @Test
  void wholeMessagesComeThroughHoweverTheyArriveCut() {
    String all = HELLO + ECHO + ECHO;
    for (int i = 0; i < all.length(); i += 2) {
      receive(all.substring(i, i + 2));
    }
    assertThat(through()).containsExactly(HELLO, ECHO, ECHO);
    receive(ECHO + ECHO.substring(0, 4));
    assertThat(through()).containsExactly(ECHO);
    assertThat(log).isEmpty();
  }

  @Test
  void ofAHelloOnlyTheHeaderGoesOn() {
    receive("0600001000000007" + "0001ffff00000000");
    assertThat(through()).containsExactly("0400000800000007");
  }

  @ParameterizedTest
  @CsvSource({
    "04000007, it does not speak OpenFlow",
    "00000008, it does not speak OpenFlow",
    "041e0008, it does not speak OpenFlow",
    "47455420, it does not speak OpenFlow",
    "04020008, it did not say hello first",
    "01020008, it did not say hello first",
  })
  void whatIsNoOpenFlowIsRefusedByItsHeader(String head, String why) {
    receive(head + "00000001");
    assertRefused(why);
    assertThat(through()).isEmpty();
  }

  @Test
  void anotherVersionAfterHelloIsRefused() {
    receive(HELLO + "0102000800000002");
    assertThat(through()).containsExactly(HELLO);
    assertRefused("it does not speak OpenFlow 1.3");
  }

  @Test
  void aStrangerSaysNothingLong() {
    receive(HELLO + "0413100100000002");
    assertRefused("it sent a long message before it had said which switch it is");
  }

  @Test
  void aSwitchThatIsKnownMaySayTheLongest() {
    place.introduced();
    receive(HELLO + "0413ffff00000002" + "00".repeat(0xffff - 8));
    assertThat(through()).hasSize(2);
    assertThat(log).isEmpty();
  }

  @Test
  void aByteNowAndThenIsNoMessage() {
    // before hello
    receive("04");
    for (int i = 0; i < 4; i++) {
      pass(2);
      receive("00");
    }
    assertThat(channel.isOpen()).isTrue();
    pass(3);
    assertRefused("it did not end a message that it had begun");
  }

  @Test
  void norIsItOnceItHasSaidWhoItIs() {
    place.introduced();
    receive(HELLO + ECHO + "04");
    for (int i = 0; i < 9; i++) {
      pass(1);
      receive("02");
    }
    assertThat(channel.isOpen()).isTrue();
    pass(2);
    assertRefused("it did not end a message that it had begun");
  }

  @Test
  void eachWholeMessageHasItsOwnTime() {
    place.introduced();
    receive(HELLO);
    for (int i = 0; i < 5; i++) {
      receive(ECHO.substring(0, 8));
      pass(9);
      receive(ECHO.substring(8) + ECHO.substring(0, 2));
      pass(9);
      receive(ECHO.substring(2));
      pass(60);
    }
    assertThat(through()).hasSize(11);
    assertThat(log).isEmpty();
  }

  @Test
  void nothingIsKeptOfWhatCameWithARefusal() {
    ByteBuf bytes = Unpooled.wrappedBuffer(HexFormat.of().parseHex(HELLO + "ee".repeat(100_000)));
    channel.writeInbound(bytes);
    assertRefused("it does not speak OpenFlow");
    assertThat(through()).containsExactly(HELLO);
    assertThat(bytes.refCnt()).isZero();
    assertThat(admission.refused()).isEqualTo(1);
  }
}
