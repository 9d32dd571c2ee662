package dev.heddle.pipeline;

import java.nio.charset.StandardCharsets;

/**
 * The 64 bits that tie a flow to its owner: 16 bits owner number (a feature, by name, kept in the
 * store), 48 bits hash of the unit that made it. The same unit gives the same cookie on every node,
 * controller and restart.
 */
public final class Cookie {

  /** The owner number of what switches learn; no feature has it. */
  private static final int LEARNED = 0xffff;

  private static final long UNIT_MASK = (1L << 48) - 1;

  private Cookie() {}

  /** Owner number, 1 to 65534, and the name of a unit. */
  public static long of(int owner, String unit) {
    if (owner < 1 || owner >= LEARNED) {
      throw new IllegalArgumentException("an owner number is 1 to 65534, not " + owner);
    }
    return (long) owner << 48 | hash(unit) & UNIT_MASK;
  }

  /**
   * What a switch learns carries this: an owner number that no feature has, and a name of the
   * learner's choice. A session leaves such flows alone; they go by their timeouts, or with their
   * learner.
   */
  public static long learned(String name) {
    return (long) LEARNED << 48 | hash(name) & UNIT_MASK;
  }

  /** True of a flow that a switch learned: anybody may write such a cookie, but not anywhere. */
  public static boolean isLearned(int table, long cookie) {
    return isLearned(cookie) && Table.isLearned(table);
  }

  /** True of a cookie made by {@link #learned}, wherever it stands. */
  public static boolean isLearned(long cookie) {
    return owner(cookie) == LEARNED;
  }

  public static int owner(long cookie) {
    return (int) (cookie >>> 48);
  }

  /** As ovs-ofctl prints it. */
  public static String text(long cookie) {
    return "0x" + Long.toHexString(cookie);
  }

  /** FNV-1a, 64 bits, then mixed; fixed for ever since cookies outlive controllers. */
  private static long hash(String text) {
    long h = 0xcbf29ce484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      h = (h ^ b & 0xff) * 0x100000001b3L;
    }
    h = (h ^ h >>> 33) * 0xff51afd7ed558ccdL;
    return h ^ h >>> 33;
  }
}
