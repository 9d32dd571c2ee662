package dev.heddle.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network;
import dev.heddle.model.RefusedException;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.Inspection;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Policy;
import dev.heddle.pipeline.Spine;
import dev.heddle.pipeline.Stage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What becomes of a packet by the flows that are wanted now, for consoles and REST. Switches are
 * taken to remember nothing: it is the first packet of its connection, and no address was learned.
 */
public final class Finding {

  private static final Set<Integer> TIERS =
      Stream.concat(Policy.tiers(true).stream(), Policy.tiers(false).stream())
          .map(Stage::table)
          .collect(Collectors.toUnmodifiableSet());

  private static final Set<Integer> VERDICTS =
      Set.of(Policy.VERDICT_FROM.table(), Policy.VERDICT_TO.table());

  private final Packet sent;
  private final Plan plan;
  private final Fabric.Run run;
  private final Trace.Legend legend;

  /** The rule that had the last word, if one had. */
  private final Optional<String> rule;

  private Finding(
      Packet sent, Plan plan, Fabric.Run run, Trace.Legend legend, Optional<String> rule) {
    this.sent = sent;
    this.plan = plan;
    this.run = run;
    this.legend = legend;
    this.rule = rule;
  }

  /**
   * Sends the packet.
   *
   * @throws RefusedException if the port that sends is plugged in nowhere
   */
  public static Finding of(
      Question question, Network network, DesiredFlows flows, Inspection inspection) {
    Plan plan = Plan.of(network, flows);
    Plan.Plug at =
        plan.plug(question.from())
            .orElseThrow(
                () ->
                    new RefusedException(
                        "from", "no node has an interface of " + question.from().name()));
    Fabric.Run run = plan.fabric().send(at.node(), at.ofPort(), question.packet());
    Names names = new Names(inspection).knowing(run.trace());
    return new Finding(question.packet(), plan, run, names, rule(run.trace(), network, inspection));
  }

  private static Optional<String> rule(Trace trace, Network network, Inspection inspection) {
    return trace.steps().stream()
        .flatMap(s -> s.flow().stream())
        .filter(Finding::decides)
        .reduce((earlier, later) -> later)
        .flatMap(f -> inspection.why(f.cookie()).stream().findFirst())
        .flatMap(why -> why.objects().stream().findFirst())
        .map(id -> id + label(id, network));
  }

  /** A flow of a rule, which writes its number down. */
  private static boolean decides(Flow flow) {
    return TIERS.contains(flow.key().table())
        && flow.actions().stream()
            .anyMatch(a -> a instanceof Action.Set set && set.wire() == Field.RULE.wire());
  }

  /** What whoever made the rule says it is for. */
  private static String label(Id<?> id, Network network) {
    String label =
        network
            .get(id.kind(), id.name())
            .map(s -> s.document().spec().path("label").asText(""))
            .orElse("");
    return label.isEmpty() ? "" : " (" + label + ")";
  }

  /**
   * {@code delivered}, {@code rejected} so that the sender is told, {@code punted} to the
   * controller, or {@code dropped}.
   */
  public String verdict() {
    if (!run.arrivals().isEmpty()) {
      return "delivered";
    }
    boolean rejected =
        run.punted().stream().anyMatch(p -> p.punt().userdata().equals(Policy.REJECTS));
    return rejected ? "rejected" : run.lost().isEmpty() && endedThere() ? "punted" : "dropped";
  }

  /** It ended at the controller, and was not only written down on its way. */
  private boolean endedThere() {
    return run.punted().stream().anyMatch(p -> !p.punt().userdata().startsWith(Policy.REPORTS));
  }

  /** The verdict with where and, of what is dropped, why. */
  public String sentence() {
    if (!run.arrivals().isEmpty()) {
      return "Delivered to " + String.join(", ", new TreeSet<>(arrivals().keySet())) + ".";
    }
    if (verdict().equals("punted")) {
      return "Sent to the controller from " + run.punted().get(0).node().name() + ".";
    }
    List<Trace.Step> steps = run.trace().steps();
    return steps.isEmpty()
        ? "Lost: " + String.join("; ", run.lost()) + "."
        : dropped(steps.get(steps.size() - 1));
  }

  private String dropped(Trace.Step last) {
    boolean rejected = verdict().equals("rejected");
    String where =
        (rejected ? "Rejected on " : "Dropped on ")
            + last.node().name()
            + " at "
            + stage(last.table())
            + ": ";
    if (!run.lost().isEmpty()) {
      return where + String.join("; ", run.lost()) + ".";
    }
    if (last.flow().isEmpty()) {
      return where + "no flow matches.";
    }
    if (VERDICTS.contains(last.table()) && rule.isPresent()) {
      return where + "by " + rule.get() + ".";
    }
    Flow flow = last.flow().get();
    boolean miss = flow.key().priority() == 0 && flow.key().match().equals(Match.ALL);
    if (flow.actions().isEmpty() && miss) {
      return where + "no rule of this stage matches, and what none matches is dropped.";
    }
    String rule = legend.owner(flow.cookie()) + " (" + Cookie.text(flow.cookie()) + ")";
    return where
        + (flow.actions().isEmpty() ? "by " + rule : rule + " leads no further")
        + (last.notes().isEmpty() ? "" : ": " + String.join("; ", last.notes()))
        + ".";
  }

  private String stage(int table) {
    return legend.stage(table)
        + " (table "
        + table
        + Spine.STAGES.stream()
            .filter(s -> s.table() == table)
            .map(Stage::purpose)
            .map(p -> ", " + p)
            .collect(Collectors.joining())
        + ")";
  }

  private Map<String, Integer> arrivals() {
    Map<String, Integer> count = new HashMap<>();
    run.arrivals().forEach(a -> count.merge(name(a), 1, Integer::sum));
    return count;
  }

  private String name(Fabric.Arrival a) {
    Id<LogicalPort> port = plan.plugged().get(new Plan.Plug(a.node(), a.port()));
    return (port == null ? "port " + a.port() : port.name()) + " on " + a.node().name();
  }

  /** The sentence, and below it each lookup. */
  public String text() {
    return sentence()
        + "\n\n"
        + run.trace().text(legend)
        + "\n"
        + run.lost().stream().map(l -> l + "\n").collect(Collectors.joining());
  }

  public ObjectNode tree() {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("verdict", verdict()).put("sentence", sentence()).put("packet", sent.toString());
    rule.ifPresent(r -> tree.put("rule", r));
    ArrayNode arrivals = tree.putArray("arrivals");
    for (Fabric.Arrival a : run.arrivals()) {
      Id<LogicalPort> port = plan.plugged().get(new Plan.Plug(a.node(), a.port()));
      arrivals
          .addObject()
          .put("node", a.node().name())
          .put("port", port == null ? "" : port.name())
          .put("ofPort", a.port())
          .put("packet", a.packet().toString());
    }
    ArrayNode steps = tree.putArray("steps");
    run.trace().steps().forEach(s -> steps.add(tree(s)));
    run.lost().forEach(tree.putArray("lost")::add);
    return tree;
  }

  private ObjectNode tree(Trace.Step step) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("node", step.node().name()).put("table", step.table());
    tree.put("stage", legend.stage(step.table()));
    step.flow()
        .ifPresent(
            f ->
                tree.put("cookie", Cookie.text(f.cookie()))
                    .put("for", legend.owner(f.cookie()))
                    .put("priority", f.key().priority())
                    .put("match", f.key().match().toString())
                    .put(
                        "actions",
                        f.actions().isEmpty()
                            ? "drop"
                            : f.actions().stream()
                                .map(Object::toString)
                                .collect(Collectors.joining(", "))));
    step.notes().forEach(tree.putArray("notes")::add);
    return tree;
  }
}
