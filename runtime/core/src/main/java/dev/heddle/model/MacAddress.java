package dev.heddle.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** An IEEE 802 48-bit address, written {@code 0a:00:00:00:00:11}. */
public record MacAddress(long value) {

  public static final MacAddress BROADCAST = new MacAddress(0xffff_ffff_ffffL);

  @JsonCreator(mode = JsonCreator.Mode.DISABLED) // a text is the only form
  public MacAddress {
    if (value >>> 48 != 0) {
      throw new IllegalArgumentException("a MAC address has 48 bits");
    }
  }

  /** Reads six pairs of hexadecimal digits with colons; anything else is refused. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static MacAddress parse(String text) {
    boolean right = text.length() == 17;
    long value = 0;
    for (int i = 0; right && i < 17; i++) {
      char c = text.charAt(i);
      if (i % 3 == 2) {
        right = c == ':';
      } else {
        int digit = c < 128 ? Character.digit(c, 16) : -1; // not the digits of other scripts
        right = digit >= 0;
        value = value << 4 | digit;
      }
    }
    if (!right) {
      throw new IllegalArgumentException(
          "'" + Text.shown(text) + "' is not a MAC address such as 0a:00:00:00:00:11");
    }
    return new MacAddress(value);
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
