package dev.heddle.expression;

import dev.heddle.expression.Expression.Direction;
import dev.heddle.expression.Expression.In;
import dev.heddle.expression.Expression.Is;
import dev.heddle.expression.Lexer.Token;
import dev.heddle.model.Text;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a condition is about, as it was written: a field or bits of it, a flag, or one of the
 * packet's ports. Exactly one of the three is not null.
 */
record Subject(String text, Token name, Slice slice, Flag flag, Direction direction) {

  private static final Map<String, Object> KNOWN = new HashMap<>();

  static {
    for (Symbol s : Symbol.values()) {
      KNOWN.put(s.toString(), s);
    }
    for (Flag f : Flag.values()) {
      KNOWN.put(f.toString(), f);
    }
    for (Direction d : Direction.values()) {
      KNOWN.put(d.toString(), d);
    }
  }

  /** What OVN knows and expressions here do not, with the reason. */
  private static final Map<String, String> REFUSED =
      Map.of(
          "ct(\\..*|_.*|)",
          "is state of a connection, which is the business of the action:"
              + " allow lets the replies of what it allows pass",
          "(x{0,2}reg\\d*|flags|pkt)(\\..*|)",
          "is state of the pipeline, not of the packet",
          "is_chassis_resident",
          "tells where a port is, which no rule depends on",
          "ip\\.ecn|ip6\\.label|rarp\\..*|icmp[46]\\.frag_mtu",
          "is known to OVN, but cannot be compared here");

  /** The field, flag or port of this name. */
  static Subject named(String text, Token name) {
    Object known = KNOWN.get(name.text());
    if (known instanceof Symbol symbol) {
      return new Subject(text, name, Slice.of(symbol), null, null);
    }
    if (known instanceof Flag flag) {
      return new Subject(text, name, null, flag, null);
    }
    if (known instanceof Direction direction) {
      return new Subject(text, name, null, null, direction);
    }
    for (Map.Entry<String, String> refused : REFUSED.entrySet()) {
      if (name.text().length() <= 64 && name.text().matches(refused.getKey())) {
        throw Lexer.error(text, name.at(), "'" + name.text() + "' " + refused.getValue());
      }
    }
    throw Lexer.error(text, name.at(), unknown(name.text()));
  }

  /** Some bits of this, which must be a field: {@code [low..high]}. */
  Subject bits(Token low, Token high) {
    if (slice == null) {
      throw Lexer.error(text, name.at(), "'" + name.text() + "' has no bits to choose from");
    }
    int from = bit(low);
    int to = bit(high);
    if (from > to) {
      throw Lexer.error(text, low.at(), "the lower bit comes first: [" + to + ".." + from + "]");
    }
    return new Subject(text, name, new Slice(slice.symbol(), from, to - from + 1), null, null);
  }

  private int bit(Token t) {
    int most = slice.width() - 1;
    if (!t.text().matches("\\d{1,3}") || Integer.parseInt(t.text()) > most) {
      throw Lexer.error(text, t.at(), slice + " has bits 0 to " + most + ", found " + t.shown());
    }
    return Integer.parseInt(t.text());
  }

  /** The condition that mentioning this is: for a flag or a single bit. */
  Expression alone() {
    if (flag != null) {
      return new Is(flag);
    }
    if (slice != null && slice.width() == 1) {
      return new In(slice, List.of(Masked.exact(1, 1)), List.of());
    }
    throw Lexer.error(
        text,
        name.at(),
        slice == null
            ? direction + " is compared with ports, as in " + direction + " == \"name\""
            : slice.symbol() == Symbol.IP_FRAG
                ? "ip.frag has 2 bits: write ip.is_frag, ip.first_frag or ip.later_frag"
                : slice + " is compared with something, as in " + slice + " == ...");
  }

  private static String unknown(String name) {
    String known =
        Stream.of(Symbol.values(), Flag.values(), Direction.values())
            .flatMap(Arrays::stream)
            .map(Object::toString)
            .filter(k -> distance(k, name) <= Math.max(1, k.length() / 3))
            .min(Comparator.comparing(k -> distance(k, name)))
            .map(k -> "; did you mean " + k + "?")
            .orElse("; names are such as ip4.src, tcp.dst, icmp4, inport");
    return "'" + Text.shown(name) + "' is not known" + known;
  }

  /** How many letters must be put in, taken out or changed to make {@code b} of {@code a}. */
  private static int distance(String a, String b) {
    if (Math.abs(a.length() - b.length()) > a.length()) {
      return Integer.MAX_VALUE; // of which the right one could not be guessed, however long it is
    }
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
