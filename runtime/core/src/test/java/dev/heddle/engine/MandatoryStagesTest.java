package dev.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Attachment;
import dev.heddle.model.Condition;
import dev.heddle.model.Document;
import dev.heddle.model.LogicalPort;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Stage;
import dev.heddle.store.MemoryStore;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A switch may say which stages must be there before it takes a port. */
@Timeout(60)
class MandatoryStagesTest {

  private static final Stage STAGE = Rig.stage("A", 200);
  private static final Stage POLICY = Rig.stage("POLICY", 204);

  private final MemoryStore store = new MemoryStore();
  private Rig rig = new Rig(store);
  private final Feature switching = perPort("l2", STAGE);
  private final Feature policy = perPort("policy", POLICY);

  /** One flow for each port that takes part in its network; its priority is the port's key. */
  private static Feature perPort(String name, Stage stage) {
    return new Rig.Said(
        name,
        d -> {
          d.fill(stage);
          d.forEach(
              LogicalPort.KIND,
              "port",
              (id, view, out) ->
                  view.fact(Attachment.OF_PORT, id)
                      .ifPresent(
                          a ->
                              out.add(
                                  stage
                                      .flow(1000 + a.port().key())
                                      .drop()
                                      .because(id)
                                      .where(Scope.everywhere()))));
        });
  }

  private static Document strict() {
    Document plain = Rig.network("strict");
    var spec = plain.spec().deepCopy();
    spec.putArray("mandatory").add("POLICY");
    return new Document(plain.kind(), plain.name(), plain.labels(), spec);
  }

  private Set<String> admitted() {
    return rig.flows(1).stream()
        .filter(f -> f.key().table() == 200 && f.key().priority() > 0)
        .flatMap(f -> rig.inspection().why(f.cookie()).stream())
        .flatMap(w -> w.objects().stream())
        .map(o -> o.name())
        .collect(Collectors.toSet());
  }

  private Condition realized(String port) {
    return rig.controller.get("LogicalPort", port).orElseThrow().conditions().stream()
        .filter(c -> c.type().equals(Condition.REALIZED))
        .findFirst()
        .orElseThrow();
  }

  @BeforeEach
  void aStrictSwitchAndOneThatIsNot() {
    rig.put(Rig.node(1), strict(), Rig.network("lax"));
    rig.controller.add(switching);
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private void ports(int number) {
    rig.put(
        Rig.port("strict-" + number, "strict", number, Map.of()),
        Rig.port("lax-" + number, "lax", number, Map.of()));
  }

  @Test
  void withoutTheStageNoPortIsAdmittedAndSaysSo() {
    ports(1);
    assertThat(admitted()).containsExactly("lax-1");
    assertThat(realized("strict-1").message())
        .isEqualTo(
            "Stage POLICY is mandatory on strict and no feature fills it;"
                + " no port is admitted without it.");
    rig.controller.add(policy);
    assertThat(admitted()).containsExactlyInAnyOrder("lax-1", "strict-1");
  }

  @Test
  void whileItsFeatureIsAwayAdmittedPortsStayNewOnesWaitAndARestartChangesNothingOfThat() {
    rig.controller.add(policy);
    ports(1);
    var before = rig.flows(1);
    rig.controller.remove(policy);
    assertThat(rig.flows(1)).as("what was admitted stays").isEqualTo(before);
    ports(2);
    assertThat(admitted()).containsExactlyInAnyOrder("lax-1", "strict-1", "lax-2");
    String away = "Feature policy is away; until it returns no new port passes stage POLICY.";
    assertThat(realized("strict-2").message()).isEqualTo(away);
    rig.close();
    rig = new Rig(store);
    rig.controller.add(switching);
    assertThat(admitted()).containsExactlyInAnyOrder("lax-1", "strict-1", "lax-2");
    assertThat(realized("strict-2").message()).isEqualTo(away);
    rig.controller.add(policy);
    assertThat(admitted()).containsExactlyInAnyOrder("lax-1", "strict-1", "lax-2", "strict-2");
  }

  @Test
  void aPortThatWasAdmittedSaysWhichOfItsStagesNobodyKeepsUp() {
    rig.controller.confirmedBy(Rig.confirmed(1));
    rig.controller.add(policy);
    ports(1);
    rig.put(Rig.binding(1, "strict-1", 1));
    assertThat(realized("strict-1")).isEqualTo(Condition.met(Condition.REALIZED, ""));
    rig.controller.remove(policy);
    assertThat(realized("strict-1"))
        .isEqualTo(
            Condition.met(
                Condition.REALIZED,
                "Feature policy is away; what it left in POLICY stays, and changes wait for its"
                    + " return."));
    rig.controller.add(policy);
    assertThat(realized("strict-1")).isEqualTo(Condition.met(Condition.REALIZED, ""));
  }

  @Test
  void onceItIsRetiredNoPortIsAdmitted() {
    rig.controller.add(policy);
    ports(1);
    rig.controller.remove(policy);
    assertThat(rig.inspection().retire("policy")).isEmpty();
    assertThat(admitted()).containsExactly("lax-1");
  }
}
