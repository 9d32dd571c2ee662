package dev.heddle.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/** An IPv4 or IPv6 address. Equal addresses are equal values, however they were written. */
public record IpAddress(boolean isV6, Bits bits) {

  private static final Pattern GROUP = Pattern.compile("[0-9a-fA-F]{1,4}");
  private static final int LONGEST = 45; // six groups and a dotted quad

  @JsonCreator(mode = JsonCreator.Mode.DISABLED) // a text is the only form
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

  /** Reads {@code 10.0.0.1} or a text form of RFC 4291; names are never looked up. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static IpAddress parse(String text) {
    if (text.length() > LONGEST) {
      throw refused(text);
    }
    return text.indexOf(':') < 0 ? v4(quad(text, text)) : v6(text);
  }

  /** The dotted quad {@code part} of {@code text}. */
  private static long quad(String part, String text) {
    long value = 0;
    int octet = -1; // none has begun
    int octets = 1;
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (c >= '0' && c <= '9' && octet != 0) {
        octet = 10 * Math.max(octet, 0) + c - '0';
      } else if (c == '.' && octet >= 0) {
        value = value << 8 | octet;
        octet = -1;
        octets++;
      } else {
        throw refused(text);
      }
      if (octet > 255) {
        throw refused(text);
      }
    }
    if (octets != 4 || octet < 0) {
      throw refused(text);
    }
    return value << 8 | octet;
  }

  private static IpAddress v6(String text) {
    int gap = text.indexOf("::");
    List<Long> groups = new ArrayList<>(8);
    if (gap < 0) {
      addGroups(groups, text, true, text);
    } else {
      addGroups(groups, text.substring(0, gap), false, text);
      int before = groups.size();
      addGroups(groups, text.substring(gap + 2), true, text);
      if (groups.size() < 8) {
        groups.addAll(before, Collections.nCopies(8 - groups.size(), 0L));
      } else {
        throw refused(text); // nothing is left for the gap to stand for
      }
    }
    if (groups.size() != 8) {
      throw refused(text);
    }
    return v6(joined(groups.subList(0, 4)), joined(groups.subList(4, 8)));
  }

  private static void addGroups(List<Long> groups, String part, boolean mayEndInQuad, String text) {
    String[] words = part.isEmpty() ? new String[0] : part.split(":", -1);
    for (int i = 0; i < words.length; i++) {
      if (mayEndInQuad && i == words.length - 1 && words[i].indexOf('.') >= 0) {
        long quad = quad(words[i], text);
        groups.add(quad >> 16);
        groups.add(quad & 0xffff);
      } else if (GROUP.matcher(words[i]).matches()) {
        groups.add(Long.parseLong(words[i], 16));
      } else {
        throw refused(text);
      }
    }
  }

  private static long joined(List<Long> groups) {
    return groups.stream().reduce(0L, (all, group) -> all << 16 | group);
  }

  private static IllegalArgumentException refused(String text) {
    return new IllegalArgumentException(
        "'" + Text.shown(text) + "' is not an IP address such as 10.0.0.1 or fd00::1");
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
