package dev.heddle.pipeline;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Operand.Constant;
import dev.heddle.pipeline.Operand.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Puts a flow into a table of the same switch, made from the packet at hand (ovs-actions(7),
 * learn). The flow replaces one with the same key.
 *
 * @param idleTimeout seconds without a packet after which it goes, 0 to 65535; 0 never
 * @param hardTimeout seconds after which it goes in any case, 0 to 65535; 0 never
 * @param cookie the cookie of what is learned; {@link Cookie#learned} makes one that sessions spare
 * @param withLearner it goes when the last flow that learns with this table and cookie goes
 * @param specs what it matches and does, matches first
 */
public record Learn(
    int table,
    int priority,
    int idleTimeout,
    int hardTimeout,
    long cookie,
    boolean withLearner,
    List<Spec> specs)
    implements Action {

  /** One part of the flow to be learned. */
  public sealed interface Spec {}

  /** It matches {@code field}, in these bits, with this value. */
  public record Matches(Slice field, Operand value) implements Spec {
    public Matches {
      sameWidth(field, value);
    }
  }

  /** It writes this value into these bits. */
  public record Loads(Operand value, Slice field) implements Spec {
    public Loads {
      sameWidth(field, value);
      if (!field.wire().isWritable() || field.wire().isOfConnection()) {
        throw new IllegalArgumentException(field + " cannot be loaded");
      }
    }
  }

  /** It sends the packet out of the port that is in {@code port} now. */
  public record Outputs(Slice port) implements Spec {}

  public Learn {
    new FlowKey(table, priority, Match.ALL);
    second(idleTimeout);
    second(hardTimeout);
    List<Spec> ordered = new ArrayList<>(specs.size());
    specs.stream().filter(Matches.class::isInstance).forEach(ordered::add);
    specs.stream().filter(s -> !(s instanceof Matches)).forEach(ordered::add);
    specs = List.copyOf(ordered);
    if (specs.stream().distinct().count() < specs.size()) {
      throw new IllegalArgumentException("learns one thing twice: " + specs);
    }
    flow(specs, table, priority, cookie, slice -> Bits.ZERO); // constants that contradict
  }

  private static void sameWidth(Slice field, Operand value) {
    if (field.width() != value.width()) {
      throw new IllegalArgumentException(field + " and " + value + " differ in width");
    }
  }

  private static void second(int timeout) {
    if (timeout < 0 || timeout > 0xffff) {
      throw new IllegalArgumentException("a timeout is 0 to 65535 seconds, not " + timeout);
    }
  }

  /** What is learned from a packet in which each slice reads as {@code packet} says. */
  public Flow flow(Function<Slice, Bits> packet) {
    return flow(specs, table, priority, cookie, packet);
  }

  private static Flow flow(
      List<Spec> specs, int table, int priority, long cookie, Function<Slice, Bits> packet) {
    List<Term> terms = new ArrayList<>();
    List<Action> actions = new ArrayList<>();
    for (Spec spec : specs) {
      if (spec instanceof Matches m) {
        Bits value = value(m.value(), packet).shiftLeft(m.field().offset());
        terms.add(new Term(m.field().wire(), value, m.field().mask()));
      } else if (spec instanceof Loads l) {
        Bits value = value(l.value(), packet).shiftLeft(l.field().offset());
        actions.add(new Action.Set(l.field().wire(), value, l.field().mask()));
      } else if (spec instanceof Outputs o) {
        port(packet.apply(o.port())).ifPresent(actions::add);
      }
    }
    return new Flow(new FlowKey(table, priority, Match.of(terms)), cookie, actions);
  }

  private static Bits value(Operand operand, Function<Slice, Bits> packet) {
    return operand instanceof Slice slice ? packet.apply(slice) : ((Constant) operand).value();
  }

  /** No action for what is no port, as in OVS. */
  private static Optional<Action> port(Bits number) {
    return number.isZero() || number.width() > 16 || number.low() > Action.Output.LAST
        ? Optional.empty()
        : Optional.of(new Action.Output((int) number.low()));
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.learn(this);
  }

  @Override
  public String toString() {
    return "learn(table="
        + table
        + ",priority="
        + priority
        + (idleTimeout == 0 ? "" : ",idle_timeout=" + idleTimeout)
        + (hardTimeout == 0 ? "" : ",hard_timeout=" + hardTimeout)
        + (withLearner ? ",delete_learned" : "")
        + ",cookie="
        + Cookie.text(cookie)
        + specs.stream().map(Learn::text).collect(Collectors.joining())
        + ")";
  }

  private static String text(Spec spec) {
    if (spec instanceof Matches m) {
      return "," + m.field() + "=" + m.value();
    }
    return spec instanceof Loads l
        ? ",load:" + l.value() + "->" + l.field()
        : ",output:" + ((Outputs) spec).port();
  }

  /** Begins an action that learns into a table; see {@link Builder}. */
  public static Builder into(int table, int priority, long cookie) {
    return new Builder(table, priority, cookie);
  }

  /** Collects what is learned by role name. */
  public static final class Builder {

    private final int table;
    private final int priority;
    private final long cookie;
    private final List<Spec> specs = new ArrayList<>();
    private int idle;
    private int hard;
    private boolean withLearner;

    private Builder(int table, int priority, long cookie) {
      this.table = table;
      this.priority = priority;
      this.cookie = cookie;
    }

    /** The learned flow matches {@code field} with this value, and what the field presupposes. */
    public Builder match(Field field, long value) {
      presuppose(field);
      return add(new Matches(Slice.of(field), new Constant(Bits.of(value), field.width())));
    }

    /** The learned flow matches {@code field} with what {@code from} is in the packet. */
    public Builder match(Field field, Field from) {
      presuppose(field);
      return add(new Matches(Slice.of(field), Slice.of(from)));
    }

    private void presuppose(Field field) {
      for (Term t : Match.builder().match(field, Bits.ZERO, Bits.ZERO).build().terms()) {
        Slice bits = new Slice(t.wire(), t.lowestBit(), t.mask().width() - t.lowestBit());
        add(new Matches(bits, new Constant(t.value().shiftRight(bits.offset()), bits.width())));
      }
    }

    public Builder load(long value, Field to) {
      return add(new Loads(new Constant(Bits.of(value), to.width()), Slice.of(to)));
    }

    public Builder load(Field from, Field to) {
      return add(new Loads(Slice.of(from), Slice.of(to)));
    }

    public Builder output(Field port) {
      return add(new Outputs(Slice.of(port)));
    }

    private Builder add(Spec spec) {
      if (!specs.contains(spec)) {
        specs.add(spec);
      }
      return this;
    }

    /** Seconds without a packet. */
    public Builder idle(int seconds) {
      idle = seconds;
      return this;
    }

    /** Seconds in all. */
    public Builder hard(int seconds) {
      hard = seconds;
      return this;
    }

    /** What is learned goes when the last flow goes that learns it. */
    public Builder withLearner() {
      withLearner = true;
      return this;
    }

    public Learn build() {
      return new Learn(table, priority, idle, hard, cookie, withLearner, specs);
    }
  }
}
