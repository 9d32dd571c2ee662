package dev.heddle.pipeline;

/** OpenFlow table numbers: 0 to 253; OVS keeps 254 to itself, 255 means all tables. */
final class Table {

  static final int LAST = 253;

  /** Those that switches fill themselves, by learning: affinity, NAT, MACs, neighbours. */
  private static final int FIRST_LEARNED = 200;

  private static final int LAST_LEARNED = 203;

  private Table() {}

  static boolean isLearned(int table) {
    return table >= FIRST_LEARNED && table <= LAST_LEARNED;
  }

  static int check(int table) {
    if (table < 0 || table > LAST) {
      throw new IllegalArgumentException("a table is 0 to " + LAST + ", not " + table);
    }
    return table;
  }
}
