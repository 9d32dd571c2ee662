package dev.heddle.l2;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.engine.Controller;
import dev.heddle.model.Binding;
import dev.heddle.model.Bits;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.Declarations;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Inspection.Why;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Spine;
import dev.heddle.pipeline.Stage;
import dev.heddle.plain.FlowText;
import dev.heddle.plain.GeneratedSection;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.store.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The sample flows of docs/l2-switching.md: switch s with port a on node n1 and port b, which also
 * has an IPv6 address, on node n2.
 */
class L2DocumentTest {

  private static final Id<Node> N1 = Node.KIND.id("n1");
  private static final Id<Node> N2 = Node.KIND.id("n2");

  private static final Bits IPV6 = Bits.of(Match.ETH_IPV6);

  private Controller controller;

  @BeforeEach
  void aSwitchWithTwoPortsOnTwoNodes() throws Exception {
    controller = PlainRuntime.controller(new MemoryStore(), new L2Switching(), new Surroundings());
    List<Document> documents =
        List.of(
            document(LogicalSwitch.KIND.name(), "s", "{}"),
            document(
                LogicalPort.KIND.name(),
                "a",
                "{'switch':'s','mac':'0a:00:00:00:00:0a','addresses':['10.0.0.1']}"),
            document(
                LogicalPort.KIND.name(),
                "b",
                "{'switch':'s','mac':'0a:00:00:00:00:0b','addresses':['10.0.0.2','2001:db8::2']}"),
            Node.document("n1", 1, Optional.of(IpAddress.parse("192.0.2.1")), ""),
            Node.document("n2", 2, Optional.of(IpAddress.parse("192.0.2.2")), ""),
            Binding.document(N1, LogicalPort.KIND.id("a"), 1),
            Binding.document(N2, LogicalPort.KIND.id("b"), 1));
    List<Change> changes = new ArrayList<>();
    documents.forEach(d -> changes.add(new Change.Put(d)));
    controller.transact(Writer.SYSTEM, changes).get();
  }

  private static Document document(String kind, String name, String spec) throws Exception {
    String json = spec.replace('\'', '"');
    return new Document(kind, name, Map.of(), (ObjectNode) new JsonMapper().readTree(json));
  }

  @AfterEach
  void close() {
    controller.close();
  }

  @Test
  void admitLetsAPortSendFromItsOwnAddresses() {
    section("admit", flows(Spine.ADMIT, N1));
  }

  @Test
  void admitLooksIntoNeighbourDiscovery() {
    section(
        "admit-v6",
        flows(Spine.ADMIT, N2).stream()
            .filter(f -> f.key().match().value(Field.ETH_TYPE).equals(Optional.of(IPV6)))
            .toList());
  }

  @Test
  void answerRepliesToArpAndNdOnTheAskersNode() {
    section("answer", flows(Spine.ANSWER, N1));
    section("answer-nd", flows(Spine.ANSWER_ND, N1));
  }

  @Test
  void switchSendsAMacToItsPortAndGroupsToEverybody() {
    section("switch", flows(Spine.SWITCH, N1));
    assertThat(flows(Spine.SWITCH, N2)).isEqualTo(flows(Spine.SWITCH, N1));
  }

  @Test
  void replicateServesLocalMembersAndOneCopyPerNode() {
    section("replicate", flows(Spine.REPLICATE, N1));
    section("copies", flows(Spine.COPIES, N1));
  }

  @Test
  void guardLetsAGuestGetWhatIsForItsOwnAddresses() {
    section("guard", flows(Spine.GUARD_TO, N2));
  }

  /** One block per unit, with all that `flow:why` says of it; flows are numbered. */
  private void section(String name, List<Flow> flows) {
    List<String> lines = new ArrayList<>();
    lines.add("```");
    String unit = "";
    int number = 0;
    for (Flow flow : flows) {
      Why why = controller.inspection().why(flow.cookie()).get(0);
      DesiredFlow wanted =
          why.flows().stream().filter(f -> f.key().equals(flow.key())).findFirst().orElseThrow();
      String now = why.unit() + ", " + wanted.scope();
      if (!now.equals(unit)) {
        unit = now;
        lines.add(now + ", cookie " + Cookie.text(flow.cookie()));
      }
      FlowKey key = flow.key();
      FlowText text = new FlowText(stage(key.table()));
      lines.add(String.format("%4d %5d  %s", ++number, key.priority(), text.match(key.match())));
      lines.add("              -> " + text.actions(flow.actions()));
    }
    lines.add("```");
    assertThat(number).isPositive();
    new GeneratedSection("docs/l2-switching.md", name).mustBe(lines);
  }

  private static Stage stage(int table) {
    return Stream.concat(Spine.STAGES.stream(), Spine.BESIDE.stream())
        .filter(s -> s.table() == table)
        .findFirst()
        .orElseThrow();
  }

  private List<Flow> flows(Stage stage, Id<Node> node) {
    return controller.read(
        s ->
            s.keys(node).stream()
                .filter(k -> k.table() == stage.table())
                .sorted(FlowKey.ORDER)
                .flatMap(k -> s.flow(node, k).stream())
                .toList());
  }

  /** Stands for the renderer, so that the stages of this feature have something behind them. */
  private static final class Surroundings implements Feature {
    @Override
    public String name() {
      return "placement";
    }

    @Override
    public void declare(Declarations d) {
      d.fill(Spine.CLASSIFY);
      d.fill(Spine.LOCATE);
      d.fill(Spine.OUTPUT);
    }
  }
}
