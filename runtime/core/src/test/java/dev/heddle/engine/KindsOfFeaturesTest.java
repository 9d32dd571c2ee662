package dev.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heddle.engine.departing.Marks;
import dev.heddle.model.Condition;
import dev.heddle.model.Document;
import dev.heddle.model.Entity;
import dev.heddle.model.Id;
import dev.heddle.model.KeySpace;
import dev.heddle.model.Kind;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Network.Effect;
import dev.heddle.model.RefusedException;
import dev.heddle.pipeline.ContractException;
import dev.heddle.pipeline.Feature;
import dev.heddle.store.MemoryStore;
import dev.heddle.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Objects of kinds that features bring: before the feature, with it, after it. */
@Timeout(60)
class KindsOfFeaturesTest {

  private final MemoryStore store = new MemoryStore();
  private Rig rig = new Rig(store);

  @BeforeEach
  void oneNode() {
    rig.put(Rig.node(1));
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private static Document mark(String name, int height) {
    return new Document(
        "Mark", name, Map.of(), JsonNodeFactory.instance.objectNode().put("height", height));
  }

  private static Document acl(String name) {
    var spec = JsonNodeFactory.instance.objectNode().put("whatever", "it says");
    return new Document("QosRule", name, Map.of(), spec);
  }

  private List<Condition> conditions(String kind, String name) {
    return rig.controller.get(kind, name).orElseThrow().conditions();
  }

  private Set<Integer> heights() {
    Set<Integer> priorities = new HashSet<>();
    rig.flows(1).stream()
        .filter(f -> f.key().table() == 210 && f.key().priority() > 0)
        .forEach(f -> priorities.add(f.key().priority()));
    return priorities;
  }

  private static Condition noFeature(String kind, String feature) {
    return Condition.failed(
        Condition.REALIZED,
        "NoFeature",
        "No installed feature reads objects of kind "
            + kind
            + "; the feature to install is "
            + feature
            + ".");
  }

  @Test
  void aDocumentOfAKindThatNoInstalledFeatureReadsIsKeptAndNamesTheFeatureToInstall() {
    assertThat(rig.put(acl("web")).effects()).containsExactly(Effect.CREATED);
    assertThat(conditions("QosRule", "web")).containsExactly(noFeature("QosRule", "qos"));
    assertThat(rig.put(acl("web")).effects()).containsExactly(Effect.UNCHANGED);
    rig.close();
    rig = new Rig(store);
    assertThat(rig.controller.list("QosRule"))
        .as("after a restart")
        .extracting(s -> s.document().spec().toString())
        .containsExactly("{\"whatever\":\"it says\"}");
    assertThat(rig.remove("QosRule", "web")).containsExactly(Effect.DELETED);
    assertThat(rig.controller.get("QosRule", "web")).isEmpty();
  }

  @Test
  void aSwitchSaysThatNobodyIsThereToForwardInIt() {
    rig.put(Rig.network("red"));
    assertThat(conditions("LogicalSwitch", "red")).contains(noFeature("LogicalSwitch", "l2"));
    rig.controller.add(new Rig.Said("l2", d -> {}));
    assertThat(conditions("LogicalSwitch", "red")).noneMatch(c -> c.reason().equals("NoFeature"));
  }

  @Test
  void aKindThatNobodyEverBroughtIsRefused() {
    assertThatThrownBy(() -> rig.put(mark("a", 5)))
        .hasCauseInstanceOf(RefusedException.class)
        .hasMessageContaining("Mark/a: no installed feature knows this kind");
  }

  @Test
  void whenTheFeatureArrivesItReadsWhatWaitedAndSaysWhatItCannotRead() {
    Marks first = new Marks();
    rig.controller.add(first);
    rig.controller.remove(first);
    assertThat(rig.inspection().retire("marks")).isEmpty();
    assertThat(rig.controller.kinds()).noneMatch(k -> k.name().equals("Mark"));
    rig.controller.add(first);
    rig.put(mark("kept", 9));
    rig.controller.remove(first);
    assertThat(rig.put(mark("waits", 5), mark("wrong", 0), mark("kept", 8)).effects())
        .as("nobody is there to judge them")
        .containsExactly(Effect.CREATED, Effect.CREATED, Effect.CONFIGURED);
    assertThat(conditions("Mark", "waits"))
        .containsExactly(
            Condition.failed(
                Condition.REALIZED,
                "FeatureAway",
                "Feature marks is away; what it left stays, and changes wait for its return."));
    assertThat(heights()).containsExactlyInAnyOrder(9, 10_009);
    rig.controller.add(new Marks());
    assertThat(heights()).containsExactlyInAnyOrder(5, 10_005, 8, 10_008);
    String sentence = "Mark/wrong spec.height: 1 or more is expected.";
    assertThat(conditions("Mark", "wrong"))
        .containsExactly(
            Condition.failed(Condition.ACCEPTED, "Refused", sentence),
            Condition.failed(Condition.REALIZED, "NotAccepted", sentence));
    assertThat(conditions("Mark", "waits")).allMatch(Condition::status);
    rig.put(mark("wrong", 7));
    assertThat(conditions("Mark", "wrong")).as("mended").allMatch(Condition::status);
    assertThat(heights()).contains(7);
  }

  @Test
  void aKindOutlivesItsFeatureAcrossARestartAsLongAsThereAreObjectsOfIt() {
    Marks marks = new Marks();
    rig.controller.add(marks);
    rig.put(mark("a", 5));
    int key = rig.controller.get("Mark", "a").orElseThrow().key();
    rig.close();
    rig = new Rig(store);
    assertThat(rig.controller.list("Mark")).hasSize(1);
    assertThat(rig.put(mark("a", 6)).effects()).containsExactly(Effect.CONFIGURED);
    assertThat(rig.inspection().retire("marks")).isEmpty();
    assertThat(conditions("Mark", "a")).containsExactly(noFeature("Mark", "marks"));
    assertThat(rig.controller.get("Mark", "a").orElseThrow().key()).isEqualTo(key);
  }

  @Test
  void aNumberOfAnObjectWhoseFeatureIsAwayIsNotGivenToAnother() {
    rig.controller.add(new Marks());
    rig.put(mark("a", 5));
    int taken = rig.controller.get("Mark", "a").orElseThrow().key();
    rig.close();
    Store.Contents now = store.load();
    store.commit(
        new Store.Commit(now.revision(), List.of(), List.of(), Map.of(KeySpace.OWNER, taken - 1)));
    rig = new Rig(store);
    rig.controller.add(new Rig.Said("other", d -> {}));
    assertThat(rig.controller.get("Feature", "other").orElseThrow().key())
        .as("the next in turn is %d, and it is taken", taken)
        .isGreaterThan(taken);
  }

  private record Rule(Id<Rule> id) implements Entity<Rule> {}

  @Test
  void whatCameBeforeItsKindHadNumbersGetsOneWhenTheFeatureArrives() {
    rig.put(acl("web"), acl("db"));
    Kind<Rule> numbered =
        new Kind<>(
            "QosRule",
            "qosrules",
            false,
            KeySpace.OWNER,
            (d, key) -> new Rule(new Id<>("QosRule", d.name())));
    rig.controller.add(new Rig.Said("qos", d -> d.kind(numbered)));
    assertThat(rig.controller.list("QosRule"))
        .extracting(s -> s.key())
        .doesNotContain(0)
        .doesNotHaveDuplicates();
    assertThat(
            store.load().documents().values().stream()
                .filter(s -> s.document().kind().equals("QosRule")))
        .as("and keeps it")
        .allMatch(s -> s.key() != 0);
  }

  @Test
  void noFeatureBringsAKindOfAnother() {
    rig.controller.add(new Marks());
    Kind<LogicalSwitch> mark =
        new Kind<>("Mark", "marcs", false, KeySpace.NONE, LogicalSwitch.KIND.parser());
    assertThatThrownBy(() -> rig.controller.add(new Rig.Said("other", d -> d.kind(mark))))
        .isInstanceOf(ContractException.class)
        .hasMessage("kind Mark (marcs) cannot be brought by other: marks has that name");
    assertThatThrownBy(
            () -> rig.controller.add(new Rig.Said("other", d -> d.kind(LogicalSwitch.KIND))))
        .hasMessage(
            "kind LogicalSwitch (logicalswitches) cannot be brought by other: the core has that"
                + " name");
    assertThat(rig.controller.get("Feature", "other")).isEmpty();
  }

  @Test
  void aFeatureThatLeftLeavesNoClassBehindThoughItsFlowsStay() throws Exception {
    WeakReference<ClassLoader> classes = cameAndWent();
    assertThat(heights()).containsExactlyInAnyOrder(5, 10_005);
    assertThat(new Later("a")).isEqualTo(new Later("a"));
    for (int i = 0; i < 50 && classes.get() != null; i++) {
      System.gc();
      Thread.onSpinWait();
    }
    assertThat(classes.get()).as("the class loader of the feature").isNull();
    rig.controller.add(new Marks());
    assertThat(heights()).as("taken over by its successor").containsExactlyInAnyOrder(5, 10_005);
  }

  /** Java 17 holds on to the class of the record whose equals was linked last (ObjectMethods). */
  private record Later(String any) {}

  private WeakReference<ClassLoader> cameAndWent() throws Exception {
    ClassLoader apart = new Apart();
    Feature marks =
        (Feature) apart.loadClass(Marks.class.getName()).getDeclaredConstructor().newInstance();
    assertThat(marks).isNotInstanceOf(Marks.class);
    rig.controller.add(marks);
    rig.put(mark("a", 5));
    assertThatThrownBy(() -> rig.put(mark("b", 0))).hasCauseInstanceOf(RefusedException.class);
    assertThat(conditions("Mark", "a")).isNotEmpty();
    rig.controller.remove(marks);
    return new WeakReference<>(apart);
  }

  /** As a bundle has: classes of its own, the API from its parent. */
  private static final class Apart extends ClassLoader {
    Apart() {
      super(KindsOfFeaturesTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("dev.heddle.engine.departing.") || findLoadedClass(name) != null) {
        return super.loadClass(name, resolve);
      }
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] code = in.readAllBytes();
        return defineClass(name, code, 0, code.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
