package dev.heddle.shell;

import dev.heddle.model.Network;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.Inspection;
import dev.heddle.simulator.Finding;
import dev.heddle.simulator.Question;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Sends a packet through the flows that are wanted, in memory, and says what becomes of it. */
@Service
@Command(
    scope = "pipeline",
    name = "trace",
    description = "Says what becomes of a packet by the flows wanted now")
public final class PipelineTrace extends Answering {

  @Reference Network network;

  @Reference DesiredFlows flows;

  @Reference Inspection inspection;

  @Argument(index = 0, name = "FROM", required = true, description = "the port that sends")
  @Completion(PortCompleter.class)
  String from;

  @Option(name = "--to", description = "a port or an IP address; everybody if absent")
  @Completion(PortCompleter.class)
  String to = "";

  @Argument(
      index = 1,
      name = "FIELD=VALUE",
      multiValued = true,
      description = "fields as ovs-ofctl writes them: tcp_dst=80")
  @Completion(FieldCompleter.class)
  List<String> fields = List.of();

  @Override
  Answer answer() {
    Map<String, String> packet = new HashMap<>();
    for (String field : fields) {
      String[] parts = field.split("=", 2);
      if (parts.length < 2) {
        throw new IllegalArgumentException("A field is written tcp_dst=80, not " + field + ".");
      }
      packet.put(parts[0], parts[1]);
    }
    Question question = Question.of(network, from, to, packet);
    Finding finding = Finding.of(question, network, flows, inspection);
    return new Answer(finding.text(), finding.tree());
  }
}
