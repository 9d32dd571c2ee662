package dev.heddle.openflow.channel;

import java.util.List;

/** What became of a commit. */
public sealed interface BundleOutcome {

  /**
   * Nothing, if all changes are in force.
   *
   * @throws SwitchFailure with the first reason otherwise
   */
  default void require() {
    if (this instanceof Rejected r) {
      throw new SwitchFailure("the switch says " + r.refusals().get(0).text());
    }
  }

  /** All changes are in force. */
  record Accepted(int changes) implements BundleOutcome {}

  /**
   * Nothing was applied, for these reasons: the first 100 of them, at least one. Of meters those
   * that are not named were.
   */
  record Rejected(List<Refusal> refusals) implements BundleOutcome {

    public Rejected {
      refusals = List.copyOf(refusals);
    }
  }

  /**
   * One reason.
   *
   * @param index of the change in the list that was committed; {@link #WHOLE} if it is about the
   *     bundle as such
   * @param type OFPET_* of the switch's error message; {@link #UNSENT} if it never got so far
   * @param code depends on type
   * @param text for people
   */
  record Refusal(int index, int type, int code, String text) {

    public static final int WHOLE = -1;
    public static final int UNSENT = -1;
  }
}
