package dev.heddle.simulator;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Wire;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Fragments on their way into the tracker of one switch. It holds them back until it has all of a
 * datagram, looks at that as at a packet, and lets all of them go on where the last one would have
 * gone, in order: as the userspace datapath does (lib/ipf.c). What lacks a piece stays for ever.
 */
final class Fragments {

  /**
   * @param passage how often it has been through the tables: a second time in the same zone it is
   *     another datagram
   * @param protocol of IPv4; of IPv6 only the first piece has it
   */
  private record Datagram(
      int zone, int passage, Bits protocol, Bits source, Bits destination, int id) {}

  private final Map<Datagram, TreeMap<Integer, Packet>> held = new HashMap<>();

  /** All pieces of the datagram that {@code piece} completes, in order; none while it lacks one. */
  List<Packet> take(Packet piece, int zone, int passage) {
    Packet.Fragment of = piece.fragment().orElseThrow();
    boolean v6 = !piece.get(Wire.IPV6_DST).isZero();
    Datagram datagram =
        new Datagram(
            zone,
            passage,
            v6 ? Bits.ZERO : piece.get(Wire.IP_PROTO),
            piece.get(v6 ? Wire.IPV6_SRC : Wire.IPV4_SRC),
            piece.get(v6 ? Wire.IPV6_DST : Wire.IPV4_DST),
            of.id());
    TreeMap<Integer, Packet> pieces = held.computeIfAbsent(datagram, d -> new TreeMap<>());
    pieces.put(of.part(), piece);
    if (pieces.size() < of.parts()) {
      return List.of();
    }
    held.remove(datagram);
    return List.copyOf(pieces.values());
  }
}
