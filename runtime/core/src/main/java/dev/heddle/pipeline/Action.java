package dev.heddle.pipeline;

import dev.heddle.model.Bits;
import java.util.List;

/**
 * One step of what a flow does, in canonical form. A flow without actions drops. New kinds of
 * action are added here and in every {@link Visitor}, so the compiler finds who must learn them.
 */
public sealed interface Action
    permits Action.Set,
        Action.Move,
        Action.Output,
        Action.ToSender,
        Action.Resubmit,
        Action.GotoTable,
        Action.PushVlan,
        Action.PopVlan,
        Action.DecTtl,
        Action.Conjunction,
        Action.GroupRef,
        Action.Meter,
        Action.Clone,
        Learn,
        Track,
        Punt {

  <R> R accept(Visitor<R> visitor);

  /** One method per kind of action. */
  interface Visitor<R> {
    R set(Set set);

    R move(Move move);

    R output(Output output);

    R toSender(ToSender toSender);

    R resubmit(Resubmit resubmit);

    R gotoTable(GotoTable gotoTable);

    R pushVlan(PushVlan push);

    R popVlan(PopVlan pop);

    R decTtl(DecTtl decTtl);

    R conjunction(Conjunction conjunction);

    R group(GroupRef group);

    R meter(Meter meter);

    R clone(Clone clone);

    R learn(Learn learn);

    R track(Track track);

    R punt(Punt punt);
  }

  /**
   * Writes {@code value} into the bits {@code mask} of a wire field (ovs-actions(7), set_field).
   */
  record Set(Wire wire, Bits value, Bits mask) implements Action {

    public Set {
      if (!wire.isWritable()
          || mask.isZero()
          || mask.width() > wire.width()
          || !value.andNot(mask).isZero()) {
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
      if (!to.isWritable()
          || width < 1
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

    /** The highest number that an interface has. */
    public static final int LAST = 0xfeff;

    public Output {
      if (port < 1 || port > LAST) {
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

  /**
   * Puts an empty 802.1Q tag (0x8100, VID 0) before what there is; {@link Field#VLAN_VID} fills it.
   */
  record PushVlan() implements Action {

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.pushVlan(this);
    }

    @Override
    public String toString() {
      return "push vlan";
    }
  }

  /** Takes the outermost tag off, which a match or an action before it must have shown. */
  record PopVlan() implements Action {

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.popVlan(this);
    }

    @Override
    public String toString() {
      return "pop vlan";
    }
  }

  /**
   * Takes one from the TTL or hop limit. At 1 or 0 the packet goes no further in this table. IP
   * only.
   */
  record DecTtl() implements Action {

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.decTtl(this);
    }

    @Override
    public String toString() {
      return "dec ttl";
    }
  }

  /**
   * Clause {@code clause} of {@code of} is met, of the conjunction {@code id}: once all are met, by
   * flows of one table and priority, the table is searched again with {@link Field#CONJ_ID}
   * (ovs-fields(7), Conjunctive Match Fields). Stands beside other clauses only.
   *
   * @param id 1 to 2^32 - 1, of one use in its table
   * @param clause 1 to {@code of}
   * @param of 2 to 64
   */
  record Conjunction(long id, int clause, int of) implements Action {

    public Conjunction {
      if (id < 1 || id > 0xffff_ffffL || clause < 1 || clause > of || of < 2 || of > 64) {
        throw new IllegalArgumentException(
            "no clause " + clause + " of " + of + " of conjunction " + id);
      }
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.conjunction(this);
    }

    @Override
    public String toString() {
      return "conjunction(" + id + "," + clause + "/" + of + ")";
    }
  }

  /** Runs a {@link Group} on a copy of the packet. */
  record GroupRef(long id) implements Action {

    public GroupRef {
      Group.checkId(id);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.group(this);
    }

    @Override
    public String toString() {
      return "group " + id;
    }
  }

  /** Drops what exceeds a meter, 1 to 0xffff0000; always the first action. */
  record Meter(long id) implements Action {

    public Meter {
      check(id);
    }

    static void check(long id) {
      if (id < 1 || id > 0xffff_0000L) {
        throw new IllegalArgumentException("a meter is 1 to 0xffff0000, not " + id);
      }
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.meter(this);
    }

    @Override
    public String toString() {
      return "meter " + id;
    }
  }

  /**
   * Does {@code actions} to a copy; what they change is not seen behind it (ovs-actions(7), clone).
   */
  record Clone(List<Action> actions) implements Action {

    public Clone {
      actions = ActionList.nested(actions);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.clone(this);
    }

    @Override
    public String toString() {
      return "clone" + actions;
    }
  }
}
