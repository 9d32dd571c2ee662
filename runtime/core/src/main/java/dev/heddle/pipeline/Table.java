package dev.heddle.pipeline;

/** OpenFlow table numbers: 0 to 253; OVS keeps 254 to itself, 255 means all tables. */
final class Table {

  static final int LAST = 253;

  private Table() {}

  static int check(int table) {
    if (table < 0 || table > LAST) {
      throw new IllegalArgumentException("a table is 0 to " + LAST + ", not " + table);
    }
    return table;
  }
}
