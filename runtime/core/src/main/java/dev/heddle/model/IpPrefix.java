package dev.heddle.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A CIDR prefix such as {@code 10.0.0.0/24}; bits below the prefix length are zero. */
public record IpPrefix(IpAddress address, int length) {

  @JsonCreator(mode = JsonCreator.Mode.DISABLED) // a text is the only form
  public IpPrefix {
    if (length < 0 || length > address.width()) {
      throw new IllegalArgumentException(
          "a prefix length of " + address + " is 0 to " + address.width());
    }
    if (!address.bits().andNot(Bits.prefix(length, address.width())).isZero()) {
      throw new IllegalArgumentException(
          address + "/" + length + " has bits set below its prefix length");
    }
  }

  /** Reads {@code ADDRESS/LENGTH}. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static IpPrefix parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || !text.substring(slash + 1).matches("\\d{1,3}")) {
      throw new IllegalArgumentException(
          "'" + Text.shown(text) + "' is not a prefix such as 10.0.0.0/24 or fd00::/64");
    }
    return new IpPrefix(
        IpAddress.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
  }

  public boolean contains(IpAddress a) {
    return a.isV6() == address.isV6()
        && a.bits().and(Bits.prefix(length, address.width())).equals(address.bits());
  }

  /** True if every address of {@code other} is in this prefix too. */
  public boolean contains(IpPrefix other) {
    return length <= other.length && contains(other.address);
  }

  @Override
  @JsonValue
  public String toString() {
    return address + "/" + length;
  }
}
