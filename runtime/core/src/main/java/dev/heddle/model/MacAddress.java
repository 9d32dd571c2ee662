package dev.heddle.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/** An IEEE 802 48-bit address, written {@code 0a:00:00:00:00:11}. */
public record MacAddress(long value) {

  public static final MacAddress BROADCAST = new MacAddress(0xffff_ffff_ffffL);

  private static final Pattern FORM = Pattern.compile("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}");

  @JsonCreator(mode = JsonCreator.Mode.DISABLED) // a text is the only form
  public MacAddress {
    if (value >>> 48 != 0) {
      throw new IllegalArgumentException("a MAC address has 48 bits");
    }
  }

  /** Reads six pairs of hexadecimal digits with colons; anything else is refused. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static MacAddress parse(String text) {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "'" + Text.shown(text) + "' is not a MAC address such as 0a:00:00:00:00:11");
    }
    return new MacAddress(Long.parseLong(text.replace(":", ""), 16));
  }

  /** True for broadcast and multicast: the group bit of IEEE 802 is set. */
  public boolean isGroup() {
    return (value >> 40 & 1) == 1;
  }

  public Bits bits() {
    return Bits.of(value);
  }

  /** The link-local address a host derives from this MAC (RFC 4291, modified EUI-64). */
  public IpAddress linkLocal() {
    long upper = (value >>> 24 ^ 0x020000L) << 40;
    return IpAddress.v6(0xfe80L << 48, upper | 0xfffeL << 24 | value & 0xffffff);
  }

  @Override
  @JsonValue
  public String toString() {
    StringBuilder s = new StringBuilder(17);
    for (int shift = 40; shift >= 0; shift -= 8) {
      long octet = value >> shift & 0xff;
      s.append(octet < 16 ? "0" : "").append(Long.toHexString(octet));
      if (shift > 0) {
        s.append(':');
      }
    }
    return s.toString();
  }
}
