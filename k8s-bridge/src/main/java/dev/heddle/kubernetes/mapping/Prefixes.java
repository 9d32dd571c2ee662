package dev.heddle.kubernetes.mapping;

import dev.heddle.kubernetes.cluster.Policy.Peer.Block;
import dev.heddle.model.Bits;
import dev.heddle.model.IpAddress;
import dev.heddle.model.IpPrefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Blocks of addresses with exceptions, as prefixes of which none holds another. */
final class Prefixes {

  /** How many prefixes a rule's blocks may come to. */
  static final int MOST = 20_000;

  private Prefixes() {}

  /**
   * The addresses of any of the blocks.
   *
   * @throws IllegalArgumentException if that is more prefixes than a rule may have
   */
  static List<IpPrefix> of(Collection<Block> blocks) {
    List<IpPrefix> all = new ArrayList<>();
    for (Block b : blocks) {
      List<IpPrefix> left = List.of(b.cidr());
      for (IpPrefix except : apart(b.except())) {
        left = left.stream().flatMap(p -> without(p, except).stream()).toList();
        if (left.size() > MOST) {
          break;
        }
      }
      all.addAll(left);
      if (all.size() > MOST) {
        throw new IllegalArgumentException(
            "Its address blocks come to more than " + MOST + " prefixes.");
      }
    }
    return apart(all);
  }

  static boolean contains(Block block, IpAddress a) {
    return block.cidr().contains(a) && block.except().stream().noneMatch(e -> e.contains(a));
  }

  /** Without those that another holds. */
  static List<IpPrefix> apart(Collection<IpPrefix> prefixes) {
    List<IpPrefix> sorted = new ArrayList<>(prefixes);
    sorted.sort(
        Comparator.comparing((IpPrefix p) -> p.address().isV6())
            .thenComparing(p -> p.address().bits())
            .thenComparingInt(IpPrefix::length));
    List<IpPrefix> apart = new ArrayList<>();
    for (IpPrefix p : sorted) {
      if (apart.isEmpty() || !apart.get(apart.size() - 1).contains(p)) {
        apart.add(p);
      }
    }
    return apart;
  }

  /** The halves that do not hold {@code hole}, on the way down to it. */
  private static List<IpPrefix> without(IpPrefix from, IpPrefix hole) {
    if (hole.contains(from)) {
      return List.of();
    }
    if (!from.contains(hole)) {
      return List.of(from);
    }
    List<IpPrefix> left = new ArrayList<>();
    int width = from.address().width();
    for (int length = from.length() + 1; length <= hole.length(); length++) {
      Bits bit = Bits.of(1).shiftLeft(width - length);
      Bits way = hole.address().bits().and(Bits.prefix(length, width));
      Bits other = way.and(bit).isZero() ? way.or(bit) : way.andNot(bit);
      left.add(new IpPrefix(new IpAddress(from.address().isV6(), other), length));
    }
    return left;
  }
}
