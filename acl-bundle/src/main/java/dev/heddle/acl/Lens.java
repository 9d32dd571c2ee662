package dev.heddle.acl;

import static dev.heddle.pipeline.Field.CLOSED;
import static dev.heddle.pipeline.Field.CT_INV;
import static dev.heddle.pipeline.Field.DECIDED;
import static dev.heddle.pipeline.Field.DRAINS;
import static dev.heddle.pipeline.Field.JUDGING;
import static dev.heddle.pipeline.Field.LENS;
import static dev.heddle.pipeline.Field.PASSED;
import static dev.heddle.pipeline.Field.VERDICT;

import dev.heddle.model.Bits;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowDraft;

/** What is looked at when something is judged; its number stands in the register LENS. */
enum Lens {
  /** The first packet of the connection that a packet belongs to, whatever that packet is. */
  CONNECTION(1),
  /** A packet of IP by itself. */
  PACKET(2),
  /** ARP, neighbour discovery and whatever is not IP. */
  LINK(3);

  static final int REJECT = 0;
  static final int ALLOW = 1;
  static final int ALLOW_STATELESS = 2;
  static final int DROP = 3;

  /** Of JUDGING, always zero: tells the flows of conjunctions from others. */
  private static final Bits NEVER = Bits.of(1 << 15);

  private final int number;

  Lens(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  /** Begins judging by this. */
  FlowDraft begin(FlowDraft draft, boolean closed) {
    return draft.set(JUDGING, at(LENS, number).or(at(CLOSED, closed ? 1 : 0)));
  }

  /** Matches what is judged by this, while neither a rule nor, in this tier, a pass was met. */
  FlowDraft undecided(FlowDraft draft, int tier, boolean clause) {
    Bits mask = mask(LENS).or(mask(DECIDED)).or(passed(tier));
    draft.match(JUDGING, at(LENS, number), clause ? mask.or(NEVER) : mask);
    return this == CONNECTION ? draft.match(CT_INV, 0) : draft;
  }

  static FlowDraft pass(FlowDraft draft, int tier) {
    return written(draft, passed(tier), passed(tier));
  }

  static FlowDraft decide(FlowDraft draft, int verdict, boolean drains) {
    return written(
        draft,
        at(DECIDED, 1).or(at(VERDICT, verdict)).or(at(DRAINS, drains ? 1 : 0)),
        mask(DECIDED).or(mask(VERDICT)).or(mask(DRAINS)));
  }

  private static FlowDraft written(FlowDraft draft, Bits value, Bits mask) {
    int up = JUDGING.offset();
    return draft.then(new Action.Set(JUDGING.wire(), value.shiftLeft(up), mask.shiftLeft(up)));
  }

  private static Bits passed(int tier) {
    return Bits.of(1L << PASSED.offset() - JUDGING.offset() + tier);
  }

  private static Bits at(Field bits, long value) {
    return Bits.of(value << bits.offset() - JUDGING.offset());
  }

  private static Bits mask(Field bits) {
    return bits.mask().shiftRight(JUDGING.offset());
  }
}
