package dev.heddle.rest;

import static dev.heddle.rest.Northbound.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.acl.AccessControl;
import dev.heddle.model.Binding;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a change of policy would do, asked over HTTP; nothing comes of the question. */
class PolicySimulationTest {

  private static final String GROUP =
      "{'apiVersion':'heddle.dev/v1','kind':'PortGroup','metadata':{'name':'web'},"
          + "'spec':{'ports':['red-a','red-b']}}";

  private Northbound north;

  @BeforeEach
  void threePortsOnANode(@TempDir Path directory) throws Exception {
    north = new Northbound(directory, Limits.USUAL);
    north.controller.add(new AccessControl());
    north.redA();
    List<Change> plugged = new ArrayList<>();
    plugged.add(new Change.Put(Node.document("n1", 1, Optional.empty(), "3.5.0")));
    for (String name : List.of("a", "b", "c")) {
      int number = name.charAt(0) - 'a' + 1;
      north.send("PUT", "port/red-" + name, Northbound.port("red-" + name, "1" + number));
      plugged.add(
          new Change.Put(
              Binding.document(
                  Node.KIND.id("n1"),
                  LogicalPort.KIND.id("red-" + name),
                  number,
                  OptionalInt.of(number))));
    }
    north.controller.transact(Writer.SYSTEM, plugged).get();
    north.send("POST", "transactions", "[" + GROUP + "]");
  }

  @AfterEach
  void stop() {
    north.close();
  }

  private static String rule(String match, String action) {
    return ("{'apiVersion':'heddle.dev/v1','kind':'Acl','metadata':{'name':'in'},'spec':"
            + "{'appliesTo':{'portGroup':'web'},'direction':'to','priority':7,"
            + "'match':'MATCH','action':'ACTION'}}")
        .replace("MATCH", match)
        .replace("ACTION", action);
  }

  @Test
  void pairsAndFlowsThatWouldChangeAreToldAndNothingChanges() throws Exception {
    String before = north.get("acls").body();
    long flows = north.controller.inspection().work().flows();
    String change = "[" + rule("tcp.dst == {80, 443}", "drop") + "]";
    JsonNode said = json(north.send("POST", "policy/simulate", change));
    JsonNode verdicts = said.path("verdicts");
    assertThat(verdicts.path("list")).hasSize(2);
    for (JsonNode v : verdicts.path("list")) {
      assertThat(v.path("service").asText()).isEqualTo("tcp 80,443");
      assertThat(v.path("now").asText()).isEqualTo("allowed");
      assertThat(v.path("then").asText()).isEqualTo("dropped");
      assertThat(v.path("to").asText()).isIn("red-a", "red-b");
    }
    assertThat(verdicts.path("pairs").asInt()).as("a-b, b-a, c-a, c-b").isEqualTo(4);
    assertThat(said.at("/flows/0/node").asText()).isEqualTo("n1");
    assertThat(said.at("/flows/0/added").asInt()).isPositive();
    assertThat(north.get("acls").body()).isEqualTo(before);
    assertThat(north.controller.inspection().work().flows()).isEqualTo(flows);
    String text = north.send("POST", "policy/simulate", change, "Accept", "text/plain").body();
    assertThat(text)
        .startsWith("Nothing was changed.")
        .contains("4 pairs of ports and services would be judged otherwise")
        .containsPattern("red-c +red-a +tcp 80,443 +allowed +dropped +2\n");
  }

  @Test
  void whatIsMissingIsToldAndWhatIsRefusedIsRefused() throws Exception {
    JsonNode said =
        json(north.send("POST", "policy/simulate", "[" + rule("ip4.src == $nobody", "drop") + "]"));
    assertThat(said.at("/unmet/0/message").asText())
        .isEqualTo("There is no AddressSet named nobody.");
    assertThat(said.at("/verdicts/pairs").asInt(-1)).isZero();
    HttpResponse<String> refused =
        north.send("POST", "policy/simulate", "[" + rule("tcp.dst == x", "drop") + "]");
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(json(refused).at("/problems/0/path").asText()).isEqualTo("Acl/in spec.match");
    HttpResponse<String> removal =
        north.send("POST", "policy/simulate", "[{'delete':{'kind':'Acl','name':'in'}}]");
    assertThat(removal.statusCode()).isEqualTo(422);
  }

  private static String dump(String node, String... lines) {
    return "{'apiVersion':'heddle.dev/v1','kind':'ConnectionDump','metadata':{'name':'NODE'},"
            .replace("NODE", node)
        + "'spec':{'connections':["
        + Stream.of(lines).map(l -> "'" + l + "'").collect(Collectors.joining(","))
        + "]}}";
  }

  private static String tracked(int from, int to, int port, int zone, String more) {
    String a = "src=10.0.0.1" + from + ",dst=10.0.0.1" + to;
    String b = "src=10.0.0.1" + to + ",dst=10.0.0.1" + from;
    return "tcp,orig=(%s,sport=4000,dport=%d),reply=(%s,sport=%d,dport=4000),zone=%d%s"
        .formatted(a, port, b, port, zone, more);
  }

  @Test
  void connectionsThatWouldBeCutAreTold() throws Exception {
    north.send("POST", "transactions", "[" + rule("tcp.dst == 80", "allow") + "]");
    String dump =
        dump("n1", tracked(3, 1, 80, 1, ""), tracked(3, 2, 443, 2, ""), tracked(9, 1, 80, 1, ""));
    String change = "[" + rule("tcp.dst == 80", "drop") + "," + dump + "]";
    JsonNode said = json(north.send("POST", "policy/simulate", change)).path("connections");
    assertThat(said.path("given").asInt()).isEqualTo(3);
    assertThat(said.path("known").asInt()).as("between ports").isEqualTo(2);
    assertThat(said.path("cut").asInt()).isEqualTo(1);
    assertThat(said.at("/list/0/from").asText()).isEqualTo("red-c");
    assertThat(said.at("/list/0/connection").asText())
        .isEqualTo("tcp 10.0.0.13:4000 to 10.0.0.11:80");
    assertThat(north.send("POST", "policy/simulate", change, "Accept", "text/plain").body())
        .contains("1 of 2 live connections would be cut.")
        .containsPattern("red-c +red-a +tcp 10.0.0.13:4000 to 10.0.0.11:80 +both ways\n");
  }

  /** The switch is closed by default, and the rule that goes away says that connections drain. */
  @Test
  void whatDrainsIsNotCut() throws Exception {
    String closed =
        "{'apiVersion':'heddle.dev/v1','kind':'LogicalSwitch','metadata':{'name':'red'},"
            + "'spec':{'defaultAction':'drop'}}";
    String drains =
        rule("tcp.dst == 80", "allow").replace("'priority'", "'onChange':'drain','priority'");
    String out =
        rule("ip4", "allow")
            .replace("'name':'in'", "'name':'out'")
            .replace("'portGroup':'web'", "'switch':'red'")
            .replace("'direction':'to'", "'direction':'from'");
    north.send("POST", "transactions", "[" + closed + "," + drains + "," + out + "]");
    String gone =
        "[{'delete':{'kind':'Acl','name':'in'}},"
            + dump(
                "n1",
                tracked(3, 1, 80, 1, ",mark=1"),
                tracked(3, 1, 80, 3, ""),
                tracked(3, 2, 80, 2, ""),
                tracked(3, 2, 80, 3, ""))
            + "]";
    JsonNode said = json(north.send("POST", "policy/simulate", gone)).path("connections");
    assertThat(said.path("cut").asInt()).as(said::toString).isEqualTo(1);
    assertThat(said.at("/list/0/to").asText()).as("kept without the mark").isEqualTo("red-b");
  }

  @Test
  void aDumpThatIsNoneIsRefusedAndNeverStored() throws Exception {
    HttpResponse<String> refused =
        north.send("POST", "policy/simulate", "[" + dump("n1", "tcp is a protocol") + "]");
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(json(refused).at("/problems/0/path").asText())
        .isEqualTo("ConnectionDump/n1 spec.connections[0]");
    String elsewhere = "[" + dump("n9", tracked(3, 1, 80, 1, "")) + "]";
    assertThat(north.send("POST", "policy/simulate", elsewhere).body())
        .contains("There is no node of this name.");
    assertThat(north.send("POST", "transactions", "[" + dump("n1") + "]").statusCode())
        .isEqualTo(422);
  }

  @Test
  void whileAFeatureIsAwayNothingCanBeSaid() throws Exception {
    north.controller.remove(north.l2);
    HttpResponse<String> refused = north.send("POST", "policy/simulate", "[" + GROUP + "]");
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body()).contains("feature l2 is away");
  }
}
