package dev.heddle.simulator.whatif;

import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.Node;
import dev.heddle.model.RefusedException;
import dev.heddle.model.Text;
import dev.heddle.pipeline.Match;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A connection that a node's switch tracks.
 *
 * @param zone 0 to 65535
 * @param protocol of IP
 * @param from port of who began it, or type of ICMP
 * @param to port of the other end, or code of ICMP
 * @param mark 32 bits
 * @param label 128 bits
 */
public record Tracked(
    Id<Node> node,
    int zone,
    int protocol,
    IpAddress source,
    IpAddress destination,
    int from,
    int to,
    Bits mark,
    Bits label) {

  private static final Pattern LINE =
      Pattern.compile("([a-z0-9]{1,8}),orig=\\(([^()]*)\\).*?,reply=\\(([^()]*)\\)(.*)");
  private static final Pattern ZONE = Pattern.compile(",zone=(\\d{1,5})\\b");
  private static final Pattern MARK = Pattern.compile(",mark=(\\d{1,10})\\b");
  private static final Pattern LABEL = Pattern.compile(",labels=0x([0-9a-f]{1,32})\\b");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,5}");
  private static final int MOST_ZONE = 65535;
  private static final int MOST_PORT = 65535;
  private static final long MOST_MARK = 0xffffffffL;
  private static final int LONGEST = 1000;
  private static final int HEX_OF_LOW = 16;

  private static final Map<String, Integer> PROTOCOLS =
      Map.of(
          "tcp", Match.PROTO_TCP,
          "udp", Match.PROTO_UDP,
          "sctp", Match.PROTO_SCTP,
          "icmp", Match.PROTO_ICMP,
          "icmpv6", Match.PROTO_ICMPV6);

  boolean v6() {
    return source.isV6();
  }

  /**
   * Reads a line of {@code ovs-appctl dpctl/dump-conntrack}, with or without {@code -s}
   * (ovs-dpctl(8)).
   *
   * @return empty for protocols other than TCP, UDP, SCTP and ICMP, and for what is translated
   * @throws RefusedException if it is no such line
   */
  public static Optional<Tracked> parse(Id<Node> node, String line) {
    Matcher m = LINE.matcher(line.length() > LONGEST ? "" : line);
    if (!m.matches()) {
      throw refused(line);
    }
    Integer protocol = PROTOCOLS.get(m.group(1));
    Map<String, String> first = fields(m.group(2));
    Map<String, String> reply = fields(m.group(3));
    if (protocol == null
        || !first.getOrDefault("src", "").equals(reply.get("dst"))
        || !first.getOrDefault("dst", "").equals(reply.get("src"))) {
      return Optional.empty();
    }
    boolean icmp = protocol == Match.PROTO_ICMP || protocol == Match.PROTO_ICMPV6;
    try {
      IpAddress source = IpAddress.parse(first.get("src"));
      IpAddress destination = IpAddress.parse(first.get("dst"));
      if (source.isV6() != destination.isV6()) {
        throw refused(line);
      }
      return Optional.of(
          new Tracked(
              node,
              (int) bounded(found(ZONE, m.group(4)), MOST_ZONE),
              protocol,
              source,
              destination,
              number(first.get(icmp ? "type" : "sport"), line),
              number(first.get(icmp ? "code" : "dport"), line),
              Bits.of(bounded(found(MARK, m.group(4)), MOST_MARK)),
              found(LABEL, m.group(4)).map(Tracked::hex).orElse(Bits.ZERO)));
    } catch (IllegalArgumentException e) { // of an address or a number
      throw refused(line);
    }
  }

  private static Map<String, String> fields(String tuple) {
    Map<String, String> fields = new HashMap<>();
    for (String field : tuple.split(",")) {
      int equals = field.indexOf('=');
      if (equals > 0) {
        fields.put(field.substring(0, equals), field.substring(equals + 1));
      }
    }
    return fields;
  }

  private static Optional<String> found(Pattern pattern, String text) {
    Matcher m = pattern.matcher(text);
    return m.find() ? Optional.of(m.group(1)) : Optional.empty();
  }

  /** Zero if nothing is said. */
  private static long bounded(Optional<String> digits, long most) {
    long value = digits.map(Long::parseLong).orElse(0L);
    if (value > most) {
      throw new IllegalArgumentException(value + " is over " + most);
    }
    return value;
  }

  private static int number(String text, String line) {
    if (text == null || !NUMBER.matcher(text).matches()) {
      throw refused(line);
    }
    return (int) bounded(Optional.of(text), MOST_PORT);
  }

  private static Bits hex(String digits) {
    int low = Math.max(0, digits.length() - HEX_OF_LOW);
    return new Bits(
        low == 0 ? 0 : Long.parseUnsignedLong(digits.substring(0, low), 16),
        Long.parseUnsignedLong(digits.substring(low), 16));
  }

  private static RefusedException refused(String line) {
    return new RefusedException(
        "connection",
        "'" + Text.shown(line) + "' is not as ovs-appctl dpctl/dump-conntrack writes it");
  }

  /** For people: {@code tcp 10.0.0.11:4711 to 10.0.0.12:80}. */
  @Override
  public String toString() {
    return switch (protocol) {
      case Match.PROTO_ICMP, Match.PROTO_ICMPV6 ->
          "icmp " + source + " to " + destination + " type " + from;
      default ->
          (protocol == Match.PROTO_TCP ? "tcp " : protocol == Match.PROTO_UDP ? "udp " : "sctp ")
              + end(source, from)
              + " to "
              + end(destination, to);
    };
  }

  private static String end(IpAddress a, int port) {
    return a.isV6() ? "[" + a + "]:" + port : a + ":" + port;
  }
}
