package dev.heddle.pipeline;

import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Sends the packet to the controller (ovs-actions(7), controller) with a note for whoever answers.
 *
 * @param userdata 1 to 512 bytes in hexadecimal digits, lower case
 * @param maxLength how many bytes of the packet are sent, 0 to 65535; 65535 is all
 * @param meter the meter that bounds how many are sent; 0 for none
 */
public record Punt(String userdata, int maxLength, long meter) implements Action {

  public static final int WHOLE = 0xffff;

  private static final Pattern BYTES = Pattern.compile("([0-9a-f]{2}){1,512}");

  public Punt {
    if (!BYTES.matcher(userdata).matches()) {
      throw new IllegalArgumentException(
          "userdata are 1 to 512 bytes in hexadecimal, not \"" + userdata + "\"");
    }
    if (maxLength < 0 || maxLength > WHOLE) {
      throw new IllegalArgumentException("a length is 0 to 65535, not " + maxLength);
    }
    if (meter != 0) {
      Meter.check(meter);
    }
  }

  /** The whole packet, as often as it comes. */
  public static Punt with(byte[] userdata) {
    return new Punt(HexFormat.of().formatHex(userdata), WHOLE, 0);
  }

  public Punt metered(long by) {
    return new Punt(userdata, maxLength, by);
  }

  /** {@link #userdata} as bytes, a new array each time. */
  public byte[] bytes() {
    return HexFormat.of().parseHex(userdata);
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.punt(this);
  }

  @Override
  public String toString() {
    return "punt("
        + userdata
        + (maxLength == WHOLE ? "" : ",max_len=" + maxLength)
        + (meter == 0 ? "" : ",meter=" + meter)
        + ")";
  }
}
