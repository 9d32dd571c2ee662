package dev.heddle.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Binding;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.model.RefusedException;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.Flow;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.store.MemoryStore;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Action;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each command prints. */
class CommandsTest {

  private static final String DOCUMENTS =
      """
      apiVersion: heddle.dev/v1
      kind: LogicalSwitch
      metadata: {name: red}
      spec: {subnets: ["10.0.0.0/24"]}
      ---
      apiVersion: heddle.dev/v1
      kind: LogicalPort
      metadata: {name: red-a}
      spec: {switch: red, mac: "0a:00:00:00:00:11", addresses: ["10.0.0.11"]}
      """;

  private final L2Switching l2 = new L2Switching();
  private final Controller controller = PlainRuntime.controller(new MemoryStore(), l2);

  @TempDir Path directory;

  @BeforeEach
  void documents() throws Exception {
    apply(DOCUMENTS);
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  private String apply(String documents) throws Exception {
    NetworkApply apply = new NetworkApply();
    apply.network = controller;
    apply.file = Files.writeString(directory.resolve("documents.yaml"), documents).toString();
    return apply.printed();
  }

  private NetworkShow show(String kind, String name) {
    NetworkShow show = new NetworkShow();
    show.network = controller;
    show.kind = kind;
    show.name = name;
    return show;
  }

  private void plug() throws Exception {
    controller
        .transact(
            Writer.SYSTEM,
            List.of(
                new Change.Put(Node.document("n1", 1, Optional.empty(), "3.1.0")),
                new Change.Put(
                    Binding.document(Node.KIND.id("n1"), LogicalPort.KIND.id("red-a"), 3))))
        .get();
  }

  @Test
  void applySaysWhatBecameOfEachDocument() throws Exception {
    assertThat(apply(DOCUMENTS.replace("11\"", "12\"")))
        .isEqualTo("LogicalSwitch/red unchanged\nLogicalPort/red-a configured\n");
  }

  @Test
  void applyTakesAllOrNothing() {
    assertThatThrownBy(
            () -> apply(DOCUMENTS.replace("name: red}", "name: blue}").replace(".11\"", ".x\"")))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("LogicalPort/red-a spec.addresses[0]");
    assertThat(controller.get("LogicalSwitch", "blue")).isEmpty();
  }

  @Test
  void showWithoutAKindCountsObjects() throws Exception {
    assertThat(show(null, null).printed())
        .startsWith("KIND")
        .containsPattern("LogicalPort +1 +users")
        .containsPattern("Node +0 +the system");
  }

  @Test
  void showWithAKindIsATableAndWithANameAllOfIt() throws Exception {
    assertThat(show("ports", null).printed())
        .isEqualTo(
            """
            NAME    SWITCH   MAC                 ADDRESSES   NODE   REALIZED
            red-a   red      0a:00:00:00:00:11   10.0.0.11   -      no: NotBound
            """);
    assertThat(show("port", "red-a").printed())
        .contains("No node has an interface with iface-id=red-a.");
    assertThatThrownBy(() -> show("port", "red-z").printed()).hasMessageContaining("red-z");
    assertThatThrownBy(() -> show("prot", null).printed()).hasMessageContaining("logicalports");
  }

  @Test
  void programsGetJson() throws Exception {
    NetworkShow show = show("ports", null);
    show.output = "json";
    JsonNode tree = new ObjectMapper().readTree(show.printed());
    assertThat(tree.at("/0/metadata/name").asText()).isEqualTo("red-a");
    show.output = "xml";
    assertThatThrownBy(show::printed).hasMessageContaining("table or json");
  }

  @Test
  void deleteTakesShortNamesOfKinds() throws Exception {
    NetworkDelete delete = new NetworkDelete();
    delete.network = controller;
    delete.kind = "port";
    delete.name = "red-a";
    assertThat(delete.printed()).isEqualTo("LogicalPort/red-a deleted\n");
    assertThatThrownBy(delete::printed).hasMessageContaining("there is no such object");
  }

  @Test
  void nodesAreShownWithWhatTheyRun() throws Exception {
    plug();
    NodeShow nodes = new NodeShow();
    nodes.network = controller;
    assertThat(nodes.printed()).containsPattern("n1 +- +3.1.0 +no");
    nodes.name = "n1";
    assertThat(nodes.printed()).startsWith("Node n1\n").contains("datapathId");
  }

  @Test
  void everyFlowSaysWhyItExists() throws Exception {
    plug();
    Flow flow =
        controller.read(
            now ->
                now.keys(Node.KIND.id("n1")).stream()
                    .filter(k -> k.table() == 4 && k.priority() > 0)
                    .findFirst()
                    .flatMap(k -> now.flow(Node.KIND.id("n1"), k))
                    .orElseThrow());
    FlowWhy why = new FlowWhy();
    why.inspection = controller.inspection();
    why.network = controller;
    why.cookie = Cookie.text(flow.cookie());
    assertThat(why.printed())
        .contains("unit      l2/admit/LogicalPort/red-a\n")
        .contains("feature   l2\n")
        .containsPattern("bundle    dev.heddle.l2-switching 0\\.1\\.0")
        .contains("object    LogicalPort/red-a\n")
        .contains("flow      table=4 ");
    why.cookie = "0x1";
    assertThatThrownBy(why::printed).hasMessageContaining("No unit");
    why.cookie = "red-a";
    assertThatThrownBy(why::printed).hasMessageContaining("0x1a2b");
  }

  @Test
  void aFeatureIsRetiredOnlyWhenItIsAway() throws Exception {
    PipelineShow stages = new PipelineShow();
    stages.inspection = controller.inspection();
    assertThat(stages.printed()).containsPattern("4 +ADMIT +l2 +no +drop");
    PipelineRetire retire = new PipelineRetire();
    retire.inspection = controller.inspection();
    retire.feature = "l2";
    assertThatThrownBy(retire::printed).hasMessageContaining("stop its bundle first");
    controller.remove(l2);
    assertThat(stages.printed()).containsPattern("4 +ADMIT +l2 +yes +drop");
    assertThat(retire.printed()).isEqualTo("Feature/l2 retired\n");
    assertThat(stages.printed()).doesNotContain("ADMIT");
  }

  @Test
  void aPacketIsTracedAtTheConsole() throws Exception {
    plug();
    PipelineTrace trace = new PipelineTrace();
    trace.network = controller;
    trace.flows = controller;
    trace.inspection = controller.inspection();
    trace.from = "red-a";
    trace.fields = List.of("nw_dst=10.0.0.99");
    assertThat(trace.printed()).startsWith("Dropped on n1 at ");
    trace.output = "json";
    assertThat(new ObjectMapper().readTree(trace.printed()).path("verdict").asText())
        .isEqualTo("dropped");
    trace.fields = List.of("nw_dst");
    assertThatThrownBy(trace::printed).hasMessageContaining("tcp_dst=80");
  }

  @Test
  void aFeatureIsSwappedForTheVersionThatWaitsBesideIt() throws Exception {
    PipelineSwap swap = new PipelineSwap();
    swap.inspection = controller.inspection();
    swap.feature = "l2";
    assertThatThrownBy(swap::printed).hasMessageContaining("install its bundle beside");
    controller.add(new L2Switching());
    swap.dryRun = true;
    assertThat(swap.printed()).endsWith("Feature/l2 not swapped: dry run\n");
    swap.dryRun = false;
    assertThat(swap.printed()).endsWith("Feature/l2 swapped\n");
    swap.output = "json";
    assertThat(swap.printed()).contains("\"outcome\"").contains("DONE");
    swap.first = 0;
    assertThatThrownBy(swap::printed).hasMessageContaining("1 node or more");
  }

  @Test
  void theEngineTellsItsWork() throws Exception {
    EngineCost cost = new EngineCost();
    cost.inspection = controller.inspection();
    cost.output = "json";
    JsonNode work = new ObjectMapper().readTree(cost.printed());
    assertThat(work.path("units").asLong()).isPositive();
    assertThat(work.path("conflicts").asLong()).isZero();
    cost.output = "table";
    assertThat(cost.printed()).startsWith("REVISION   UNITS");
  }

  @Test
  void theEngineAuditsItselfAndTellsWhatItFound() throws Exception {
    EngineAudit audit = new EngineAudit();
    audit.inspection = controller.inspection();
    assertThat(audit.printed()).matches("checked {6}[1-9]\\d*\ndifferences {2}0\n");
    audit.output = "json";
    audit.count = 0;
    assertThat(audit.printed()).contains("\"differences\" : 0", "\"found\" : [ ]");
    audit.count = -1;
    assertThatThrownBy(audit::printed).hasMessage("COUNT is 0 or more.");
  }

  @Test
  void theEngineTellsWhatIsReadAndWhoReadsIt() throws Exception {
    EngineReads reads = new EngineReads();
    reads.inspection = controller.inspection();
    reads.name = "l2/admit/LogicalPort/red-a";
    assertThat(reads.printed())
        .isEqualTo("l2/admit/LogicalPort/red-a\nreads     attachment(LogicalPort/red-a)\n");
    reads.name = "LogicalSwitch/red";
    assertThat(reads.printed())
        .contains(
            "read by   attachment(LogicalPort/red-a)\n", "read by   l2/flood/LogicalSwitch/red\n");
    reads.name = "LogicalSwitch/nobody";
    assertThatThrownBy(reads::printed)
        .hasMessage("Nothing named LogicalSwitch/nobody is computed or read.");
  }

  @Test
  void aCommandPrintsToTheConsoleItRunsIn() throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream console = new ByteArrayOutputStream();
    Action show = show("switches", null);
    try {
      System.setOut(new PrintStream(console, true, StandardCharsets.UTF_8));
      assertThat(show.execute()).isNull();
    } finally {
      System.setOut(before);
    }
    assertThat(console.toString(StandardCharsets.UTF_8)).startsWith("NAME").contains("red");
  }
}
