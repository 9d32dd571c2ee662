package dev.heddle.pipeline;

import dev.heddle.model.Bits;

/**
 * One step of what a flow does, in canonical form. A flow without actions drops. New kinds of
 * action are added here and in every {@link Visitor}, so the compiler finds who must learn them.
 */
public sealed interface Action {

  <R> R accept(Visitor<R> visitor);

  /** One method per kind of action. */
  interface Visitor<R> {
    R set(Set set);

    R move(Move move);

    R output(Output output);

    R toSender(ToSender toSender);

    R resubmit(Resubmit resubmit);

    R gotoTable(GotoTable gotoTable);
  }

  /**
   * Writes {@code value} into the bits {@code mask} of a wire field (ovs-actions(7), set_field).
   */
  record Set(Wire wire, Bits value, Bits mask) implements Action {

    public Set {
      if (mask.isZero() || mask.width() > wire.width() || !value.andNot(mask).isZero()) {
        throw new IllegalArgumentException(
            "cannot set " + wire.ovsName() + " to " + value + "/" + mask);
      }
    }

    public static Set of(Field field, Bits value) {
      if (value.width() > field.width()) {
        throw new IllegalArgumentException(
            field + " has " + field.width() + " bits, too few for " + value);
      }
      return new Set(field.wire(), value.shiftLeft(field.offset()), field.mask());
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.set(this);
    }

    @Override
    public String toString() {
      boolean whole = mask.equals(Bits.ones(wire.width()));
      return "set " + wire.ovsName() + "=" + value + (whole ? "" : "/" + mask);
    }
  }

  /**
   * Copies {@code width} bits from one wire field to another, each counted from its lowest bit
   * (ovs-actions(7), move).
   */
  record Move(Wire from, int fromOffset, Wire to, int toOffset, int width) implements Action {

    public Move {
      if (width < 1
          || fromOffset < 0
          || fromOffset + width > from.width()
          || toOffset < 0
          || toOffset + width > to.width()) {
        throw new IllegalArgumentException(
            "cannot move " + width + " bits from " + from + " to " + to);
      }
    }

    public static Move of(Field from, Field to) {
      if (from.width() != to.width()) {
        throw new IllegalArgumentException(from + " and " + to + " differ in width");
      }
      return new Move(from.wire(), from.offset(), to.wire(), to.offset(), from.width());
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.move(this);
    }

    @Override
    public String toString() {
      return "move " + bits(from, fromOffset) + "->" + bits(to, toOffset);
    }

    private String bits(Wire wire, int offset) {
      return wire.ovsName() + "[" + offset + ".." + (offset + width - 1) + "]";
    }
  }

  /** Sends the packet out of an OpenFlow port, 1 to 0xfeff; never out of the one it came in by. */
  record Output(int port) implements Action {

    public Output {
      if (port < 1 || port > 0xfeff) {
        throw new IllegalArgumentException("an OpenFlow port is 1 to 65279, not " + port);
      }
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.output(this);
    }

    @Override
    public String toString() {
      return "output " + port;
    }
  }

  /** Sends the packet back out of the port it came in by (OFPP_IN_PORT). */
  record ToSender() implements Action {

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.toSender(this);
    }

    @Override
    public String toString() {
      return "to sender";
    }
  }

  /** Looks the packet up in another table and comes back (ovs-actions(7), resubmit). */
  record Resubmit(int table) implements Action {

    public Resubmit {
      Table.check(table);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.resubmit(this);
    }

    @Override
    public String toString() {
      return "resubmit " + table;
    }
  }

  /** Goes on in a later table; always the last action (OpenFlow 1.3, goto_table instruction). */
  record GotoTable(int table) implements Action {

    public GotoTable {
      Table.check(table);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.gotoTable(this);
    }

    @Override
    public String toString() {
      return "goto " + table;
    }
  }
}
