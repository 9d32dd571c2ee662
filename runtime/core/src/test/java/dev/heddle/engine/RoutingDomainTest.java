package dev.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heddle.model.Condition;
import dev.heddle.model.Document;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.RoutingDomain;
import dev.heddle.pipeline.Inspection.Work;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which switches may not have the same addresses: those that routers join. */
@Timeout(60)
class RoutingDomainTest {

  private final Rig rig = new Rig();
  private int macs;

  @AfterEach
  void stop() {
    rig.close();
  }

  private static Document network(String name, String subnet) {
    var spec = JsonNodeFactory.instance.objectNode();
    spec.putArray("subnets").add(subnet);
    return new Document("LogicalSwitch", name, Map.of(), spec);
  }

  private static Document router(String name, String... peers) {
    var spec = JsonNodeFactory.instance.objectNode();
    var list = spec.putArray("peers");
    for (String p : peers) {
      list.add(p);
    }
    return new Document("LogicalRouter", name, Map.of(), spec);
  }

  private Document join(String network, String router) {
    var spec = JsonNodeFactory.instance.objectNode().put("type", "router");
    spec.put("switch", network).put("router", router);
    spec.put("mac", String.format("0a:00:01:00:%02x:%02x", ++macs >> 8, macs & 255));
    return new Document("LogicalPort", network + "-" + router, Map.of(), spec);
  }

  private Condition accepted(String network) {
    return rig.controller.get("LogicalSwitch", network).orElseThrow().conditions().stream()
        .filter(c -> c.type().equals(Condition.ACCEPTED))
        .findAny()
        .orElseThrow();
  }

  private void overlaps(String network, String sentence) {
    assertThat(accepted(network))
        .isEqualTo(Condition.failed(Condition.ACCEPTED, "Overlap", sentence));
  }

  private void fine(String... networks) {
    for (String n : networks) {
      assertThat(accepted(n)).as(n).isEqualTo(Condition.met(Condition.ACCEPTED, ""));
    }
  }

  @Test
  void theYoungerOfTwoOverlappingSwitchesOfOneRouterSaysSoAndHeals() {
    rig.put(network("old", "10.0.0.0/16"), network("other", "10.1.0.0/16"));
    rig.put(network("new", "10.0.7.0/24"), router("r"));
    fine("old", "new", "other");
    rig.put(join("old", "r"), join("new", "r"), join("other", "r"));
    overlaps(
        "new", "10.0.7.0/24 overlaps 10.0.0.0/16 of LogicalSwitch old in the same routing domain.");
    fine("old", "other");
    rig.put(network("new", "10.2.0.0/24"));
    fine("old", "new", "other");
    rig.put(network("new", "10.0.0.0/8"));
    overlaps(
        "new", "10.0.0.0/8 overlaps 10.0.0.0/16 of LogicalSwitch old in the same routing domain.");
    rig.remove("LogicalPort", "new-r");
    fine("old", "new", "other");
  }

  @Test
  void aRouterThatDoesNotExistJoinsNothing() {
    rig.put(network("a", "10.0.0.0/24"), network("b", "10.0.0.0/24"));
    rig.put(join("a", "r"), join("b", "r"));
    fine("a", "b");
    rig.put(router("r"));
    overlaps(
        "b", "10.0.0.0/24 overlaps 10.0.0.0/24 of LogicalSwitch a in the same routing domain.");
    rig.remove("LogicalRouter", "r");
    fine("a", "b");
  }

  @Test
  void routersThatShareASwitchAreOneDomainHoweverLongTheLine() {
    rig.put(network("a", "10.0.0.0/24"), network("z", "10.0.0.0/24"));
    rig.put(router("r1"), router("r2"), router("r3"));
    rig.put(network("t1", "172.16.1.0/24"), network("t2", "172.16.2.0/24"));
    rig.put(join("a", "r1"), join("t1", "r1"), join("t1", "r2"), join("t2", "r2"));
    rig.put(join("t2", "r3"), join("z", "r3"));
    overlaps(
        "z", "10.0.0.0/24 overlaps 10.0.0.0/24 of LogicalSwitch a in the same routing domain.");
    rig.remove("LogicalPort", "t1-r2");
    fine("a", "z", "t1", "t2");
  }

  @Test
  void aPeersSwitchesCountAndThoseOfAPeersPeerDoNot() {
    rig.put(network("a", "10.0.0.0/24"), network("b", "10.0.0.0/24"), network("c", "10.0.0.0/24"));
    rig.put(router("ra"), router("rb", "ra", "rc"), router("rc"));
    rig.put(join("a", "ra"), join("c", "rc"));
    fine("a", "c");
    rig.put(join("b", "rb"));
    overlaps(
        "b", "10.0.0.0/24 overlaps 10.0.0.0/24 of LogicalSwitch a in the same routing domain.");
    overlaps(
        "c", "10.0.0.0/24 overlaps 10.0.0.0/24 of LogicalSwitch b in the same routing domain.");
    rig.put(router("rb", "rc"));
    fine("a", "b");
  }

  @Test
  void aRouterNamesThePeerThatIsMissingAndTheFeatureThatIs() {
    rig.put(router("r", "nobody"));
    assertThat(rig.controller.get("LogicalRouter", "r").orElseThrow().conditions())
        .contains(
            Condition.failed(
                Condition.RESOLVED, "Missing", "There is no LogicalRouter named nobody."));
    rig.put(router("nobody"));
    assertThat(rig.controller.get("LogicalRouter", "r").orElseThrow().conditions())
        .contains(Condition.met(Condition.RESOLVED, ""))
        .contains(
            Condition.failed(
                Condition.REALIZED,
                "NoFeature",
                "No installed feature reads objects of kind LogicalRouter; the feature to install"
                    + " is l3."));
  }

  @Test
  void aChangeInADomainOfManySwitchesWakesThoseWhoseAnswerChanges() {
    rig.controller.add(
        new Rig.Said(
            "t",
            d -> {
              d.fill(Rig.STAGE);
              d.forEach(
                  LogicalSwitch.KIND, "u", (id, view, out) -> view.fact(RoutingDomain.OVERLAP, id));
            }));
    rig.put(router("r"), Rig.port("first", "s1", 499, Map.of())); // indexes begin with it
    for (int i = 1; i <= 100; i++) {
      rig.put(network("s" + i, "10.0." + i + ".0/24"), join("s" + i, "r"));
    }
    Work apart = rig.cost(() -> rig.put(network("s50", "10.1.50.0/24")));
    assertThat(apart.unitRuns()).as("nobody's answer changes").isZero();
    Work clash = rig.cost(() -> rig.put(network("s50", "10.0.7.0/24")));
    assertThat(clash.unitRuns()).as("its own").isEqualTo(1);
    assertThat(clash.runs()).as("and one look at the others' subnets each").isLessThan(220);
    Work port = rig.cost(() -> rig.put(Rig.port("p", "s50", 500, Map.of())));
    assertThat(port.unitRuns()).as("a guest's port is no concern of routing").isZero();
    assertThat(port.runs()).isLessThan(12);
  }
}
