package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.acl.AccessControl;
import dev.heddle.engine.Controller;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Binding;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.Node;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.pipeline.Flow;
import dev.heddle.plain.PlainRuntime;
import dev.heddle.store.MemoryStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a change of policy costs a node with 10 of a group's 1,000 members: changed flows. */
class PolicyCountsTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int MEMBERS = 1000;
  private static final int ON_A_NODE = 10;
  private static final Id<Node> NODE = Node.KIND.id("n0");

  private Controller controller;

  @BeforeEach
  void aThousandPortsOnAHundredNodesInOneGroup() {
    controller =
        PlainRuntime.controller(
            new MemoryStore(), new L2Switching(), new Placement(), new AccessControl());
    List<Document> all = new ArrayList<>();
    all.add(new Document("LogicalSwitch", "s", Map.of(), JSON.createObjectNode()));
    for (int n = 0; n < MEMBERS / ON_A_NODE; n++) {
      all.add(Node.document("n" + n, n + 1, Optional.empty(), "3.5.0"));
    }
    for (int i = 0; i < MEMBERS; i++) {
      all.add(port("p" + i, i, Map.of("app", "web")));
      Id<Node> node = Node.KIND.id("n" + i / ON_A_NODE);
      all.add(plugged("p" + i, node, i % ON_A_NODE + 1));
    }
    ObjectNode group = JSON.createObjectNode();
    group.putObject("selector").putObject("matchLabels").put("app", "web");
    all.add(new Document("PortGroup", "web", Map.of(), group));
    all.add(clients(MEMBERS));
    all.add(rule("rest", 1, "ip", "drop"));
    all.add(rule("r0", 100, "ip4.src == $clients && tcp.dst == {80, 443}", "allow"));
    put(all);
  }

  @AfterEach
  void close() {
    controller.close();
  }

  @Test
  void anAddressMoreInASetIsOneFlow() {
    assertThat(changedBy(clients(MEMBERS + 1))).isEqualTo(1);
  }

  @Test
  void aRuleMoreOverTheGroupTouchesNoMember() {
    assertThat(changedBy(rule("r1", 99, "ip4.src == $clients && udp.dst == 53", "allow")))
        .as("4 for the subject, 4 for the set, 1 that joins them")
        .isEqualTo(9);
    assertThat(changedBy(rule("r2", 98, "udp.dst == 5353", "allow"))).isEqualTo(8);
  }

  @Test
  void aPortMoreInAGroupUnderAHundredRulesIsThatPortsFlows() {
    List<Document> rules = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      rules.add(rule("m" + i, 1000 + i, "ip4.src == $clients && tcp.dst == " + (i + 1), "allow"));
    }
    rules.add(port("new", MEMBERS, Map.of()));
    rules.add(plugged("new", NODE, ON_A_NODE + 1));
    put(rules);
    Set<Flow> before = flows();
    Set<Flow> elsewhere = flows(Node.KIND.id("n1"));
    put(List.of(port("new", MEMBERS, Map.of("app", "web"))));
    assertThat(difference(before, flows()))
        .as("13 of its policy, and the list of copies in which it is")
        .isEqualTo(14);
    assertThat(difference(elsewhere, flows(Node.KIND.id("n1")))).isZero();
  }

  @Test
  void membersElsewhereCostANodeNothing() {
    Set<Flow> before = flows();
    put(List.of(new Document("PortGroup", "web", Map.of(), local())));
    assertThat(difference(before, flows())).isZero();
  }

  @Test
  void policiesOfPortsByAddressesGrowAsTheirSum() {
    int small = policyFlows();
    put(List.of(clients(2 * MEMBERS)));
    assertThat(policyFlows() - small).as("a thousand addresses more").isEqualTo(MEMBERS);
  }

  private ObjectNode local() {
    ObjectNode group = JSON.createObjectNode();
    for (int i = 0; i < ON_A_NODE; i++) {
      group.withArray("ports").add("p" + i);
    }
    return group;
  }

  private int policyFlows() {
    return (int)
        flows().stream().filter(f -> f.key().table() >= 212 && f.key().table() < 240).count();
  }

  private static Document clients(int count) {
    ObjectNode spec = JSON.createObjectNode();
    for (int i = 0; i < count; i++) {
      spec.withArray("addresses").add("172.16." + i / 250 + "." + i % 250);
    }
    return new Document("AddressSet", "clients", Map.of(), spec);
  }

  private static Document rule(String name, int priority, String match, String action) {
    ObjectNode spec = JSON.createObjectNode();
    spec.putObject("appliesTo").put("portGroup", "web");
    spec.put("direction", "to").put("priority", priority);
    spec.put("match", match).put("action", action);
    return new Document("Acl", name, Map.of(), spec);
  }

  private static Document port(String name, int number, Map<String, String> labels) {
    ObjectNode spec = JSON.createObjectNode().put("switch", "s");
    spec.put("mac", String.format("0a:00:00:00:%02x:%02x", number / 256, number % 256));
    spec.withArray("addresses").add("10.0." + number / 250 + "." + (number % 250 + 1));
    return new Document("LogicalPort", name, labels, spec);
  }

  private static Document plugged(String port, Id<Node> node, int ofPort) {
    return Binding.document(node, LogicalPort.KIND.id(port), ofPort, OptionalInt.of(ofPort));
  }

  private int changedBy(Document change) {
    Set<Flow> before = flows();
    put(List.of(change));
    return difference(before, flows());
  }

  /** How many flows are to be added, changed or removed. */
  private static int difference(Set<Flow> before, Set<Flow> after) {
    Set<Object> keys = new HashSet<>();
    before.stream().filter(f -> !after.contains(f)).forEach(f -> keys.add(f.key()));
    after.stream().filter(f -> !before.contains(f)).forEach(f -> keys.add(f.key()));
    return keys.size();
  }

  private Set<Flow> flows() {
    return flows(NODE);
  }

  private Set<Flow> flows(Id<Node> node) {
    return controller.read(
        r ->
            r.keys(node).stream()
                .flatMap(k -> r.flow(node, k).stream())
                .collect(Collectors.toSet()));
  }

  private void put(List<Document> documents) {
    List<Change> changes = new ArrayList<>();
    documents.forEach(d -> changes.add(new Change.Put(d)));
    controller.transact(Writer.SYSTEM, changes).join();
  }
}
