package dev.heddle.expression;

import dev.heddle.model.Bits;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Which packets are meant: the condition of a rule, in the language of OVN's ACL matches
 * (ovn-sb(5), Logical_Flow, "match"). Read by {@link Expressions#parse}; {@code toString} is a
 * canonical text that reads as an equal expression.
 *
 * <p>What it means, with {@code negated} telling whether it stands under an odd number of {@link
 * Not}: a comparison holds if the packet has the field ({@link Symbol#requires()}) and the values
 * compare so, or compare otherwise if negated; {@link Is} is true or false of any packet. So {@code
 * !(tcp.dst == 80)} are the TCP packets to other ports, while {@code !tcp} are all packets that are
 * not TCP.
 */
public sealed interface Expression {

  /** {@code 1}, every packet, or {@code 0}, none. */
  record Constant(boolean value) implements Expression {
    @Override
    public String toString() {
      return value ? "1" : "0";
    }
  }

  /** All of these hold; at least two. */
  record And(List<Expression> parts) implements Expression {
    public And {
      parts = atLeastTwo(parts);
    }

    @Override
    public String toString() {
      return joined(parts, " && ");
    }
  }

  /** One of these holds or several; at least two. */
  record Or(List<Expression> parts) implements Expression {
    public Or {
      parts = atLeastTwo(parts);
    }

    @Override
    public String toString() {
      return joined(parts, " || ");
    }
  }

  /** The opposite, see above what that means of comparisons. */
  record Not(Expression part) implements Expression {
    @Override
    public String toString() {
      if (part instanceof Is is) {
        return "!" + is;
      }
      if (part instanceof In in) {
        return in.text("!=");
      }
      return part instanceof PortIn in ? in.text("!=") : "!(" + part + ")";
    }
  }

  /** {@code ip4}, {@code tcp}, {@code eth.mcast}. */
  record Is(Flag flag) implements Expression {
    @Override
    public String toString() {
      return flag.toString();
    }
  }

  /**
   * The field has one of these values: {@code ip4.src == {10.0.0.0/8, $clients}}.
   *
   * @param values sorted, each once
   * @param sets names of address sets, sorted, each once; of their members those of the field's
   *     family count
   */
  record In(Slice slice, List<Masked> values, List<String> sets) implements Expression {
    public In {
      values = values.stream().sorted().distinct().toList();
      sets = sets.stream().sorted().distinct().toList();
      if (values.isEmpty() && sets.isEmpty()) {
        throw new IllegalArgumentException("a set holds at least one value");
      }
      if (!sets.isEmpty() && !(slice.isWhole() && slice.symbol().takesSets())) {
        throw new IllegalArgumentException(slice + " is not compared with sets of addresses");
      }
      for (Masked v : values) {
        if (v.mask().width() > slice.width()) {
          throw new IllegalArgumentException(slice + " has " + slice.width() + " bits: " + v);
        }
      }
    }

    String text(String relation) {
      List<String> all = new ArrayList<>();
      values.forEach(v -> all.add(slice.constant(v)));
      sets.forEach(s -> all.add("$" + s));
      return slice + " " + relation + " " + braced(all);
    }

    @Override
    public String toString() {
      return text("==");
    }
  }

  /** The field's value is {@code low} to {@code high}, both of them included. */
  record Between(Slice slice, Bits low, Bits high) implements Expression {
    public Between {
      if (low.compareTo(high) > 0 || high.width() > slice.width()) {
        throw new IllegalArgumentException(slice + " is never " + low + " to " + high);
      }
    }

    @Override
    public String toString() {
      if (low.isZero()) {
        return slice + " <= " + slice.constant(high);
      }
      return high.equals(Bits.ones(slice.width()))
          ? slice + " >= " + slice.constant(low)
          : slice.constant(low) + " <= " + slice + " <= " + slice.constant(high);
    }
  }

  /**
   * The packet entered by one of these ports ({@code inport}), or goes out of one ({@code
   * outport}).
   *
   * @param names of ports, sorted, each once
   * @param groups names of port groups, sorted, each once
   */
  record PortIn(Direction direction, List<String> names, List<String> groups)
      implements Expression {
    public PortIn {
      names = names.stream().sorted().distinct().toList();
      groups = groups.stream().sorted().distinct().toList();
      if (names.isEmpty() && groups.isEmpty()) {
        throw new IllegalArgumentException("a set holds at least one value");
      }
    }

    String text(String relation) {
      List<String> all = new ArrayList<>();
      names.forEach(p -> all.add('"' + p + '"'));
      groups.forEach(g -> all.add("@" + g));
      return direction + " " + relation + " " + braced(all);
    }

    @Override
    public String toString() {
      return text("==");
    }
  }

  /** Which of a packet's two ports. */
  enum Direction {
    /** Where it entered. */
    IN("inport"),
    /** Where it goes out. */
    OUT("outport");

    private final String text;

    Direction(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** Names of all address sets that this expression refers to. */
  default SortedSet<String> addressSets() {
    return names(
        (part, names) -> {
          if (part instanceof In in) {
            names.addAll(in.sets());
          }
        });
  }

  /** Names of all port groups that this expression refers to. */
  default SortedSet<String> portGroups() {
    return names(
        (part, names) -> {
          if (part instanceof PortIn in) {
            names.addAll(in.groups());
          }
        });
  }

  /** Names of all ports that this expression refers to by themselves. */
  default SortedSet<String> ports() {
    return names(
        (part, names) -> {
          if (part instanceof PortIn in) {
            names.addAll(in.names());
          }
        });
  }

  private SortedSet<String> names(BiConsumer<Expression, SortedSet<String>> namesOf) {
    SortedSet<String> names = new TreeSet<>();
    visit(part -> namesOf.accept(part, names));
    return names;
  }

  /** Calls {@code visitor} with this and all that it is made of. */
  private void visit(Consumer<Expression> visitor) {
    visitor.accept(this);
    if (this instanceof And and) {
      and.parts().forEach(p -> p.visit(visitor));
    } else if (this instanceof Or or) {
      or.parts().forEach(p -> p.visit(visitor));
    } else if (this instanceof Not not) {
      not.part().visit(visitor);
    }
  }

  private static List<Expression> atLeastTwo(List<Expression> parts) {
    if (parts.size() < 2) {
      throw new IllegalArgumentException("two expressions or more are joined");
    }
    return List.copyOf(parts);
  }

  private static String joined(List<Expression> parts, String operator) {
    return parts.stream()
        .map(p -> p instanceof And || p instanceof Or ? "(" + p + ")" : p.toString())
        .collect(Collectors.joining(operator));
  }

  private static String braced(List<String> all) {
    return all.size() == 1 ? all.get(0) : "{" + String.join(", ", all) + "}";
  }
}
