package dev.heddle.shell;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Inspection;
import dev.heddle.pipeline.SwapOrder;
import dev.heddle.pipeline.SwapReport;
import dev.heddle.pipeline.SwapReport.Difference;
import dev.heddle.pipeline.SwapReport.Outcome;
import dev.heddle.show.Audit;
import dev.heddle.show.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Puts the version of a feature that waits in the place of the one that is here. */
@Service
@Command(
    scope = "pipeline",
    name = "swap",
    description = "Swaps a feature for its other version, node by node, or back if one refuses")
public final class PipelineSwap extends Answering {

  @Reference Inspection inspection;

  @Argument(
      index = 0,
      name = "FEATURE",
      required = true,
      description = "a feature with two versions")
  @Completion(WaitingCompleter.class)
  String feature;

  @Option(name = "--dry-run", description = "shows the difference and does nothing")
  boolean dryRun;

  @Option(name = "--first", description = "how many nodes get it first (1)")
  @Completion(
      value = StringsCompleter.class,
      values = {"1", "2", "10"})
  int first = 1;

  @Option(name = "--each", description = "how many get it in each wave then (0: all the rest)")
  @Completion(
      value = StringsCompleter.class,
      values = {"0", "1", "10"})
  int each;

  @Option(name = "--seconds", description = "how long a wave may take to be confirmed (30)")
  @Completion(
      value = StringsCompleter.class,
      values = {"30", "120"})
  int seconds = 30;

  @Override
  Answer answer() {
    SwapReport report = inspection.swap(new SwapOrder(feature, dryRun, first, each, seconds));
    if (!dryRun) {
      Audit.did(
          Operator.actor(),
          "pipeline:swap",
          "Feature/" + feature,
          report.outcome() + " " + said(report));
    }
    if (report.outcome() == Outcome.REFUSED && report.failing().isEmpty()) {
      throw new IllegalArgumentException(report.sentence());
    }
    return new Answer(text(report), tree(report));
  }

  private String text(SwapReport report) {
    List<List<String>> rows = new ArrayList<>();
    report
        .nodes()
        .forEach(
            (node, d) ->
                rows.add(
                    List.of(
                        node.name(),
                        wave(report, node),
                        Integer.toString(d.added()),
                        Integer.toString(d.changed()),
                        Integer.toString(d.removed()))));
    StringBuilder text =
        new StringBuilder(
            new Table(List.of("NODE", "WAVE", "ADDED", "CHANGED", "REMOVED"), rows).toString());
    report
        .failing()
        .forEach((unit, why) -> text.append(unit).append(": ").append(why).append('\n'));
    return text.append("Feature/").append(feature).append(' ').append(said(report)) + "\n";
  }

  private static String said(SwapReport report) {
    String done =
        switch (report.outcome()) {
          case DRY_RUN -> "not swapped: dry run";
          case REFUSED -> "not swapped: ";
          case DONE -> "swapped";
          case ROLLED_BACK -> "not swapped, all is as before: ";
        };
    return done + report.sentence();
  }

  /** A node in no wave was away, or its wave did not come. */
  private static String wave(SwapReport report, Id<Node> node) {
    List<List<Id<Node>>> waves = report.waves();
    for (int i = 0; i < waves.size(); i++) {
      if (waves.get(i).contains(node)) {
        return String.valueOf(i + 1);
      }
    }
    return "-";
  }

  private ObjectNode tree(SwapReport report) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("feature", feature).put("outcome", report.outcome().name());
    tree.put("sentence", report.sentence());
    ObjectNode nodes = tree.putObject("nodes");
    for (Map.Entry<Id<Node>, Difference> e : report.nodes().entrySet()) {
      Difference d = e.getValue();
      nodes
          .putObject(e.getKey().name())
          .put("wave", wave(report, e.getKey()))
          .put("added", d.added())
          .put("changed", d.changed())
          .put("removed", d.removed());
    }
    ObjectNode failing = tree.putObject("failing");
    report.failing().forEach(failing::put);
    return tree;
  }
}
