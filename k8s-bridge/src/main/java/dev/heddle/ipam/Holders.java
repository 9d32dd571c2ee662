package dev.heddle.ipam;

import dev.heddle.model.IpAddress;
import dev.heddle.model.MacAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Who has which address while addresses are given out; for one thread, and for one computation. */
public final class Holders {

  private final Map<IpAddress, String> byAddress = new HashMap<>();
  private final Map<MacAddress, String> byMac = new HashMap<>();
  private final Pool pool;

  public Holders(Pool pool) {
    this.pool = pool;
  }

  /** Somebody has these already, wherever they come from. */
  public void note(String name, MacAddress mac, Collection<IpAddress> addresses) {
    addresses.forEach(a -> byAddress.putIfAbsent(a, name));
    byMac.putIfAbsent(mac, name);
  }

  /** What was given: the first address, if there is one, says what the MAC is. */
  public record Given(MacAddress mac, List<IpAddress> addresses) {

    public Given {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * Gives {@code name} the addresses it wants, and one of each other family the pool has.
   *
   * @param fixed at most one of each family
   * @throws IllegalArgumentException with a sentence why it gets none: outside, excluded, taken,
   *     exhausted
   */
  public Given give(String name, List<IpAddress> fixed) {
    List<IpAddress> all = new ArrayList<>();
    for (boolean v6 : new boolean[] {false, true}) {
      List<IpAddress> wanted = fixed.stream().filter(a -> a.isV6() == v6).toList();
      if (wanted.size() > 1) {
        throw new IllegalArgumentException("One address of each family at most: " + wanted + ".");
      }
      if (!wanted.isEmpty()) {
        all.add(fixed(name, wanted.get(0)));
      } else if (pool.has(v6)) {
        all.add(free(name, v6));
      }
    }
    if (all.isEmpty()) {
      throw new IllegalArgumentException("There is no subnet.");
    }
    Given given = new Given(Pool.mac(all.get(0)), all);
    String other = byMac.get(given.mac);
    if (other != null && !other.equals(name)) {
      throw new IllegalArgumentException(
          "The MAC "
              + given.mac
              + " that follows from "
              + all.get(0)
              + " is that of "
              + other
              + ".");
    }
    note(name, given.mac, given.addresses);
    return given;
  }

  /**
   * What somebody has, and one of each family that the pool has and that it lacks.
   *
   * @throws IllegalArgumentException with a sentence if a family is exhausted
   */
  public Given complete(String name, Given held) {
    List<IpAddress> all = new ArrayList<>(held.addresses);
    for (boolean v6 : new boolean[] {false, true}) {
      if (pool.has(v6) && held.addresses.stream().noneMatch(a -> a.isV6() == v6)) {
        all.add(free(name, v6));
      }
    }
    Given given = new Given(held.mac, all);
    note(name, given.mac, given.addresses);
    return given;
  }

  private IpAddress fixed(String name, IpAddress a) {
    pool.refusal(a)
        .ifPresent(
            sentence -> {
              throw new IllegalArgumentException(sentence);
            });
    String holder = byAddress.get(a);
    if (holder != null && !holder.equals(name)) {
      throw new IllegalArgumentException(a + " is taken by " + holder + ".");
    }
    return a;
  }

  private IpAddress free(String name, boolean v6) {
    return pool.free(v6, seed(name), a -> isTaken(a))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "No "
                        + (v6 ? "IPv6" : "IPv4")
                        + " address is free in "
                        + pool.subnets()
                        + "."));
  }

  private boolean isTaken(IpAddress a) {
    return byAddress.containsKey(a) || byMac.containsKey(Pool.mac(a));
  }

  /** FNV-1a, 64 bits, folded: the same on every machine, spread over small subnets too. */
  private static long seed(String name) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
    }
    return (hash ^ hash >>> 32) & 0xffff_ffffL;
  }
}
