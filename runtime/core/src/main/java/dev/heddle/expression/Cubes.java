package dev.heddle.expression;

import dev.heddle.model.Bits;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Sets of values of one field, each the union of some {@link Masked}: sorted, none within another.
 * Literals stay as they were written, they are not joined to larger ones: a set that grows by one
 * address grows by one condition.
 */
final class Cubes {

  private Cubes() {}

  /** The largest value below {@code v}, which is not zero. */
  static Bits before(Bits v) {
    return v.low() == 0 ? new Bits(v.high() - 1, -1L) : new Bits(v.high(), v.low() - 1);
  }

  /** The smallest value above {@code v}, which is not the largest of 128 bits. */
  static Bits after(Bits v) {
    return v.low() == -1L ? new Bits(v.high() + 1, 0) : new Bits(v.high(), v.low() + 1);
  }

  static List<Masked> union(Collection<Masked> all) {
    Map<Bits, Set<Bits>> valuesByMask = new HashMap<>();
    all.forEach(c -> valuesByMask.computeIfAbsent(c.mask(), m -> new HashSet<>()).add(c.value()));
    return new TreeSet<>(all)
        .stream()
            .filter(
                c ->
                    valuesByMask.entrySet().stream()
                        .noneMatch(
                            e ->
                                !e.getKey().equals(c.mask())
                                    && e.getKey().andNot(c.mask()).isZero()
                                    && e.getValue().contains(c.value().and(e.getKey()))))
            .toList();
  }

  static List<Masked> and(List<Masked> a, List<Masked> b, Budget budget) {
    budget.work((long) a.size() * b.size(), 0);
    List<Masked> both = new ArrayList<>();
    for (Masked x : a) {
      for (Masked y : b) {
        if (x.meets(y)) {
          both.add(x.and(y));
        }
      }
    }
    return union(both);
  }

  /** The values of {@code width} bits that are in none; for prefixes the fewest prefixes. */
  static List<Masked> complement(List<Masked> cubes, int width, Budget budget) {
    List<Masked> rest = new ArrayList<>();
    rest(Masked.ANY, cubes, width, rest, budget);
    return union(rest);
  }

  /**
   * @param node bits that are decided, from above
   * @param cubes those that meet them
   * @param below the bits that are not decided
   */
  private static void rest(
      Masked node, List<Masked> cubes, int below, List<Masked> rest, Budget budget) {
    budget.work(1 + cubes.size(), rest.size());
    if (cubes.isEmpty()) {
      rest.add(node);
      return;
    }
    Bits cared = Bits.ZERO;
    for (Masked c : cubes) {
      Bits mask = c.mask().and(Bits.ones(below));
      if (mask.isZero()) {
        return; // it holds the whole node
      }
      cared = cared.or(mask);
    }
    int bit = cared.width() - 1;
    Bits one = Bits.of(1).shiftLeft(bit);
    for (Bits side : List.of(Bits.ZERO, one)) {
      Masked half = new Masked(side, one);
      List<Masked> met = cubes.stream().filter(half::meets).toList();
      rest(node.and(half), met, bit, rest, budget);
    }
  }

  /** The values from {@code low} to {@code high}, in the fewest prefixes: at most 2 width - 2. */
  static List<Masked> range(Bits low, Bits high, int width) {
    List<Masked> prefixes = new ArrayList<>();
    range(Masked.ANY, width, low, high, prefixes);
    return prefixes;
  }

  private static void range(Masked node, int below, Bits low, Bits high, List<Masked> prefixes) {
    Bits last = node.value().or(Bits.ones(below));
    if (node.value().compareTo(high) > 0 || last.compareTo(low) < 0) {
      return;
    }
    if (node.value().compareTo(low) >= 0 && last.compareTo(high) <= 0) {
      prefixes.add(node);
      return;
    }
    Bits one = Bits.of(1).shiftLeft(below - 1);
    range(node.and(new Masked(Bits.ZERO, one)), below - 1, low, high, prefixes);
    range(node.and(new Masked(one, one)), below - 1, low, high, prefixes);
  }

  /** How many values of {@code width} bits these are, if they are written one by one. */
  static long singles(List<Masked> cubes, int width) {
    long sum = 0;
    for (Masked c : cubes) {
      sum = Budget.sum(sum, free(c, width) > 40 ? Long.MAX_VALUE : 1L << free(c, width));
    }
    return sum;
  }

  private static int free(Masked c, int width) {
    return width - Long.bitCount(c.mask().high()) - Long.bitCount(c.mask().low());
  }

  /** Them one by one: work for each that there is, not for each that there could be. */
  static List<Masked> expanded(List<Masked> cubes, int width) {
    Set<Masked> all = new TreeSet<>();
    for (Masked c : cubes) {
      long free = ~c.mask().low() & Bits.ones(width).low();
      long chosen = 0;
      do {
        all.add(Masked.exact(c.value().low() | chosen, width));
        chosen =
            (chosen - free) & free; // the next subset of the free bits; the first again at last
      } while (chosen != 0);
    }
    return List.copyOf(all);
  }
}
