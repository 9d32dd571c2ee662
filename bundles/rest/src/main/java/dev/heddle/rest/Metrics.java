package dev.heddle.rest;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Confirmations;
import dev.heddle.pipeline.Confirmations.NodeState;
import dev.heddle.pipeline.Confirmations.Reported;
import dev.heddle.pipeline.Inspection;
import dev.heddle.pipeline.Inspection.Audited;
import dev.heddle.pipeline.Inspection.StageState;
import dev.heddle.pipeline.Inspection.Work;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** All that is counted, read where it is counted, at the moment of asking. docs/metrics.md. */
final class Metrics {

  private final Inspection inspection;
  private final Supplier<Optional<Confirmations>> confirmations;
  private final Latencies latencies;

  Metrics(
      Inspection inspection, Supplier<Optional<Confirmations>> confirmations, Latencies latencies) {
    this.inspection = inspection;
    this.confirmations = confirmations;
    this.latencies = latencies;
  }

  String text() {
    Exposition out = new Exposition();
    engine(out);
    stages(out, inspection.stages());
    nodes(out, confirmations.get().map(Confirmations::nodes).orElse(Map.of()));
    reports(out, confirmations.get().map(Confirmations::reported).orElse(Map.of()));
    out.histogram(
        "heddle_realize_seconds",
        "From a revision's publication until every connected node has confirmed it",
        latencies.realize);
    out.histogram(
        "heddle_port_up_seconds",
        "From an interface seen plugged in until every connected node has confirmed its flows",
        latencies.portUp);
    ProcessMetrics.write(out);
    return out.toString();
  }

  private void engine(Exposition out) {
    Work work = inspection.work();
    out.gauge("heddle_revision", "Newest revision of the model", work.revision());
    out.gauge("heddle_units", "Units there are", work.units());
    out.counter("heddle_units_run_total", "Units that were called", work.unitRuns());
    out.counter(
        "heddle_computations_total", "Facts, indexes and units that were called", work.runs());
    out.gauge("heddle_desired_flows", "Flows wanted, each once however many nodes", work.flows());
    out.gauge("heddle_conflicts", "Flows that units want differently", work.conflicts());
    out.gauge(
        "heddle_failed_functions",
        "Units and indexes whose last call failed",
        inspection.failures().size());
    Audited audited = inspection.audit(0);
    out.counter(
        "heddle_audit_checked_total", "Functions called again by the audit", audited.checked());
    out.counter(
        "heddle_audit_differences_total",
        "Functions that gave something else then: faults",
        audited.differences());
  }

  private static void reports(Exposition out, Map<Reported, Long> reported) {
    out.family(
        "heddle_reported_packets_total", "counter", "Packets written down for rules that log");
    reported.entrySet().stream()
        .sorted(Comparator.comparing(e -> e.getKey().toString()))
        .forEach(
            e ->
                out.sample(
                    "heddle_reported_packets_total",
                    e.getValue(),
                    "object",
                    e.getKey().object().kind() + "/" + e.getKey().object().name(),
                    "verdict",
                    e.getKey().verdict()));
  }

  private static void stages(Exposition out, List<StageState> stages) {
    out.family("heddle_stage_flows", "gauge", "Flows of a stage over all scopes");
    stages.forEach(s -> out.sample("heddle_stage_flows", s.flows(), "stage", s.name()));
    out.family("heddle_stage_held", "gauge", "1 if the feature of a stage is away");
    stages.forEach(s -> out.sample("heddle_stage_held", s.held() ? 1 : 0, "stage", s.name()));
  }

  private static void nodes(Exposition out, Map<Id<Node>, NodeState> all) {
    List<Map.Entry<Id<Node>, NodeState>> nodes =
        all.entrySet().stream().sorted(Comparator.comparing(e -> e.getKey().name())).toList();
    long connected = nodes.stream().filter(e -> e.getValue().connected()).count();
    out.gauge("heddle_sessions", "Nodes whose switch can be spoken to now", connected);
    of(
        nodes,
        out,
        "heddle_node_connected",
        "gauge",
        "1 if its switch can be spoken to now",
        n -> n.connected() ? 1 : 0);
    of(
        nodes,
        out,
        "heddle_node_installed_revision",
        "gauge",
        "Newest revision that it has confirmed",
        NodeState::installed);
    of(nodes, out, "heddle_node_flows", "gauge", "Flows it holds", NodeState::flows);
    of(
        nodes,
        out,
        "heddle_node_flow_mods_sent_total",
        "counter",
        "Flow modifications sent to it",
        NodeState::sent);
    of(
        nodes,
        out,
        "heddle_node_flows_waiting",
        "gauge",
        "Flows to be compared or on their way",
        NodeState::waiting);
    of(
        nodes,
        out,
        "heddle_node_drift_healed_total",
        "counter",
        "Flows that others changed and that were put right",
        n -> n.drift().healed());
    of(
        nodes,
        out,
        "heddle_node_refused_objects",
        "gauge",
        "Objects of which it refuses a flow, 1,000 at most",
        n -> n.refused().size());
    of(
        nodes,
        out,
        "heddle_node_troubled",
        "gauge",
        "1 if something stands in the way; heddle describe Node says what",
        n -> n.trouble().isEmpty() ? 0 : 1);
  }

  private static void of(
      List<Map.Entry<Id<Node>, NodeState>> nodes,
      Exposition out,
      String name,
      String type,
      String help,
      ToDoubleFunction<NodeState> value) {
    out.family(name, type, help);
    for (Map.Entry<Id<Node>, NodeState> e : nodes) {
      out.sample(name, value.applyAsDouble(e.getValue()), "node", e.getKey().name());
    }
  }
}
