package dev.heddle.ipam;

import dev.heddle.model.Bits;
import dev.heddle.model.IpAddress;
import dev.heddle.model.IpPrefix;

/** Addresses of one family from the first to the last, both included. */
public record AddressRange(IpAddress first, IpAddress last) {

  public AddressRange {
    if (first.isV6() != last.isV6() || first.bits().compareTo(last.bits()) > 0) {
      throw new IllegalArgumentException(
          first + ".." + last + " is not a range from a lower to a higher address of one family");
    }
  }

  /**
   * Reads {@code 10.0.0.1}, {@code 10.0.0.0/28} or {@code 10.0.0.1..10.0.0.9}.
   *
   * @throws IllegalArgumentException with a sentence for anything else
   */
  public static AddressRange parse(String text) {
    int dots = text.indexOf("..");
    if (dots >= 0) {
      return new AddressRange(
          IpAddress.parse(text.substring(0, dots)), IpAddress.parse(text.substring(dots + 2)));
    }
    if (text.indexOf('/') >= 0) {
      return of(IpPrefix.parse(text));
    }
    IpAddress one = IpAddress.parse(text);
    return new AddressRange(one, one);
  }

  static AddressRange of(IpPrefix prefix) {
    IpAddress first = prefix.address();
    int width = first.width();
    Bits host = Bits.ones(width).andNot(Bits.prefix(prefix.length(), width));
    return new AddressRange(first, new IpAddress(first.isV6(), first.bits().or(host)));
  }

  public boolean contains(IpAddress a) {
    return a.isV6() == first.isV6()
        && first.bits().compareTo(a.bits()) <= 0
        && a.bits().compareTo(last.bits()) <= 0;
  }

  @Override
  public String toString() {
    return first.equals(last) ? first.toString() : first + ".." + last;
  }
}
