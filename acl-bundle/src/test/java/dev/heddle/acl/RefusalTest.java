package dev.heddle.acl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Bits;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Policy;
import dev.heddle.pipeline.Punted;
import dev.heddle.pipeline.Response.Reply;
import dev.heddle.pipeline.Spine;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That a guest's kernel takes these answers, checksums and all, is shown with real guests. */
class RefusalTest {

  private static final String MACS = "0a0000000002" + "0a0000000001";
  private static final String V4 =
      MACS + "0800" + "4500%04x0000400040%02x0000" + "0a000001" + "0a000002";
  private static final String V6 =
      MACS
          + "86dd"
          + "60000000%04x%02x40"
          + "fd000000000000000000000000000001"
          + "fd000000000000000000000000000002";

  private static String v4(int protocol, String carried) {
    return V4.formatted(20 + carried.length() / 2, protocol) + carried;
  }

  private static String v6(int protocol, String carried) {
    return V6.formatted(carried.length() / 2, protocol) + carried;
  }

  private static String tcp(int flags, long sequence, long acknowledged, String data) {
    return "9c40"
        + "0017"
        + String.format("%08x%08x50%02xffff00000000", sequence, acknowledged, flags)
        + data;
  }

  private static final String UDP = "9c40" + "0035" + "000c" + "0000" + "01020304";

  private static Punted at(boolean sender, String packet, long from, long to) {
    Match metadata =
        Match.builder()
            .match(Field.NETWORK, 7)
            .match(Field.IN_PORT, from)
            .match(Field.OUT_PORT, to)
            .build();
    int table = (sender ? Policy.VERDICT_FROM : Policy.VERDICT_TO).table();
    return new Punted(
        Node.KIND.id("n1"),
        table,
        Refusal.punt().userdata(),
        metadata,
        packet,
        packet.length() / 2,
        key -> Optional.empty());
  }

  private static Optional<String> told(String packet) {
    return Refusal.of(at(false, packet, 3, 4)).map(Reply::packet);
  }

  @Test
  void aConnectionThatBeginsIsResetAsIfNobodyListened() {
    String reset = told(v4(6, tcp(2, 0x11223344, 0, ""))).orElseThrow();
    assertThat(reset).startsWith("0a0000000001" + "0a0000000002" + "0800" + "45000028");
    assertThat(reset)
        .contains("0a000002" + "0a000001" + "0017" + "9c40" + "00000000" + "11223345" + "5014");
    assertThat(reset).hasSize(2 * 54);
  }

  @Test
  void whatAcknowledgesIsResetWhereItsSenderExpectsTheNextByte() {
    String reset = told(v6(6, tcp(0x18, 5, 0xfffffff0L, "010203"))).orElseThrow();
    assertThat(reset).contains("0017" + "9c40" + "fffffff0" + "00000000" + "5004");
    // Data count, and so does the end of it.
    String end = told(v4(6, tcp(1, 0xffffffffL, 0, "0102"))).orElseThrow();
    assertThat(end).contains("0017" + "9c40" + "00000000" + "00000002" + "5014");
  }

  @Test
  void theRestIsToldByIcmpWithWhatWasSent() {
    String sent = v4(17, UDP);
    assertThat(told(sent).orElseThrow())
        .contains("030d")
        .endsWith(sent.substring(28))
        .hasSize(2 * (14 + 20 + 8 + 32));
    String sent6 = v6(17, UDP);
    assertThat(told(sent6).orElseThrow())
        .contains(
            "3a40"
                + "fd000000000000000000000000000002"
                + "fd000000000000000000000000000001"
                + "0101")
        .endsWith(sent6.substring(28));
  }

  @Test
  void anAnswerIsNoLongerThanItMayBe() {
    assertThat(told(v4(17, "9c400035057800" + "00" + "ab".repeat(1400))).orElseThrow())
        .hasSize(2 * (14 + 576));
    assertThat(told(v6(17, "9c400035057800" + "00" + "ab".repeat(1400))).orElseThrow())
        .hasSize(2 * (14 + 1280));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
  void nothingIsSaidOf(int which) {
    String reset = v4(6, tcp(4, 1, 0, ""));
    String error = v4(1, "0303" + "0000" + "00000000");
    String error6 = v6(58, "0104" + "0000" + "00000000");
    String later = v4(17, UDP).replace("00004000", "000000b9");
    String toAll = "ffffffffffff" + v4(17, UDP).substring(12);
    String toGroup = v4(17, UDP).replace("0a000002" + "9c40", "e0000001" + "9c40");
    String fromNobody = v4(17, UDP).replace("0a000001" + "0a000002", "00000000" + "0a000002");
    assertThat(told(List.of(reset, error, error6, later, toAll, toGroup, fromNobody).get(which)))
        .isEmpty();
  }

  @Test
  void theAnswerGoesWhereTheSenderIs() {
    String packet = v4(17, UDP);
    assertThat(Refusal.of(at(true, packet, 3, 0)).orElseThrow().actions())
        .containsExactly(
            Action.Set.of(Field.NETWORK, Bits.of(7)),
            Action.Set.of(Field.OUT_PORT, Bits.of(3)),
            new Action.Resubmit(Spine.OUTPUT.table()));
    assertThat(Refusal.of(at(false, packet, 3, 4)).orElseThrow().actions())
        .containsExactly(
            Action.Set.of(Field.NETWORK, Bits.of(7)),
            Action.Set.of(Field.IN_PORT, Bits.of(4)),
            new Action.Resubmit(Spine.SWITCH.table()));
    assertThat(Refusal.of(at(true, packet, 0, 0))).isEmpty();
  }

  /** Guests write packets: whatever they write, there is an answer or none, and no error. */
  @Test
  void anyBytesAreTaken() {
    Random random = new Random(1);
    List<String> seeds =
        List.of(
            v4(6, tcp(2, 1, 0, "")), v4(17, UDP), v6(17, UDP), v6(44, "1100000000000001" + UDP));
    int answered = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] frame = HexFormat.of().parseHex(seeds.get(i % seeds.size()));
      for (int n = random.nextInt(4); n > 0; n--) {
        frame[random.nextInt(frame.length)] = (byte) random.nextInt();
      }
      byte[] cut =
          java.util.Arrays.copyOf(
              frame, random.nextInt(4) == 0 ? random.nextInt(frame.length) : frame.length);
      String hex = HexFormat.of().formatHex(cut);
      answered += Refusal.of(at(false, hex, 3, 4)).isPresent() ? 1 : 0;
      Reporting.of(at(false, hex, 3, 4));
    }
    assertThat(answered).isBetween(1_000, 19_000);
  }
}
