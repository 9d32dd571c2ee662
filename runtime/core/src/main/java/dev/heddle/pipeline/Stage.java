package dev.heddle.pipeline;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * A place in the pipeline with a permanent table number and a contract: what its flows match, what
 * they write, where they lead. {@link FlowDraft} refuses what is outside it.
 *
 * @param name in capitals for the spine, with a prefix of its own for a third party's
 * @param table 4k in the spine; 4k + 2 for a third party's stage behind spine stage 4k
 * @param matches registers that its flows may match; packet fields are free
 * @param writes registers and packet fields that its flows may change
 * @param reaches tables other than its joint that its flows may lead to
 * @param mandatory what no flow matches is dropped; otherwise it goes straight on
 * @param placed its flows may name what differs by node: ports and tunnels
 * @param beside a table that one feature keeps to itself: it has no joint, and only flows that name
 *     it lead there
 * @param purpose one line for the list of stages
 */
public record Stage(
    String name,
    int table,
    Set<Field> matches,
    Set<Field> writes,
    Set<Integer> reaches,
    boolean mandatory,
    boolean placed,
    boolean beside,
    String purpose) {

  public Stage {
    Table.check(table);
    matches = copy(matches);
    writes = copy(writes);
    reaches = Set.copyOf(reaches);
  }

  private static Set<Field> copy(Set<Field> fields) {
    EnumSet<Field> copy = EnumSet.noneOf(Field.class);
    copy.addAll(fields);
    return Collections.unmodifiableSet(copy);
  }

  /** A stage that matches and writes nothing yet, and lets pass what it has no flow for. */
  public static Stage at(String name, int table, String purpose) {
    return new Stage(name, table, Set.of(), Set.of(), Set.of(), false, false, false, purpose);
  }

  /**
   * A table that one feature keeps to itself, 200 to 253. Only flows that name it lead there, and
   * what it does not match goes no further in it.
   */
  public static Stage beside(String name, int table, String purpose) {
    if (table < 200) {
      throw new IllegalArgumentException("a table beside the path is 200 or more, not " + table);
    }
    return new Stage(name, table, Set.of(), Set.of(), Set.of(), false, false, true, purpose);
  }

  /** A third party's stage right behind a stage of the spine, in the slot kept for it. */
  public static Stage after(Stage spine, String name, String purpose) {
    return at(name, spine.table + 2, purpose);
  }

  public Stage matches(Field... fields) {
    return new Stage(
        name, table, Set.of(fields), writes, reaches, mandatory, placed, beside, purpose);
  }

  public Stage writes(Field... fields) {
    return new Stage(
        name, table, matches, Set.of(fields), reaches, mandatory, placed, beside, purpose);
  }

  public Stage reaches(Integer... tables) {
    return new Stage(
        name, table, matches, writes, Set.of(tables), mandatory, placed, beside, purpose);
  }

  /** What no flow matches is dropped. */
  public Stage dropping() {
    return new Stage(name, table, matches, writes, reaches, true, placed, beside, purpose);
  }

  /** Its flows differ by node. */
  public Stage byNode() {
    return new Stage(name, table, matches, writes, reaches, mandatory, true, beside, purpose);
  }

  /** The table with one flow that leads from here to the next stage in use. */
  public int joint() {
    if (beside) {
      throw new ContractException("stage " + name + " is beside the path: nothing is next");
    }
    return table + 1;
  }

  /** Begins a flow of this stage. */
  public FlowDraft flow(int priority) {
    return new FlowDraft(this, priority);
  }
}
