package dev.heddle.ipam;

import dev.heddle.model.Bits;
import dev.heddle.model.IpAddress;
import dev.heddle.model.IpPrefix;
import dev.heddle.model.MacAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The addresses that may be given out in a network. Network and broadcast addresses of IPv4 (RFC
 * 919; not of /31 and /32, RFC 3021) and the anycast address of IPv6 (RFC 4291) are not among them.
 *
 * @param excluded addresses that are never given, at most {@value #MOST_RANGES} ranges
 */
public record Pool(List<IpPrefix> subnets, List<AddressRange> excluded) {

  public static final int MOST_RANGES = 256;

  /** Of a subnet of IPv6 as many addresses are given as have a MAC address of their own. */
  private static final int GIVEN_BITS = 32;

  public Pool {
    subnets = List.copyOf(subnets);
    excluded = List.copyOf(excluded);
    if (excluded.size() > MOST_RANGES) {
      throw new IllegalArgumentException("at most " + MOST_RANGES + " excluded ranges");
    }
  }

  public boolean has(boolean v6) {
    return subnets.stream().anyMatch(s -> s.address().isV6() == v6);
  }

  /** Why an address cannot be given to anybody; empty if it can. */
  public Optional<String> refusal(IpAddress a) {
    Optional<IpPrefix> subnet = subnets.stream().filter(s -> s.contains(a)).findFirst();
    if (subnet.isEmpty()) {
      return Optional.of(a + " is outside the subnets " + subnets + ".");
    }
    AddressRange usable = usable(subnet.get());
    if (!usable.contains(a) && !beyondGiven(subnet.get(), a)) {
      return Optional.of(a + " is reserved in " + subnet.get() + ".");
    }
    return excluded.stream()
        .filter(r -> r.contains(a))
        .findFirst()
        .map(r -> a + " is excluded, by " + r + ".");
  }

  private static boolean beyondGiven(IpPrefix subnet, IpAddress a) {
    return a.isV6() && a.bits().compareTo(usable(subnet).last().bits()) > 0;
  }

  /**
   * An address that is neither excluded nor taken, the first of them from a place on that follows
   * from {@code seed}, round about each subnet: the same name tends to get the same address, and an
   * address that was freed is not given to the next who asks. Empty if there is none. Costs a step
   * for each address taken and each range excluded, at most.
   */
  public Optional<IpAddress> free(boolean v6, long seed, Predicate<IpAddress> taken) {
    for (IpPrefix subnet : subnets) {
      if (subnet.address().isV6() == v6) {
        AddressRange all = usable(subnet);
        long size = number(all.last()) - number(all.first()) + 1;
        if (size <= 0) {
          continue;
        }
        IpAddress start = plus(all.first(), Math.floorMod(seed, size));
        Optional<IpAddress> found =
            search(new AddressRange(start, all.last()), taken)
                .or(() -> search(new AddressRange(all.first(), start), taken));
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<IpAddress> search(AddressRange in, Predicate<IpAddress> taken) {
    IpAddress at = in.first();
    while (in.contains(at)) {
      IpAddress here = at;
      Optional<AddressRange> over = excluded.stream().filter(r -> r.contains(here)).findFirst();
      if (over.isEmpty() && !taken.test(here)) {
        return Optional.of(here);
      }
      IpAddress behind = over.map(AddressRange::last).orElse(here);
      if (!in.contains(behind) || behind.equals(in.last())) {
        return Optional.empty();
      }
      at = plus(behind, 1);
    }
    return Optional.empty();
  }

  private static AddressRange usable(IpPrefix subnet) {
    AddressRange all = AddressRange.of(subnet);
    int host = all.first().width() - subnet.length();
    if (host < 2) {
      return all;
    }
    if (!subnet.address().isV6()) {
      return new AddressRange(plus(all.first(), 1), plus(all.last(), -1));
    }
    Bits given = all.first().bits().or(Bits.ones(Math.min(host, GIVEN_BITS)));
    return new AddressRange(plus(all.first(), 1), new IpAddress(true, given));
  }

  private static long number(IpAddress a) {
    return a.bits().low() & 0xffff_ffffL;
  }

  /** Within the lowest 32 bits. */
  private static IpAddress plus(IpAddress a, long n) {
    Bits b = a.bits();
    return new IpAddress(a.isV6(), new Bits(b.high(), b.low() + n));
  }

  /** A locally administered MAC address that follows from the address: its lowest 32 bits. */
  public static MacAddress mac(IpAddress a) {
    return new MacAddress((a.isV6() ? 0x0a_5aL : 0x0a_58L) << 32 | number(a));
  }
}
