package dev.heddle.laws.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.acl.AccessControl;
import dev.heddle.l2.L2Switching;
import dev.heddle.laws.Wrapped;
import dev.heddle.model.Condition;
import dev.heddle.model.Document;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.openflow.placement.Placement;
import dev.heddle.policy.Acl;
import dev.heddle.relaid.policy.RelaidPolicy;
import dev.heddle.simulator.Net;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A new version of acl that fails for some: those keep the policy they had, and say so. */
class FailingVersionTest {

  private static final String FAULT = "a version with a fault";

  private final AccessControl shipped = new AccessControl();
  @AutoClose private final Net net = Net.lawless(new L2Switching(), new Placement(), shipped);

  @BeforeEach
  void twoServersThatMayBePingedByOne() throws Exception {
    net.sw("s").port("a", "10.0.0.1").on("n1").port("b", "10.0.0.2").on("n1");
    net.port("c", "10.0.0.3").on("n2").port("d", "10.0.0.4").on("n2");
    put("PortGroup", "web", "{'ports': ['b', 'c']}");
    rule("in", 100, "icmp4 && ip4.src == {10.0.0.1, 10.0.0.2}", "allow");
    rule("rest", 1, "ip", "drop");
    asRuled();
  }

  @Test
  void aPortOfWhichItKnowsNothing() {
    replacedByOneThatThrowsFor(LogicalPort.KIND.id("b"));
    asRuled();
    assertThat(realized("LogicalPort", "b")).hasValueSatisfying(FailingVersionTest::isUnmet);
    assertThat(realized("LogicalPort", "c"))
        .map(Condition::message)
        .get()
        .asString()
        .doesNotContain(FAULT);
  }

  @Test
  void aRuleThatItCannotLayOut() {
    replacedByOneThatThrowsFor(Acl.KIND.id("rest"));
    asRuled();
    assertThat(realized("Acl", "rest")).hasValueSatisfying(FailingVersionTest::isUnmet);
  }

  private static void isUnmet(Condition condition) {
    assertThat(condition.status()).isFalse();
    assertThat(condition.message()).contains(FAULT);
  }

  private void asRuled() {
    for (String server : List.of("b", "c")) {
      net.from("a").ping(server).arrives();
      net.from(server).pongs("a").arrives();
      net.from("d").ping(server).isDroppedAt("VERDICT_TO");
    }
  }

  private void replacedByOneThatThrowsFor(Id<?> object) {
    net.controller().remove(shipped);
    net.controller()
        .add(
            new Wrapped(
                new RelaidPolicy(),
                (key, unit, out) -> {
                  if (key.equals(object)) {
                    throw new IllegalStateException(FAULT);
                  }
                  unit.accept(out);
                }));
  }

  private Optional<Condition> realized(String kind, String name) {
    return net.controller().get(kind, name).orElseThrow().conditions().stream()
        .filter(c -> c.type().equals(Condition.REALIZED))
        .findFirst();
  }

  private void rule(String name, int priority, String match, String action) throws Exception {
    put(
        "Acl",
        name,
        "{'appliesTo': {'portGroup': 'web'}, 'direction': 'to', 'priority': %d, 'match': '%s', 'action': '%s'}"
            .formatted(priority, match, action));
  }

  private void put(String kind, String name, String spec) throws Exception {
    ObjectNode fields = (ObjectNode) new JsonMapper().readTree(spec.replace('\'', '"'));
    net.put(new Document(kind, name, Map.of(), fields));
  }
}
