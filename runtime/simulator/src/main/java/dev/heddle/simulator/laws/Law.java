package dev.heddle.simulator.laws;

import java.util.Optional;

/** What must hold of any history of any features. */
public enum Law {
  /** What was computed change by change is what a controller computes that sees it all at once. */
  FULL("incremental is equal to full"),
  /** Each transaction undone, from the last to the first: the flows are those from before it. */
  UNDO("done and undone is as before"),
  /** Transactions that touch no common object may come in any order. */
  ORDER("the order of independent transactions makes no difference"),
  /** A transaction again changes and tells nothing, a history again ends at the same flows. */
  TWICE("twice is once"),
  /** A controller that starts on what another kept goes on with the same bytes. */
  RESTART("a restart changes nothing");

  private final String sentence;

  Law(String sentence) {
    this.sentence = sentence;
  }

  /** How it was broken, if it was: a sentence that begins with {@link #broken()}. */
  public Optional<String> broken(Trial trial) {
    return how(trial).map(this::told);
  }

  private Optional<String> how(Trial trial) {
    return switch (this) {
      case FULL -> Full.broken(trial);
      case UNDO -> Undo.broken(trial);
      case ORDER -> Order.broken(trial);
      case TWICE -> Twice.broken(trial);
      case RESTART -> Restart.broken(trial);
    };
  }

  String told(String how) {
    return broken() + how;
  }

  /** How every message begins that says this law is broken. */
  public String broken() {
    return "Law " + name() + " broken, " + sentence + ": ";
  }
}
