package dev.heddle.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The tables in which policy is judged, beside the path: one for what a port begins and one for
 * what is begun towards it, each asking the tiers in turn. A tier has two tables, for the upper and
 * the lower half of priorities, so that four verdicts of one priority have places of their own
 * among the 65,536 of OpenFlow.
 */
public final class Policy {

  /** Of one half of a tier, by its direction. */
  private static final int FROM = 220;

  private static final int TO = 230;
  private static final int TIERS = 4;
  private static final int HALF = 16384;

  /** Groups of the port that is asked about, of the one at the other end, and sets of addresses. */
  public static final List<Field> SUBJECTS =
      List.of(Field.SUBJECT_1, Field.SUBJECT_2, Field.SUBJECT_3, Field.SUBJECT_4);

  public static final List<Field> PEERS =
      List.of(Field.PEER_1, Field.PEER_2, Field.PEER_3, Field.PEER_4);

  public static final List<Field> SOURCES =
      List.of(Field.SOURCE_1, Field.SOURCE_2, Field.SOURCE_3, Field.SOURCE_4);

  public static final List<Field> DESTINATIONS =
      List.of(Field.DESTINATION_1, Field.DESTINATION_2, Field.DESTINATION_3, Field.DESTINATION_4);

  /** Scratch: dead at the end of a stage, but for the verdict on a packet that is not tracked. */
  static final Field[] WRITTEN =
      Stream.of(
              Stream.of(Field.ZONE, Field.PEER, Field.RULE, Field.JUDGING, Field.CT_STATE),
              Stream.of(Field.CT_DRAINS, Field.CT_PEER),
              SUBJECTS.stream(),
              PEERS.stream(),
              SOURCES.stream(),
              DESTINATIONS.stream())
          .flatMap(s -> s)
          .flatMap(f -> Stream.of(f))
          .toArray(Field[]::new);

  public static final Stage EVALUATE_FROM =
      evaluate("EVALUATE_FROM", 212, FROM, "asks the rules for what a port begins, tier by tier");

  public static final Stage EVALUATE_TO =
      evaluate("EVALUATE_TO", 213, TO, "asks the rules for what is begun to a port, tier by tier");

  public static final Stage PEER_GROUPS =
      Stage.beside("PEER_GROUPS", 214, "the groups of the port at the other end")
          .matches(Field.PEER)
          .writes(WRITTEN);

  public static final Stage SOURCE_SETS =
      Stage.beside("SOURCE_SETS", 215, "the address sets of the source, by longest prefix")
          .matches(Field.LENS, Field.JUDGING, Field.CT_STATE)
          .writes(WRITTEN);

  public static final Stage DESTINATION_SETS =
      Stage.beside(
              "DESTINATION_SETS", 216, "the address sets of the destination, by longest prefix")
          .matches(Field.LENS, Field.JUDGING, Field.CT_STATE)
          .writes(WRITTEN);

  public static final Stage VERDICT_FROM =
      verdict("VERDICT_FROM", 217, 21, "does what was judged of what a port sends");

  public static final Stage VERDICT_TO =
      verdict("VERDICT_TO", 218, 69, "does what was judged of what a port is to get");

  public static final Stage GATE_FROM =
      verdict("GATE_FROM", 219, 13, "what is allowed without a look at connections is not tracked");

  public static final Stage REPORT =
      Stage.beside("REPORT", 228, "tells the controller what rules that log have decided")
          .matches(Field.RULE, Field.JUDGING, Field.CT_STATE);

  public static final Stage GATE_TO =
      verdict("GATE_TO", 229, 65, "what is allowed without a look at connections is not tracked");

  /** All of them. */
  public static final List<Stage> BESIDE = all();

  /** What a flow says with a packet that it rejects: "reject". */
  public static final String REJECTS = "72656a656374";

  /** How what a flow says begins with a packet that it only reports: "log ". */
  public static final String REPORTS = "6c6f6720";

  private Policy() {}

  private static List<Stage> all() {
    List<Stage> all =
        new ArrayList<>(
            List.of(
                EVALUATE_FROM,
                EVALUATE_TO,
                PEER_GROUPS,
                SOURCE_SETS,
                DESTINATION_SETS,
                VERDICT_FROM,
                VERDICT_TO,
                GATE_FROM));
    all.addAll(tiers(true));
    all.add(REPORT);
    all.add(GATE_TO);
    all.addAll(tiers(false));
    return List.copyOf(all);
  }

  private static Stage evaluate(String name, int table, int first, String purpose) {
    Integer[] reached =
        Stream.concat(
                Stream.of(214, 215, 216, 228), Stream.iterate(first, t -> t + 1).limit(2L * TIERS))
            .toArray(Integer[]::new);
    return Stage.beside(name, table, purpose).writes(WRITTEN).reaches(reached);
  }

  private static Stage verdict(String name, int table, int joint, String purpose) {
    return Stage.beside(name, table, purpose)
        .matches(Field.JUDGING, Field.CT_STATE, Field.CT_DRAINS)
        .writes(WRITTEN)
        .reaches(joint);
  }

  /** In the order in which they are asked. */
  public static List<Stage> tiers(boolean from) {
    List<Stage> tiers = new ArrayList<>();
    for (int tier = 0; tier < TIERS; tier++) {
      tiers.add(tier(from, tier, true));
      tiers.add(tier(from, tier, false));
    }
    return tiers;
  }

  private static Stage tier(boolean from, int tier, boolean upper) {
    List<Field> matched =
        new ArrayList<>(
            List.of(
                Field.NETWORK,
                Field.IN_PORT,
                Field.OUT_PORT,
                Field.PEER,
                Field.JUDGING,
                Field.CT_STATE));
    matched.addAll(SUBJECTS);
    matched.addAll(PEERS);
    matched.addAll(SOURCES);
    matched.addAll(DESTINATIONS);
    String half = upper ? "UPPER" : "LOWER";
    return Stage.beside(
            (from ? "FROM_" : "TO_") + tier + "_" + half,
            (from ? FROM : TO) + 2 * tier + (upper ? 0 : 1),
            "rules of tier " + tier + ", priorities " + (upper ? "16384 to 32767" : "1 to 16383"))
        .matches(matched.toArray(Field[]::new))
        .writes(Field.RULE, Field.JUDGING);
  }

  /** Where rules of a tier, 0 to 3, and a priority, 1 to 32767, stand. */
  public static Stage table(boolean from, int tier, int priority) {
    return tier(from, tier, priority >= HALF);
  }

  /**
   * The priority of flows in that table.
   *
   * @param rank 0 to 3: among rules of one priority the higher goes first
   */
  public static int priority(int priority, int rank) {
    return priority % HALF * 4 + rank;
  }
}
