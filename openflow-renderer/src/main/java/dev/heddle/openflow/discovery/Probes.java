package dev.heddle.openflow.discovery;

import dev.heddle.model.PlainSwitch;
import dev.heddle.model.PlainSwitch.End;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Link discovery's frames: LLDP (IEEE 802.1AB) with a seal, so that only frames of this controller
 * count. A guest sees them and may send them again: the round under the seal makes them worthless
 * soon.
 */
public final class Probes {

  /** What a frame says: it left this end in this round. */
  public record Probe(End from, long round) {}

  private static final String MAC = "HmacSHA256";
  private static final int SEAL = 16;
  private static final byte[] TO = HexFormat.of().parseHex("0180c200000e");
  private static final int ETHERNET = 14;
  private static final short LLDP = (short) 0x88cc;

  private static final int CHASSIS = 1;
  private static final int PORT = 2;
  private static final int TTL = 3;
  private static final int OWN = 127;
  private static final byte LOCALLY_ASSIGNED = 7;

  /** An organisation of nobody's: the bit for locally administered is set. */
  private static final byte[] ORGANISATION = {0x0a, 0x48, 0x44, 1};

  private static final int NAME = 16;
  private static final int LENGTH =
      ETHERNET + 2 + 1 + NAME + 2 + 1 + 4 + 2 + 2 + 2 + ORGANISATION.length + 8 + SEAL + 2;

  private final SecretKeySpec key;

  /**
   * @param key of this controller; nobody else may know it
   */
  public Probes(byte[] key) {
    this.key = new SecretKeySpec(key, MAC);
  }

  /** The frame, from the Ethernet header on, in hexadecimal. */
  public String write(Probe probe) {
    return HexFormat.of().formatHex(bytes(probe));
  }

  private byte[] bytes(Probe probe) {
    byte[] name = probe.from.at().name().getBytes(StandardCharsets.US_ASCII);
    if (name.length != NAME) {
      throw new IllegalArgumentException("not the name of a plain switch: " + probe.from.at());
    }
    ByteBuffer out = ByteBuffer.allocate(LENGTH);
    out.put(TO).put((byte) 0x0a).put(source(name)).putShort(LLDP);
    out.putShort(header(CHASSIS, 1 + NAME)).put(LOCALLY_ASSIGNED).put(name);
    out.putShort(header(PORT, 1 + 4)).put(LOCALLY_ASSIGNED);
    out.put(String.format("%04x", probe.from.port()).getBytes(StandardCharsets.US_ASCII));
    out.putShort(header(TTL, 2)).putShort((short) 4);
    out.putShort(header(OWN, ORGANISATION.length + 8 + SEAL)).put(ORGANISATION);
    out.putLong(probe.round);
    out.put(seal(out.array(), out.position()));
    return out.putShort((short) 0).array();
  }

  /** The low 40 bits of the datapath id, behind a first byte that is local and no group. */
  private static byte[] source(byte[] name) {
    String text = new String(name, StandardCharsets.US_ASCII);
    return HexFormat.of().parseHex(text.substring(NAME - 10));
  }

  private static short header(int type, int length) {
    return (short) (type << 9 | length);
  }

  private byte[] seal(byte[] frame, int length) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(key);
      mac.update(frame, 0, length);
      return Arrays.copyOf(mac.doFinal(), SEAL);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + MAC, e);
    }
  }

  /** What a frame says, if it is one of ours, to the last bit; padding may follow. */
  public Optional<Probe> read(String frame) {
    if (frame.length() < 2 * LENGTH) {
      return Optional.empty();
    }
    byte[] bytes = HexFormat.of().parseHex(frame.substring(0, 2 * LENGTH));
    int seal = LENGTH - 2 - SEAL;
    byte[] said = Arrays.copyOfRange(bytes, seal, seal + SEAL);
    if (!MessageDigest.isEqual(said, seal(bytes, seal))) {
      return Optional.empty();
    }
    // Sealed by us: the rest is where we put it.
    String name = new String(bytes, ETHERNET + 3, NAME, StandardCharsets.US_ASCII);
    int port = Integer.parseInt(new String(bytes, ETHERNET + 22, 4, StandardCharsets.US_ASCII), 16);
    long round = ByteBuffer.wrap(bytes).getLong(seal - 8);
    return Optional.of(new Probe(new End(PlainSwitch.KIND.id(name), port), round));
  }
}
