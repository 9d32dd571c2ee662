package dev.heddle.simulator;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.Flow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What became of one packet, lookup by lookup, in the order of the switches' doing. */
public record Trace(List<Step> steps) {

  public Trace {
    steps = List.copyOf(steps);
  }

  /**
   * One lookup and what the flow it found did.
   *
   * @param depth how many resubmits it is inside of
   * @param packet as it was looked up
   * @param met the flows of highest priority that match: none is a miss, which drops; of several
   *     the first was taken, and a switch may take another
   * @param notes what an action did other than its name says
   * @param outputs the ports that took a copy from this flow, in order; {@link #SENDER} for the one
   *     it came by
   */
  public record Step(
      Id<Node> node,
      int table,
      int depth,
      Packet packet,
      List<Flow> met,
      List<String> notes,
      List<Integer> outputs) {

    /** "To sender", as OpenFlow numbers it. */
    public static final int SENDER = 0xfff8;

    public Step {
      met = List.copyOf(met);
      notes = List.copyOf(notes);
      outputs = List.copyOf(outputs);
    }

    public Optional<Flow> flow() {
      return met.stream().findFirst();
    }

    /** Which flow is taken depends on the switch, and it makes a difference. */
    public boolean isAmbiguous() {
      return met.stream().map(Flow::actions).distinct().count() > 1;
    }
  }

  /** Gives names to what a trace has numbers for. */
  public interface Legend {
    /** A stage, or whose joint a table is. */
    String stage(int table);

    /** The unit and the objects behind a cookie. */
    String owner(long cookie);
  }

  public List<Step> ambiguous() {
    return steps.stream().filter(Step::isAmbiguous).toList();
  }

  /** One line per lookup, with what it did; joints are left out where they only lead on. */
  public String text(Legend legend) {
    List<String> lines = new ArrayList<>();
    Optional<Id<Node>> node = Optional.empty();
    for (Step s : steps) {
      if (!node.equals(Optional.of(s.node()))) {
        node = Optional.of(s.node());
        lines.add("on " + s.node().name() + ": " + s.packet());
      }
      lines.add(
          "  ".repeat(s.depth())
              + String.format("%3d %-18s ", s.table(), legend.stage(s.table()))
              + s.flow().map(f -> shown(f, legend)).orElse("no flow matches -> drop"));
      s.notes().forEach(n -> lines.add("  ".repeat(s.depth()) + " ".repeat(24) + n));
      if (s.isAmbiguous()) {
        s.met().stream().skip(1).forEach(f -> lines.add("    or just as well: " + f));
      }
    }
    return String.join("\n", lines);
  }

  private static String shown(Flow f, Legend legend) {
    String actions =
        f.actions().isEmpty()
            ? "drop"
            : f.actions().stream().map(Object::toString).collect(Collectors.joining(", "));
    return String.format(
        "%5d %s -> %s  (%s %s)",
        f.key().priority(),
        f.key().match(),
        actions,
        Cookie.text(f.cookie()),
        legend.owner(f.cookie()));
  }
}
