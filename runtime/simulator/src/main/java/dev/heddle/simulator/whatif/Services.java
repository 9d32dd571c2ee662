package dev.heddle.simulator.whatif;

import dev.heddle.expression.Clause;
import dev.heddle.expression.Clause.Service;
import dev.heddle.expression.Masked;
import dev.heddle.model.Bits;
import dev.heddle.model.RefusedException;
import dev.heddle.pipeline.Match;
import dev.heddle.policy.Acl;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Protocols and ports cut so that no rule can tell apart what is in one piece: for TCP and UDP
 * always, for other protocols where a rule names them, and for echo requests.
 */
public final class Services {

  /** So many different choices of ports of one protocol in all rules. */
  private static final int MOST_CHOICES = 1000;

  private static final int MOST_RANGES_SHOWN = 4;
  private static final int LAST_PORT = 65535;
  private static final int FIRST_OF_CLIENTS = 32768;

  /** Ports from the first to the last. */
  public record Range(int first, int last) {}

  /**
   * Ports that no rule tells apart; of ICMP a type or a code, of other protocols nothing.
   *
   * @param text for people; empty if these are all there are
   * @param one of them, the one that a packet is sent with
   */
  public record Ports(String text, List<Range> ranges, int one) {

    static Ports only(int value) {
      return new Ports("", List.of(new Range(value, value)), value);
    }

    public boolean contain(int port) {
      return ranges.stream().anyMatch(r -> r.first <= port && port <= r.last);
    }
  }

  /**
   * One piece.
   *
   * @param source ports of TCP, UDP or SCTP, type of ICMP
   * @param destination ports, or code of ICMP
   */
  public record Piece(int protocol, Ports source, Ports destination) {

    /** For people: {@code tcp from 53 to 80}. */
    @Override
    public String toString() {
      String name = NAMES.getOrDefault(protocol, "protocol " + protocol);
      String from = source.text.isEmpty() ? "" : " from " + source.text;
      String to =
          destination.text.isEmpty() ? "" : (from.isEmpty() ? " " : " to ") + destination.text;
      return name + from + to;
    }

    boolean isOf(boolean v6) {
      return protocol != (v6 ? Match.PROTO_ICMP : Match.PROTO_ICMPV6);
    }

    boolean isWithin(Service s) {
      return s.protocol() == protocol
          && s.source().contains(Bits.of(source.one))
          && s.destination().contains(Bits.of(destination.one));
    }

    Piece answer() {
      return new Piece(protocol, destination, source);
    }

    boolean hasPorts() {
      return protocol == Match.PROTO_TCP
          || protocol == Match.PROTO_UDP
          || protocol == Match.PROTO_SCTP;
    }
  }

  private static final Map<Integer, String> NAMES =
      Map.of(
          Match.PROTO_TCP, "tcp",
          Match.PROTO_UDP, "udp",
          Match.PROTO_SCTP, "sctp",
          Match.PROTO_ICMP, "icmp4 echo",
          Match.PROTO_ICMPV6, "icmp6 echo");

  private Services() {}

  /**
   * @throws RefusedException if the rules name too many ports
   */
  static List<Piece> of(Collection<Acl> acls) {
    boolean bothWays = acls.stream().anyMatch(a -> a.action() == Acl.Verdict.ALLOW_STATELESS);
    Set<List<Service>> clauses =
        acls.stream()
            .flatMap(a -> a.match().stream())
            .map(Clause::services)
            .collect(Collectors.toSet());
    Set<Integer> protocols = new TreeSet<>(Set.of(Match.PROTO_TCP, Match.PROTO_UDP));
    clauses.forEach(c -> c.forEach(s -> protocols.add(s.protocol())));
    List<Piece> all = new ArrayList<>();
    for (int protocol : protocols) {
      switch (protocol) {
        case Match.PROTO_TCP, Match.PROTO_UDP, Match.PROTO_SCTP ->
            ported(protocol, clauses, bothWays, all);
        case Match.PROTO_ICMP, Match.PROTO_ICMPV6 -> {}
        default -> all.add(new Piece(protocol, Ports.only(0), Ports.only(0)));
      }
    }
    all.add(new Piece(Match.PROTO_ICMP, Ports.only(8), Ports.only(0)));
    all.add(new Piece(Match.PROTO_ICMPV6, Ports.only(128), Ports.only(0)));
    return all;
  }

  /**
   * @param bothWays rules look at answers by their own ports, too
   */
  private static void ported(
      int protocol, Set<List<Service>> clauses, boolean bothWays, List<Piece> all) {
    Set<Set<Masked>> from = new HashSet<>();
    Set<Set<Masked>> to = new HashSet<>();
    for (List<Service> clause : clauses) {
      List<Service> own = clause.stream().filter(s -> s.protocol() == protocol).toList();
      from.addAll(choices(own, Service::destination, Service::source));
      to.addAll(choices(own, Service::source, Service::destination));
    }
    if (bothWays) {
      from.addAll(to);
      to.addAll(from);
    }
    List<Ports> sources = pieces(from, FIRST_OF_CLIENTS);
    for (Ports destination : pieces(to, 1)) {
      sources.forEach(source -> all.add(new Piece(protocol, source, destination)));
    }
  }

  /** For each condition on one end, the ports of which the other may be. */
  private static Collection<Set<Masked>> choices(
      List<Service> clause, Function<Service, Masked> one, Function<Service, Masked> other) {
    return clause.stream()
        .collect(Collectors.groupingBy(one, Collectors.mapping(other, Collectors.toSet())))
        .values();
  }

  /** Each with a port from {@code wanted} on, if it has one there. */
  private static List<Ports> pieces(Set<Set<Masked>> choices, int wanted) {
    List<BitSet> asked =
        choices.stream()
            .filter(c -> c.stream().noneMatch(Masked::isAny))
            .map(Services::ports)
            .toList();
    if (asked.size() > MOST_CHOICES) {
      throw new RefusedException(
          "model",
          "rules ask for "
              + asked.size()
              + " different choices of ports of one protocol; at most "
              + MOST_CHOICES
              + " are tried");
    }
    Map<BitSet, List<Range>> ranges = new LinkedHashMap<>();
    BitSet last = null;
    int first = 1;
    for (int port = 1; port <= LAST_PORT + 1; port++) {
      BitSet met = port > LAST_PORT ? null : met(asked, port);
      if (last != null && !last.equals(met)) {
        ranges.computeIfAbsent(last, m -> new ArrayList<>()).add(new Range(first, port - 1));
        first = port;
      }
      last = met;
    }
    List<Ports> pieces = new ArrayList<>();
    ranges.forEach(
        (met, of) ->
            pieces.add(
                new Ports(
                    asked.isEmpty() ? "" : met.isEmpty() ? "other ports" : shown(of),
                    of,
                    one(of, wanted))));
    return pieces;
  }

  private static BitSet ports(Set<Masked> choice) {
    BitSet ports = new BitSet(LAST_PORT + 1);
    for (Masked m : choice) {
      int mask = (int) m.mask().low();
      int value = (int) m.value().low();
      for (int port = 1; port <= LAST_PORT; port++) {
        if ((port & mask) == value) {
          ports.set(port);
        }
      }
    }
    return ports;
  }

  private static BitSet met(List<BitSet> asked, int port) {
    BitSet met = new BitSet(asked.size());
    for (int i = 0; i < asked.size(); i++) {
      if (asked.get(i).get(port)) {
        met.set(i);
      }
    }
    return met;
  }

  private static int one(List<Range> ranges, int wanted) {
    return ranges.stream()
        .filter(r -> r.last >= wanted)
        .findFirst()
        .map(r -> Math.max(r.first, wanted))
        .orElse(ranges.get(0).first);
  }

  private static String shown(List<Range> ranges) {
    return ranges.stream()
            .limit(MOST_RANGES_SHOWN)
            .map(r -> r.first == r.last ? "" + r.first : r.first + "-" + r.last)
            .collect(Collectors.joining(","))
        + (ranges.size() > MOST_RANGES_SHOWN ? ",... (" + ranges.size() + " ranges)" : "");
  }
}
