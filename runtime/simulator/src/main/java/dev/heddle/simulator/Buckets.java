package dev.heddle.simulator;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Group;
import dev.heddle.pipeline.Group.Bucket;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/** Which buckets of a group a packet gets. */
final class Buckets {

  private static final List<Field> HASHED =
      List.of(
          Field.ETH_SRC,
          Field.ETH_DST,
          Field.IP_PROTO,
          Field.IPV4_SRC,
          Field.IPV4_DST,
          Field.IPV6_SRC,
          Field.IPV6_DST,
          Field.TCP_SRC,
          Field.TCP_DST,
          Field.UDP_SRC,
          Field.UDP_DST,
          Field.SCTP_SRC,
          Field.SCTP_DST);

  private Buckets() {}

  static List<Bucket> chosen(Group group, Packet packet, IntPredicate isUp) {
    List<Bucket> live =
        group.buckets().stream()
            .filter(b -> b.watchPort() == 0 || isUp.test(b.watchPort()))
            .toList();
    return switch (group.type()) {
      case ALL, INDIRECT -> group.buckets();
      case FAST_FAILOVER -> live.stream().limit(1).toList();
      case SELECT -> selected(live, packet).toList();
    };
  }

  /** The same connection gets the same bucket; which one is nobody's promise, in OVS neither. */
  private static Stream<Bucket> selected(List<Bucket> live, Packet packet) {
    long total = live.stream().mapToLong(Bucket::weight).sum();
    if (total == 0) {
      return Stream.empty();
    }
    long hash = 0;
    for (Field f : HASHED) {
      Bits b = packet.get(f);
      hash = (hash ^ b.low() ^ b.high()) * 0x9e3779b97f4a7c15L;
      hash ^= hash >>> 29;
    }
    long at = Long.remainderUnsigned(hash, total);
    for (Bucket b : live) {
      at -= b.weight();
      if (at < 0) {
        return Stream.of(b);
      }
    }
    throw new AssertionError("the weights do not sum up");
  }
}
