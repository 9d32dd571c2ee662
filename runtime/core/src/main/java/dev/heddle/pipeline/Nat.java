package dev.heddle.pipeline;

import dev.heddle.model.IpAddress;
import java.util.Optional;

/**
 * Translation within {@link Track} (ovs-actions(7), ct, nat). Of a connection that is kept already,
 * each packet is translated as was agreed when it was kept, whatever is said here.
 *
 * @param range what a new connection is translated to; empty to translate known ones only
 */
public record Nat(Optional<Range> range) {

  /** Which end of a new connection's first packet is rewritten. */
  public enum End {
    SOURCE,
    DESTINATION
  }

  /**
   * The addresses and ports to choose from, ends included.
   *
   * @param firstPort 0 with {@code lastPort} 0 if no port is asked for
   */
  public record Range(End end, IpAddress first, IpAddress last, int firstPort, int lastPort) {

    public Range {
      if (first.isV6() != last.isV6()
          || first.bits().isZero()
          || last.bits().compareTo(first.bits()) < 0) {
        throw new IllegalArgumentException("no range of addresses: " + first + " to " + last);
      }
      if (firstPort < 0
          || lastPort < firstPort
          || lastPort > 0xffff
          || firstPort == 0 && lastPort > 0) {
        throw new IllegalArgumentException("no range of ports: " + firstPort + " to " + lastPort);
      }
    }

    @Override
    public String toString() {
      return (end == End.SOURCE ? "src=" : "dst=")
          + first
          + (last.equals(first) ? "" : "-" + last)
          + (firstPort == 0 ? "" : ":" + firstPort)
          + (lastPort == firstPort ? "" : "-" + lastPort);
    }
  }

  /** Known connections only: their replies, above all. */
  public static Nat known() {
    return new Nat(Optional.empty());
  }

  public static Nat source(IpAddress address) {
    return source(address, address, 0, 0);
  }

  public static Nat source(IpAddress first, IpAddress last, int firstPort, int lastPort) {
    return new Nat(Optional.of(new Range(End.SOURCE, first, last, firstPort, lastPort)));
  }

  public static Nat destination(IpAddress address) {
    return destination(address, 0);
  }

  /** To one address and, unless it is 0, one port. */
  public static Nat destination(IpAddress address, int port) {
    return new Nat(Optional.of(new Range(End.DESTINATION, address, address, port, port)));
  }

  @Override
  public String toString() {
    return range.map(r -> "nat(" + r + ")").orElse("nat");
  }
}
