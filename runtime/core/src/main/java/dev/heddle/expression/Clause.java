package dev.heddle.expression;

import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Match;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A conjunction over dimensions: a packet is meant if it meets every dimension, and it meets a
 * dimension by one of its members. Where a dimension is a list of lists, as {@link #sources}, each
 * of the outer ones must be met; more than one is there only if named sets are intersected. A
 * dimension without conditions is empty.
 *
 * <p>Prerequisites of OpenFlow are all in it: with addresses the type is IPv4 or IPv6, with
 * services it is one of them, and so on. What a flow cannot match by mask is given value by value.
 *
 * @param etherType the Ethernet type, of a packet with a VLAN tag the one behind it; empty for any
 * @param inports where the packet entered
 * @param outports where it goes out
 * @param sources IP source addresses of the clause's family
 * @param destinations IP destination addresses of the clause's family
 * @param services protocols and their ports
 * @param fields other header fields, and what each may be
 */
public record Clause(
    OptionalInt etherType,
    List<Ports> inports,
    List<Ports> outports,
    List<Addresses> sources,
    List<Addresses> destinations,
    List<Service> services,
    SortedMap<Field, List<Masked>> fields) {

  public Clause {
    inports = List.copyOf(inports);
    outports = List.copyOf(outports);
    sources = List.copyOf(sources);
    destinations = List.copyOf(destinations);
    services = List.copyOf(services);
    fields = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(fields));
  }

  /**
   * One of these ports, or of the members of these groups.
   *
   * @param ports names, sorted
   * @param groups names of port groups, sorted
   */
  public record Ports(List<String> ports, List<String> groups) {}

  /**
   * One of these addresses, or of the members of these sets that are of the clause's family.
   *
   * @param literals 32 bits wide or 128, by the clause's family
   * @param sets names of address sets, sorted
   */
  public record Addresses(List<Masked> literals, List<String> sets) {}

  /**
   * An IP protocol and its ports.
   *
   * @param protocol 0 to 255
   * @param source source port, 16 bits; of ICMP the type, 8 bits, one or any
   * @param destination destination port, 16 bits; of ICMP the code, 8 bits, one or any
   */
  public record Service(int protocol, Masked source, Masked destination) {

    /** Adds these conditions to a match that has the clause's Ethernet type. */
    public void addTo(Match.Builder match) {
      match.match(Field.IP_PROTO, protocol);
      if (!source.isAny() || !destination.isAny()) {
        match.match(sourceField(), source.value(), source.mask());
        match.match(destinationField(), destination.value(), destination.mask());
      }
    }

    private Field sourceField() {
      return switch (protocol) {
        case Match.PROTO_TCP -> Field.TCP_SRC;
        case Match.PROTO_UDP -> Field.UDP_SRC;
        case Match.PROTO_SCTP -> Field.SCTP_SRC;
        case Match.PROTO_ICMP -> Field.ICMPV4_TYPE;
        default -> Field.ICMPV6_TYPE;
      };
    }

    private Field destinationField() {
      return switch (protocol) {
        case Match.PROTO_TCP -> Field.TCP_DST;
        case Match.PROTO_UDP -> Field.UDP_DST;
        case Match.PROTO_SCTP -> Field.SCTP_DST;
        case Match.PROTO_ICMP -> Field.ICMPV4_CODE;
        default -> Field.ICMPV6_CODE;
      };
    }
  }

  /** How many members its dimensions have together, at least 1: what it costs as a conjunction. */
  public int size() {
    int sum = services.size();
    for (Ports p : inports) {
      sum += p.ports().size() + p.groups().size();
    }
    for (Ports p : outports) {
      sum += p.ports().size() + p.groups().size();
    }
    for (Addresses a : sources) {
      sum += a.literals().size() + a.sets().size();
    }
    for (Addresses a : destinations) {
      sum += a.literals().size() + a.sets().size();
    }
    for (List<Masked> values : fields.values()) {
      sum += values.size();
    }
    return Math.max(sum, 1);
  }

  /** The clause of a box, whose Ethernet type is this one. */
  static Clause of(OptionalInt etherType, Box box, List<Service> services) {
    SortedMap<Field, List<Masked>> fields = new TreeMap<>();
    Map<Axis, List<Choice>> axes = box.axes();
    axes.forEach(
        (axis, choices) -> {
          if (isOther(axis)) {
            List<Masked> values = choices.get(0).values();
            fields.put(axis.field, axis.maskable ? values : Cubes.expanded(values, axis.width));
          }
        });
    return new Clause(
        etherType,
        ports(axes, Axis.IN_PORT),
        ports(axes, Axis.OUT_PORT),
        addresses(axes, Axis.IP4_SRC, Axis.IP6_SRC),
        addresses(axes, Axis.IP4_DST, Axis.IP6_DST),
        services,
        fields);
  }

  static boolean isOther(Axis axis) {
    return switch (axis) {
      case ETH_TYPE, SERVICE, IN_PORT, OUT_PORT, IP4_SRC, IP4_DST, IP6_SRC, IP6_DST -> false;
      default -> true;
    };
  }

  private static List<Ports> ports(Map<Axis, List<Choice>> axes, Axis axis) {
    return axes.getOrDefault(axis, List.of()).stream()
        .map(c -> new Ports(signed(c, '"'), signed(c, '@')))
        .toList();
  }

  private static List<Addresses> addresses(Map<Axis, List<Choice>> axes, Axis v4, Axis v6) {
    List<Addresses> all = new ArrayList<>();
    for (Axis axis : List.of(v4, v6)) {
      axes.getOrDefault(axis, List.of())
          .forEach(c -> all.add(new Addresses(c.values(), signed(c, '$'))));
    }
    return all;
  }

  private static List<String> signed(Choice c, char sign) {
    return c.names().stream().filter(n -> n.charAt(0) == sign).map(n -> n.substring(1)).toList();
  }
}
