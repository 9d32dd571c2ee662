package dev.heddle.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** An IPv4 or IPv6 address. Equal addresses are equal values, however they were written. */
public record IpAddress(boolean isV6, Bits bits) {

  private static final Pattern V4 = Pattern.compile("(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}");
  private static final Pattern V6 =
      Pattern.compile("[0-9a-fA-F:]{2,39}(\\d+\\.\\d+\\.\\d+\\.\\d+)?");

  public IpAddress {
    if (!isV6 && bits.width() > 32) {
      throw new IllegalArgumentException("an IPv4 address has 32 bits");
    }
  }

  public static IpAddress v4(long value) {
    return new IpAddress(false, Bits.of(value));
  }

  public static IpAddress v6(long high, long low) {
    return new IpAddress(true, new Bits(high, low));
  }

  /** Reads {@code 10.0.0.1} or {@code fd00::1}; names are never looked up. */
  @JsonCreator
  public static IpAddress parse(String text) {
    if (V4.matcher(text).matches()) {
      long value = 0;
      for (String octet : text.split("\\.")) {
        int o = Integer.parseInt(octet);
        if (o > 255) {
          throw refused(text);
        }
        value = value << 8 | o;
      }
      return v4(value);
    }
    if (text.indexOf(':') >= 0 && V6.matcher(text).matches()) {
      try {
        byte[] b = InetAddress.getByName(text).getAddress(); // a literal: no resolver is asked
        if (b.length == 16) {
          return v6(octets(b, 0), octets(b, 8));
        }
      } catch (UnknownHostException e) {
        throw refused(text);
      }
    }
    throw refused(text);
  }

  private static IllegalArgumentException refused(String text) {
    return new IllegalArgumentException(
        "'" + Text.shown(text) + "' is not an IP address such as 10.0.0.1 or fd00::1");
  }

  private static long octets(byte[] b, int from) {
    long v = 0;
    for (int i = from; i < from + 8; i++) {
      v = v << 8 | b[i] & 0xff;
    }
    return v;
  }

  /** 32 or 128. */
  public int width() {
    return isV6 ? 128 : 32;
  }

  /** Dotted quad, or the text form of RFC 5952. */
  @Override
  @JsonValue
  public String toString() {
    if (!isV6) {
      long v = bits.low();
      return (v >> 24) + "." + (v >> 16 & 255) + "." + (v >> 8 & 255) + "." + (v & 255);
    }
    int[] groups = new int[8];
    for (int i = 0; i < 8; i++) {
      groups[i] = (int) ((i < 4 ? bits.high() : bits.low()) >>> 48 - 16 * (i % 4)) & 0xffff;
    }
    int start = -1;
    int length = 1; // a single zero group is not shortened
    for (int i = 0; i < 8; i++) {
      int j = i;
      while (j < 8 && groups[j] == 0) {
        j++;
      }
      if (j - i > length) {
        start = i;
        length = j - i;
      }
    }
    StringBuilder s = new StringBuilder(39);
    for (int i = 0; i < 8; i++) {
      if (i == start) {
        s.append("::");
        i += length - 1;
      } else {
        if (i > 0 && s.charAt(s.length() - 1) != ':') {
          s.append(':');
        }
        s.append(Integer.toHexString(groups[i]));
      }
    }
    return s.toString();
  }
}
