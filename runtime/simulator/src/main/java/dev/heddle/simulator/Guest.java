package dev.heddle.simulator;

import dev.heddle.model.Bits;
import dev.heddle.model.IpAddress;
import dev.heddle.model.MacAddress;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Match;
import java.util.ArrayList;
import java.util.List;

/** Whoever sits behind a port and sends. Immutable. */
public final class Guest {

  private static final int PROTO_ICMP = 1;
  private static final int NEIGHBOUR_SOLICITATION = 135;
  private static final int NEIGHBOUR_ADVERTISEMENT = 136;

  /** What the model gave the port. */
  record Identity(
      String port, String network, MacAddress mac, List<IpAddress> addresses, boolean secure) {

    Identity {
      addresses = List.copyOf(addresses);
    }

    IpAddress address(boolean v6) {
      return addresses.stream()
          .filter(a -> a.isV6() == v6)
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException(port + " has no such address"));
    }
  }

  private record Forgery(Field field, Bits value) {}

  private final Net net;
  private final Identity self;
  private final List<Forgery> forgeries;

  Guest(Net net, Identity self, List<Forgery> forgeries) {
    this.net = net;
    this.self = self;
    this.forgeries = forgeries;
  }

  /** What is sent next carries {@code value} in this field, a MAC or IP address or a number. */
  public Guest forging(Field field, String value) {
    Bits bits =
        field.width() == 48
            ? MacAddress.parse(value).bits()
            : field.width() >= 32 ? IpAddress.parse(value).bits() : Bits.of(Long.decode(value));
    List<Forgery> all = new ArrayList<>(forgeries);
    all.add(new Forgery(field, bits));
    return new Guest(net, self, all);
  }

  /** Asks who has an IPv4 address (RFC 826). */
  public Sent arp(String address) {
    return sends(arp(1, self.address(false), IpAddress.parse(address)));
  }

  /** Asks whether anybody has its own address, before it uses it (RFC 5227). */
  public Sent probesItsAddress() {
    return sends(arp(1, IpAddress.v4(0), self.address(false)));
  }

  private Packet arp(int operation, IpAddress sender, IpAddress target) {
    return frame(MacAddress.BROADCAST, Match.ETH_ARP)
        .with(Field.ARP_OP, operation)
        .with(Field.ARP_SHA, self.mac().bits())
        .with(Field.ARP_SPA, sender.bits())
        .with(Field.ARP_TPA, target.bits());
  }

  /** An echo request to another port's first address, as if its MAC were known already. */
  public Sent ping(String port) {
    Identity to = net.identity(port);
    IpAddress destination = to.addresses().get(0);
    return sends(ip(self.address(destination.isV6()), destination, to.mac()), port);
  }

  /** An echo reply to another port's first address, asked for or not. */
  public Sent pongs(String port) {
    Identity to = net.identity(port);
    IpAddress destination = to.addresses().get(0);
    Packet ping = ip(self.address(destination.isV6()), destination, to.mac());
    return sends(
        destination.isV6() ? ping.with(Field.ICMPV6_TYPE, 129) : ping.with(Field.ICMPV4_TYPE, 0),
        port);
  }

  /** A datagram to everybody. */
  public Sent broadcast() {
    return sends(
        udp(self.address(false), IpAddress.v4(0xffff_ffffL), MacAddress.BROADCAST, 5000, 5001));
  }

  /** DHCPDISCOVER (RFC 2131). */
  public Sent discoversDhcp() {
    return sends(udp(IpAddress.v4(0), IpAddress.v4(0xffff_ffffL), MacAddress.BROADCAST, 68, 67));
  }

  /** Duplicate address detection for its first IPv6 address (RFC 4862). */
  public Sent detectsDuplicates() {
    return sends(solicitation(IpAddress.v6(0, 0), self.address(true)));
  }

  /** Asks who has an IPv6 address (RFC 4861). */
  public Sent solicits(String address) {
    return sends(
        solicitation(self.address(true), IpAddress.parse(address))
            .with(Field.ND_SLL, self.mac().bits()));
  }

  /** Tells a port that it has its first IPv6 address (RFC 4861). */
  public Sent advertisesTo(String port) {
    Identity to = net.identity(port);
    IpAddress own = self.address(true);
    return sends(
        ip(own, to.address(true), to.mac())
            .with(Field.ICMPV6_TYPE, NEIGHBOUR_ADVERTISEMENT)
            .with(Field.ND_TARGET, own.bits())
            .with(Field.ND_TLL, self.mac().bits()),
        port);
  }

  /** Any packet. */
  public Sent sends(Packet packet) {
    return sends(packet, "");
  }

  private Sent sends(Packet honest, String to) {
    Packet packet = honest;
    for (Forgery f : forgeries) {
      packet = packet.with(f.field(), f.value());
    }
    return Sent.through(net, self.port(), packet, to);
  }

  /** To the solicited-node group of the target (RFC 4291). */
  private Packet solicitation(IpAddress source, IpAddress target) {
    long group = target.bits().low() & 0xff_ffff;
    return ip(
            source,
            IpAddress.v6(0xff02L << 48, 0x1_ff00_0000L | group),
            new MacAddress(0x3333_ff00_0000L | group))
        .with(Field.ICMPV6_TYPE, NEIGHBOUR_SOLICITATION)
        .with(Field.ND_TARGET, target.bits());
  }

  private Packet udp(IpAddress source, IpAddress destination, MacAddress to, int from, int port) {
    return ip(source, destination, to)
        .with(Field.IP_PROTO, Match.PROTO_UDP)
        .with(Field.ICMPV4_TYPE, 0)
        .with(Field.UDP_SRC, from)
        .with(Field.UDP_DST, port);
  }

  private Packet ip(IpAddress source, IpAddress destination, MacAddress to) {
    return source.isV6()
        ? frame(to, Match.ETH_IPV6)
            .with(Field.IP_PROTO, Match.PROTO_ICMPV6)
            .with(Field.ICMPV6_TYPE, 128)
            .with(Field.IPV6_SRC, source.bits())
            .with(Field.IPV6_DST, destination.bits())
        : frame(to, Match.ETH_IPV4)
            .with(Field.IP_PROTO, PROTO_ICMP)
            .with(Field.ICMPV4_TYPE, 8)
            .with(Field.IPV4_SRC, source.bits())
            .with(Field.IPV4_DST, destination.bits());
  }

  private Packet frame(MacAddress to, int type) {
    return Packet.EMPTY
        .with(Field.ETH_SRC, self.mac().bits())
        .with(Field.ETH_DST, to.bits())
        .with(Field.ETH_TYPE, type);
  }
}
