package dev.heddle.laws.policy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a generated rule asks of a packet: whether it holds, and how the match language says it. The
 * two are written side by side, so that what reads the text can be held to what was meant.
 */
interface Condition {

  /**
   * @param sets members of address sets, as prefixes
   */
  boolean holds(Datagram d, Map<String, Set<String>> sets);

  /** Text of the match language, fit to stand in a conjunction. */
  String text();

  enum End {
    SOURCE("src"),
    DESTINATION("dst");

    private final String word;

    End(String word) {
      this.word = word;
    }

    String address(Datagram d) {
      return this == SOURCE ? d.source() : d.destination();
    }

    int port(Datagram d) {
      return this == SOURCE ? d.from() : d.to();
    }
  }

  record Ip() implements Condition {
    @Override
    public boolean holds(Datagram d, Map<String, Set<String>> sets) {
      return true;
    }

    @Override
    public String text() {
      return "ip";
    }
  }

  record Protocol(int number) implements Condition {
    private static final Map<Integer, String> NAMES =
        Map.of(
            Datagram.ICMP, "icmp4",
            Datagram.TCP, "tcp",
            Datagram.UDP, "udp",
            Datagram.ICMPV6, "icmp6",
            Datagram.SCTP, "sctp");

    @Override
    public boolean holds(Datagram d, Map<String, Set<String>> sets) {
      return d.protocol() == number;
    }

    @Override
    public String text() {
      return NAMES.get(number);
    }
  }

  /** One of the prefixes, all of one family, or of the members of a set, has the address. */
  record In(End end, boolean v6, List<String> prefixes, List<String> setNames)
      implements Condition {
    @Override
    public boolean holds(Datagram d, Map<String, Set<String>> sets) {
      String address = end.address(d);
      return d.v6() == v6
          && (prefixes.stream().anyMatch(p -> covers(p, address))
              || setNames.stream()
                  .flatMap(s -> sets.getOrDefault(s, Set.of()).stream())
                  .anyMatch(p -> covers(p, address)));
    }

    @Override
    public String text() {
      List<String> all = new java.util.ArrayList<>(prefixes);
      setNames.forEach(s -> all.add("$" + s));
      return (v6 ? "ip6." : "ip4.") + end.word + " == {" + String.join(", ", all) + "}";
    }

    private static boolean covers(String prefix, String address) {
      int slash = prefix.indexOf('/');
      byte[] network = Datagram.bytes(slash < 0 ? prefix : prefix.substring(0, slash));
      byte[] host = Datagram.bytes(address);
      if (network.length != host.length) {
        return false;
      }
      int length = slash < 0 ? network.length * 8 : Integer.parseInt(prefix.substring(slash + 1));
      for (int bit = 0; bit < length; bit++) {
        int mask = 0x80 >> bit % 8;
        if ((network[bit / 8] & mask) != (host[bit / 8] & mask)) {
          return false;
        }
      }
      return true;
    }
  }

  /** The port that begins it is in a group; of what is begun to a port only. */
  record Peer(String group) implements Condition {

    /** Under this name the addresses of a group's ports stand among the sets. */
    static String named(String group) {
      return "@" + group;
    }

    @Override
    public boolean holds(Datagram d, Map<String, Set<String>> sets) {
      return sets.getOrDefault(named(group), Set.of()).contains(d.source());
    }

    @Override
    public String text() {
      return "(ip && inport == @" + group + ")";
    }
  }

  record Ports(int protocol, End end, int low, int high) implements Condition {
    @Override
    public boolean holds(Datagram d, Map<String, Set<String>> sets) {
      int port = end.port(d);
      return d.protocol() == protocol && low <= port && port <= high;
    }

    @Override
    public String text() {
      String field = new Protocol(protocol).text() + "." + end.word;
      return low == high ? field + " == " + low : low + " <= " + field + " <= " + high;
    }
  }

  record Not(Condition of) implements Condition {

    /** Of a field that a packet lacks nothing holds, neither the one nor the opposite. */
    @Override
    public boolean holds(Datagram d, Map<String, Set<String>> sets) {
      if (of instanceof Ports p) {
        return d.protocol() == p.protocol() && !p.holds(d, sets);
      }
      if (of instanceof In in) {
        return d.v6() == in.v6() && !in.holds(d, sets);
      }
      return !of.holds(d, sets);
    }

    @Override
    public String text() {
      return "!(" + of.text() + ")";
    }
  }

  record All(List<Condition> parts) implements Condition {
    @Override
    public boolean holds(Datagram d, Map<String, Set<String>> sets) {
      return parts.stream().allMatch(p -> p.holds(d, sets));
    }

    @Override
    public String text() {
      return parts.stream().map(Condition::text).collect(Collectors.joining(" && ", "(", ")"));
    }
  }

  record Any(List<Condition> parts) implements Condition {
    @Override
    public boolean holds(Datagram d, Map<String, Set<String>> sets) {
      return parts.stream().anyMatch(p -> p.holds(d, sets));
    }

    @Override
    public String text() {
      return parts.stream().map(Condition::text).collect(Collectors.joining(" || ", "(", ")"));
    }
  }
}
