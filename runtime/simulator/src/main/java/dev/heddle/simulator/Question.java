package dev.heddle.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.MacAddress;
import dev.heddle.model.Network;
import dev.heddle.model.RefusedException;
import dev.heddle.model.Text;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A packet as somebody asks for it: an echo request between two ports unless its fields say
 * otherwise, with what the ports have been given for addresses.
 *
 * @param from the port that sends
 */
public record Question(Id<LogicalPort> from, Packet packet) {

  private static final int MOST_FIELDS = 64;
  private static final Map<String, String> ALSO =
      Map.of(
          "eth_dst", "dl_dst", "eth_src", "dl_src", "eth_type", "dl_type", "ip_proto", "nw_proto");

  /** A port's addresses. */
  private record End(MacAddress mac, List<IpAddress> addresses, String network) {

    Optional<IpAddress> of(boolean v6) {
      return addresses.stream().filter(a -> a.isV6() == v6).findFirst();
    }
  }

  /**
   * @param from a LogicalPort's name
   * @param to another one's, or an IP address; empty for everybody on the switch
   * @param fields by the names that ovs-ofctl(8) has, with values as it writes them; they come over
   *     what follows from the ports
   * @throws RefusedException naming what cannot be meant: {@code from}, {@code to} or a field
   */
  public static Question of(Network network, String from, String to, Map<String, String> fields) {
    End sender = end(network, "from", from);
    if (fields.size() > MOST_FIELDS) {
      throw new RefusedException("packet", "at most " + MOST_FIELDS + " fields are expected");
    }
    Packet packet = between(network, sender, to);
    for (Map.Entry<String, String> f : fields.entrySet()) {
      Wire wire = wire(f.getKey());
      Bits value = value(wire, f.getKey(), f.getValue());
      packet = implied(packet, wire, sender).with(wire, value);
    }
    return new Question(LogicalPort.KIND.id(from), packet);
  }

  private static End end(Network network, String path, String port) {
    ObjectNode spec =
        network
            .get(LogicalPort.KIND.name(), port)
            .orElseThrow(
                () ->
                    new RefusedException(path, "there is no LogicalPort named " + Text.shown(port)))
            .document()
            .spec();
    List<IpAddress> addresses = new ArrayList<>();
    for (var a : spec.path("addresses")) {
      if (!a.asText().equals("unknown")) {
        addresses.add(IpAddress.parse(a.asText()));
      }
    }
    MacAddress mac =
        spec.has("mac") ? MacAddress.parse(spec.get("mac").asText()) : new MacAddress(0);
    return new End(mac, addresses, spec.path("switch").asText());
  }

  private static Packet between(Network network, End sender, String to) {
    Packet frame = Packet.EMPTY.with(Wire.ETH_SRC, sender.mac.bits());
    if (to.isEmpty()) {
      return frame.with(Wire.ETH_DST, MacAddress.BROADCAST.bits());
    }
    if (!to.matches("[0-9a-fA-F.:]*[.:][0-9a-fA-F.:]*")) {
      End receiver = end(network, "to", to);
      Packet addressed = frame.with(Wire.ETH_DST, receiver.mac.bits());
      for (boolean v6 : new boolean[] {false, true}) {
        if (sender.of(v6).isPresent() && receiver.of(v6).isPresent()) {
          return echo(addressed, sender.of(v6).get(), receiver.of(v6).get());
        }
      }
      return addressed;
    }
    IpAddress address;
    try {
      address = IpAddress.parse(to);
    } catch (IllegalArgumentException e) {
      throw new RefusedException("to", e.getMessage());
    }
    Optional<IpAddress> own = sender.of(address.isV6());
    if (own.isEmpty()) {
      throw new RefusedException("to", "the sender has no address of this family");
    }
    MacAddress mac = owner(network, sender.network, address).orElse(MacAddress.BROADCAST);
    return echo(frame.with(Wire.ETH_DST, mac.bits()), own.get(), address);
  }

  private static Optional<MacAddress> owner(Network network, String on, IpAddress address) {
    return network.list(LogicalPort.KIND.name()).stream()
        .map(s -> s.document().spec())
        .filter(spec -> spec.path("switch").asText().equals(on) && spec.has("mac"))
        .filter(
            spec -> {
              for (var a : spec.path("addresses")) {
                if (!a.asText().equals("unknown") && IpAddress.parse(a.asText()).equals(address)) {
                  return true;
                }
              }
              return false;
            })
        .map(spec -> MacAddress.parse(spec.get("mac").asText()))
        .findFirst();
  }

  private static Packet echo(Packet frame, IpAddress from, IpAddress to) {
    return from.isV6()
        ? frame
            .with(Field.ETH_TYPE, Match.ETH_IPV6)
            .with(Field.IP_PROTO, Match.PROTO_ICMPV6)
            .with(Field.IP_TTL, 64)
            .with(Field.ICMPV6_TYPE, 128)
            .with(Field.IPV6_SRC, from.bits())
            .with(Field.IPV6_DST, to.bits())
        : frame
            .with(Field.ETH_TYPE, Match.ETH_IPV4)
            .with(Field.IP_PROTO, Match.PROTO_ICMP)
            .with(Field.IP_TTL, 64)
            .with(Wire.ICMPV4_TYPE, Bits.of(8))
            .with(Field.IPV4_SRC, from.bits())
            .with(Field.IPV4_DST, to.bits());
  }

  /** A TCP port means TCP, and so on: what else the packet must be to have the field. */
  private static Packet implied(Packet packet, Wire wire, End sender) {
    return switch (wire) {
      case TCP_SRC, TCP_DST, TCP_FLAGS -> protocol(packet, Match.PROTO_TCP);
      case UDP_SRC, UDP_DST -> protocol(packet, Match.PROTO_UDP);
      case SCTP_SRC, SCTP_DST -> protocol(packet, Match.PROTO_SCTP);
      case ARP_OP, ARP_SPA, ARP_TPA, ARP_SHA, ARP_THA -> arp(packet, sender);
      default -> packet;
    };
  }

  private static Packet protocol(Packet packet, int protocol) {
    return packet
        .with(Wire.ICMPV4_TYPE, Bits.ZERO)
        .with(Wire.ICMPV6_TYPE, Bits.ZERO)
        .with(Field.IP_PROTO, protocol);
  }

  private static Packet arp(Packet packet, End sender) {
    if (packet.get(Wire.ETH_TYPE).low() == Match.ETH_ARP) {
      return packet;
    }
    Packet request =
        Packet.EMPTY
            .with(Wire.ETH_SRC, packet.get(Wire.ETH_SRC))
            .with(Wire.ETH_DST, MacAddress.BROADCAST.bits())
            .with(Field.ETH_TYPE, Match.ETH_ARP)
            .with(Field.ARP_OP, 1)
            .with(Field.ARP_SHA, packet.get(Wire.ETH_SRC));
    return sender.of(false).map(a -> request.with(Field.ARP_SPA, a.bits())).orElse(request);
  }

  private static Wire wire(String name) {
    String own = ALSO.getOrDefault(name, name);
    for (Wire wire : Wire.values()) {
      if (wire.compareTo(Wire.ETH_DST) >= 0 && wire.ovsName().equals(own)) {
        return wire;
      }
    }
    throw new RefusedException(
        "packet." + Text.shown(name),
        "no such field of a packet; ovs-fields(7) has their names, such as nw_dst or tcp_dst");
  }

  private static Bits value(Wire wire, String name, String text) {
    try {
      Bits bits =
          switch (wire) {
            case ETH_SRC, ETH_DST, ARP_SHA, ARP_THA, ND_SLL, ND_TLL ->
                MacAddress.parse(text).bits();
            case IPV4_SRC, IPV4_DST, ARP_SPA, ARP_TPA, IPV6_SRC, IPV6_DST, ND_TARGET ->
                address(wire, text);
            default -> Bits.of(number(text));
          };
      if (bits.width() > wire.width()) {
        throw new IllegalArgumentException("has " + wire.width() + " bits");
      }
      return bits;
    } catch (IllegalArgumentException e) {
      String why = e instanceof NumberFormatException ? "a number is expected" : e.getMessage();
      throw new RefusedException("packet." + name, why);
    }
  }

  private static Bits address(Wire wire, String text) {
    IpAddress address = IpAddress.parse(text);
    if (address.isV6() != (wire.width() == 128)) {
      throw new IllegalArgumentException(
          "an IPv" + (wire.width() == 128 ? 6 : 4) + " address is expected");
    }
    return address.bits();
  }

  private static long number(String text) {
    long number = Long.decode(text);
    if (number < 0) {
      throw new NumberFormatException();
    }
    return number;
  }
}
