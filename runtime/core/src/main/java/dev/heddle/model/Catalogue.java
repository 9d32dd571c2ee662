package dev.heddle.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The kinds of the logical model and the feature that reads each, known before any feature is
 * installed: documents may arrive in any order, also before what reads them.
 */
public final class Catalogue {

  private static final Map<String, Kind<?>> UNREAD =
      List.of(
              unread("LoadBalancer", "loadbalancers"),
              unread("Nat", "nats"),
              unread("DhcpOptions", "dhcpoptions"),
              unread("DnsRecords", "dnsrecords"),
              unread("QosRule", "qosrules"),
              unread("Meter", "meters"),
              unread("Mirror", "mirrors"),
              unread("BgpPeer", "bgppeers"),
              unread("RouteAdvertisement", "routeadvertisements"),
              unread("BfdSession", "bfdsessions"))
          .stream()
          .collect(Collectors.toUnmodifiableMap(Kind::name, Function.identity()));

  private static final Map<String, String> READERS =
      Map.ofEntries(
          Map.entry("LogicalSwitch", "l2"),
          Map.entry("PlainSwitch", "plain-switches"),
          Map.entry("LogicalPort", "l2"),
          Map.entry("LogicalRouter", "l3"),
          Map.entry("PortGroup", "acl"),
          Map.entry("AddressSet", "acl"),
          Map.entry("Acl", "acl"),
          Map.entry("LoadBalancer", "load-balancer"),
          Map.entry("Nat", "nat"),
          Map.entry("DhcpOptions", "dhcp"),
          Map.entry("DnsRecords", "dhcp"),
          Map.entry("QosRule", "qos"),
          Map.entry("Meter", "qos"),
          Map.entry("Mirror", "mirror"),
          Map.entry("BgpPeer", "bgp"),
          Map.entry("RouteAdvertisement", "bgp"),
          Map.entry("BfdSession", "l3"));

  private Catalogue() {}

  private static Kind<?> unread(String name, String plural) {
    return Kind.unread(name, plural, KeySpace.NONE);
  }

  /** Kinds that some feature will bring, by name; none of them is read yet. */
  public static Map<String, Kind<?>> unread() {
    return UNREAD;
  }

  /** The feature that reads a kind of the model; empty for kinds of third parties. */
  public static Optional<String> reader(String kind) {
    return Optional.ofNullable(READERS.get(kind));
  }
}
