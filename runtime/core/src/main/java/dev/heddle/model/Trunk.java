package dev.heddle.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a port is that has no interface of its own: inside the interface of another port, under a
 * VLAN.
 *
 * @param tag 1 to 4094
 */
public record Trunk(Id<LogicalPort> parent, int tag) {

  /** No frame carries more tags than this; longer chains are somebody's mistake. */
  private static final int DEEPEST = 8;

  /** What is wrong with a port's parents: they lead in a circle, or on and on. */
  public static final Fact<Id<LogicalPort>, Optional<String>> FAULT =
      new Fact<>("trunk-fault", 1, Trunk::fault);

  /**
   * Reads what a user wrote of a child port.
   *
   * @throws RefusedException if the parent or a tag in range is missing
   */
  static Trunk of(String spec, String parent, Integer tag) {
    if (parent == null || parent.isEmpty()) {
      throw new RefusedException(spec + "parent", "the name of a LogicalPort is expected");
    }
    if (tag == null || tag < 1 || tag > 4094) {
      throw new RefusedException(spec + "tag", "a VLAN from 1 to 4094 is expected");
    }
    return new Trunk(LogicalPort.KIND.id(parent), tag);
  }

  private static Optional<String> fault(Id<LogicalPort> id, View view) {
    List<String> line = new ArrayList<>();
    Optional<Id<LogicalPort>> at = Optional.of(id);
    while (at.isPresent()) {
      String name = at.get().name();
      int before = line.indexOf(name);
      line.add(name);
      if (before >= 0) {
        return Optional.of(
            "The parents form a cycle: "
                + String.join(" in ", line.subList(before, line.size()))
                + ".");
      }
      if (line.size() > DEEPEST) {
        return Optional.of("More than " + DEEPEST + " ports are inside one another.");
      }
      at = view.get(at.get()).flatMap(LogicalPort::trunk).map(Trunk::parent);
    }
    return Optional.empty();
  }
}
