package dev.heddle.openflow.discovery;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.PlainSwitch;
import dev.heddle.model.PlainSwitch.End;
import dev.heddle.openflow.discovery.Probes.Probe;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Frames of ours are read back; nobody else's are, nor ours with another bit. */
class ProbesTest {

  private static final Probe PROBE = new Probe(new End(PlainSwitch.id(0x2a), 7), 1_000);

  private final Probes ours = new Probes(new byte[] {1, 2, 3});

  @Property
  void whatIsWrittenIsRead(
      @ForAll long datapathId,
      @ForAll @IntRange(min = 1, max = 65_279) int port,
      @ForAll @LongRange(min = 0) long round) {
    Probe probe = new Probe(new End(PlainSwitch.id(datapathId), port), round);

    assertThat(ours.read(ours.write(probe))).contains(probe);
    assertThat(ours.read(ours.write(probe) + "00".repeat(20))).as("padded").contains(probe);
  }

  @Test
  void isAnLldpFrameThatAnyToolReads() {
    assertThat(ours.write(PROBE))
        .startsWith("0180c200000e" + "0a000000002a" + "88cc")
        .contains("0211" + "07" + HexFormat.of().formatHex("000000000000002a".getBytes(US_ASCII)))
        .contains(
            "0405" + "07" + HexFormat.of().formatHex("0007".getBytes(US_ASCII)) + "0602" + "0004")
        .endsWith("0000");
  }

  @Test
  void aGuestsFrameIsNoneOfOurs() {
    Probes guest = new Probes(new byte[] {1, 2, 4});

    assertThat(ours.read(guest.write(PROBE))).isEmpty();
  }

  @Test
  void withAnyBitChangedItIsNoneOfOurs() {
    byte[] frame = HexFormat.of().parseHex(ours.write(PROBE));
    for (int bit = 0; bit < 8 * (frame.length - 2); bit++) { // the last two end it
      byte[] forged = frame.clone();
      forged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(ours.read(HexFormat.of().formatHex(forged))).as("bit %d", bit).isEmpty();
    }
  }

  @Property
  void noiseIsNothing(@ForAll byte[] noise) {
    assertThat(ours.read(HexFormat.of().formatHex(noise))).isEmpty();
  }
}
