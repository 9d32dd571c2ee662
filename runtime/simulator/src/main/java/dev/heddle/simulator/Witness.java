package dev.heddle.simulator;

/**
 * Looks on while scenarios send their packets. Real switches are one: they get the same packets
 * with the same flows, and say so if they do anything else. Then every statement of a scenario
 * holds on them too.
 */
public interface Witness {

  /** A packet is about to be sent through these switches, which remember this. */
  void begins(Plan plan, Memory memory);

  /**
   * What became of it in the simulator.
   *
   * @throws AssertionError if it is not what the witness sees
   */
  void saw(Fabric.Run run);

  /** Sees nothing. */
  Witness NOBODY =
      new Witness() {
        @Override
        public void begins(Plan plan, Memory memory) {
          // nothing to prepare
        }

        @Override
        public void saw(Fabric.Run run) {
          // nothing to compare
        }
      };

  /** From now on this one sees what this thread sends, until another takes its place. */
  static void is(Witness witness) {
    Attention.OF_THREAD.set(witness);
  }

  /** Whoever looks on this thread. */
  static Witness present() {
    return Attention.OF_THREAD.get();
  }

  /** Where the witness of each thread is kept: a scenario's text does not name it. */
  final class Attention {
    private static final ThreadLocal<Witness> OF_THREAD = ThreadLocal.withInitial(() -> NOBODY);

    private Attention() {}
  }
}
