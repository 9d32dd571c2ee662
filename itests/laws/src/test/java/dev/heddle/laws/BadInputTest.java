package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.l2.L2Switching;
import dev.heddle.model.Condition;
import dev.heddle.model.Document;
import dev.heddle.model.RefusedException;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.simulator.Net;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What does not fit the rest of the model is said on the object that does not fit, in a sentence.
 * All others go on as before: after each test two guests still meet. Mending it heals it.
 */
class BadInputTest {

  @AutoClose private final Net net = Net.with(new L2Switching(), new Placement());

  @BeforeEach
  void twoGuestsWhoMeet() {
    net.sw("red").port("a", "10.0.0.1").on("n1").port("b", "10.0.0.2").on("n2");
  }

  @AfterEach
  void stillMeet() {
    net.from("a").ping("b").arrives();
    net.from("b").ping("a").arrives();
    for (String port : new String[] {"a", "b"}) {
      says("LogicalPort", port, Condition.met(Condition.ACCEPTED, ""));
      says("LogicalPort", port, Condition.met(Condition.RESOLVED, ""));
    }
  }

  private void says(String kind, String name, Condition condition) {
    assertThat(net.controller().get(kind, name).orElseThrow().conditions()).contains(condition);
  }

  private static Document document(String kind, String name, ObjectNode spec) {
    return new Document(kind, name, Map.of(), spec);
  }

  private static ObjectNode spec() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static Document network(String name, String subnet) {
    ObjectNode spec = spec();
    spec.putArray("subnets").add(subnet);
    return document("LogicalSwitch", name, spec);
  }

  private static Document joining(String network, String router, String mac) {
    return document(
        "LogicalPort",
        network + "-" + router,
        spec().put("switch", network).put("mac", mac).put("type", "router").put("router", router));
  }

  private static Document child(String name, String parent, int tag) {
    return document(
        "LogicalPort",
        name,
        spec()
            .put("switch", "red")
            .put("mac", "0a:00:00:00:01:" + (10 + tag % 10))
            .put("type", "child")
            .put("parent", parent)
            .put("tag", tag));
  }

  @Test
  void aPortOfASwitchThatDoesNotExistSaysSoUntilItDoes() {
    Document port =
        document("LogicalPort", "c", spec().put("switch", "blue").put("mac", "0a:00:00:00:00:31"));
    net.put(port);
    says(
        "LogicalPort",
        "c",
        Condition.failed(Condition.RESOLVED, "Missing", "There is no LogicalSwitch named blue."));
    net.sw("blue");
    says("LogicalPort", "c", Condition.met(Condition.RESOLVED, ""));
  }

  @Test
  void theYoungerOfTwoPortsWithOneAddressSaysWhoseItIsUntilItHasAnother() {
    net.port("c", "10.0.0.1").mac("0a:00:00:00:00:31").on("n2");
    says(
        "LogicalPort",
        "c",
        Condition.failed(Condition.ACCEPTED, "Duplicate", "10.0.0.1 belongs to a on red."));
    stillMeet();
    net.from("c").ping("b").isDroppedAt("CLASSIFY");
    net.without("c").port("c", "10.0.0.3").mac("0a:00:00:00:00:31");
    says("LogicalPort", "c", Condition.met(Condition.ACCEPTED, ""));
    net.from("c").ping("b").arrives();
  }

  @Test
  void theYoungerOfTwoSwitchesWithOneSubnetSaysSoOnceARouterJoinsThem() {
    net.put(network("red", "10.0.0.0/24"), network("blue", "10.0.0.0/16"));
    net.put(document("LogicalRouter", "r", spec()));
    net.put(joining("red", "r", "0a:00:00:00:02:01"), joining("blue", "r", "0a:00:00:00:02:02"));
    says(
        "LogicalSwitch",
        "blue",
        Condition.failed(
            Condition.ACCEPTED,
            "Overlap",
            "10.0.0.0/16 overlaps 10.0.0.0/24 of LogicalSwitch red in the same routing domain."));
    says("LogicalSwitch", "red", Condition.met(Condition.ACCEPTED, ""));
    net.put(network("blue", "10.1.0.0/16"));
    says("LogicalSwitch", "blue", Condition.met(Condition.ACCEPTED, ""));
  }

  @Test
  void portsThatAreOneAnothersParentsSaySoUntilTheCircleIsCut() {
    net.put(child("x", "y", 11), child("y", "z", 12), child("z", "x", 13), child("w", "x", 14));
    says("LogicalPort", "x", cycle("x in y in z in x"));
    says("LogicalPort", "y", cycle("y in z in x in y"));
    says("LogicalPort", "z", cycle("z in x in y in z"));
    says("LogicalPort", "w", cycle("x in y in z in x"));
    stillMeet();
    net.put(child("z", "a", 13));
    for (String port : new String[] {"x", "y", "z", "w"}) {
      says("LogicalPort", port, Condition.met(Condition.ACCEPTED, ""));
    }
    net.put(child("z", "nobody", 13));
    says(
        "LogicalPort",
        "z",
        Condition.failed(Condition.RESOLVED, "Missing", "There is no LogicalPort named nobody."));
    net.put(child("z", "z", 13));
    says("LogicalPort", "z", cycle("z in z"));
  }

  private static Condition cycle(String line) {
    return Condition.failed(Condition.ACCEPTED, "Cycle", "The parents form a cycle: " + line + ".");
  }

  @Test
  void whatADocumentAloneShowsToBeWrongIsRefusedAndNothingOfItsTransactionIsTaken() {
    assertThatThrownBy(() -> net.put(network("blue", "10.1.0.0/16"), child("x", "a", 4095)))
        .hasCauseInstanceOf(RefusedException.class)
        .hasMessageContaining("LogicalPort/x spec.tag: a VLAN from 1 to 4094 is expected");
    assertThat(net.controller().get("LogicalSwitch", "blue")).isEmpty();
  }

  @Test
  void anObjectThatNoInstalledFeatureReadsNamesTheFeature() {
    net.put(document("QosRule", "web", spec().put("action", "allow")));
    says(
        "QosRule",
        "web",
        Condition.failed(
            Condition.REALIZED,
            "NoFeature",
            "No installed feature reads objects of kind QosRule; the feature to install is qos."));
  }
}
