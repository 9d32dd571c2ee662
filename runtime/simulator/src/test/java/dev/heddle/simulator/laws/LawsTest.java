package dev.heddle.simulator.laws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder.request;

import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.View;
import dev.heddle.pipeline.Declarations;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Stage;
import dev.heddle.simulator.Net;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * The extension fails a scenario whose feature breaks a law. The scenarios below are run one by one
 * as JUnit would; none of them asserts anything itself.
 */
class LawsTest {

  private static final Stage STAGE = Stage.at("SIN", 200, "what a test feature does wrong");

  /** One flow for each port, with the priority that a feature thinks right. */
  abstract static class OneFlow implements Feature {

    abstract int priority(Id<LogicalPort> port, View view);

    @Override
    public String name() {
      return "sin";
    }

    @Override
    public void declare(Declarations d) {
      d.fill(STAGE);
      d.forEach(
          LogicalPort.KIND,
          "u",
          (id, view, out) ->
              out.add(STAGE.flow(priority(id, view)).drop().because(id).where(Scope.everywhere())));
    }
  }

  /** As it should be: the same for the same object. */
  public static final class Sound extends OneFlow {
    @Override
    int priority(Id<LogicalPort> port, View view) {
      return view.get(port).map(p -> 1 + p.addresses().size()).orElse(1);
    }
  }

  /** Impure: counts its calls. */
  public static final class Counting extends OneFlow {
    private int calls;

    @Override
    int priority(Id<LogicalPort> port, View view) {
      return ++calls;
    }
  }

  /** Lets a number show that the store gave. */
  public static final class Numbering extends OneFlow {
    @Override
    int priority(Id<LogicalPort> port, View view) {
      return view.get(port).orElseThrow().key();
    }
  }

  /** Remembers who came when, outside the model. */
  public static final class Remembering extends OneFlow {
    private final Map<Id<LogicalPort>, Integer> seen = new TreeMap<>();

    @Override
    int priority(Id<LogicalPort> port, View view) {
      return seen.computeIfAbsent(port, p -> seen.size() + 1);
    }
  }

  /** Reads something that nobody knows it read. */
  public static final class ReadingElsewhere extends OneFlow {
    private static int outside;

    @Override
    int priority(Id<LogicalPort> port, View view) {
      return 1 + outside;
    }
  }

  /** Ports that come, change and go. */
  private static void build(Net net) {
    net.sw("red").port("a", "10.0.0.1").on("n1").port("b", "10.0.0.2").on("n2");
    net.without("a").port("c").on("n1").port("a", "10.0.0.3").on("n1");
  }

  @ExtendWith(Laws.class)
  static class SoundScenario {
    @Test
    void builds() {
      build(Net.with(new Sound()));
    }
  }

  @ExtendWith(Laws.class)
  static class CountingScenario {
    @Test
    void builds() {
      build(Net.with(new Counting()));
    }
  }

  @ExtendWith(Laws.class)
  static class NumberingScenario {
    @Test
    void builds() {
      build(Net.with(new Numbering()));
    }
  }

  @ExtendWith(Laws.class)
  static class RememberingScenario {
    @Test
    void builds() {
      build(Net.with(new Remembering()));
    }
  }

  @ExtendWith(Laws.class)
  static class ForgetfulScenario {
    @Test
    void builds() {
      Net net = Net.with(new ReadingElsewhere());
      net.sw("red").port("a").on("n1");
      ReadingElsewhere.outside++;
    }
  }

  /** A field that nobody closes. */
  @ExtendWith(Laws.class)
  static class FieldScenario {
    private final Net net = Net.with(new Counting());

    @Test
    void builds() {
      build(net);
    }
  }

  /** Nothing is said of the laws, but the network is closed. */
  static class ClosedScenario {
    @Test
    void builds() {
      try (Net net = Net.with(new Counting())) {
        build(net);
      }
    }
  }

  @ExtendWith(Laws.class)
  static class LawlessScenario {
    @Test
    void builds() {
      build(Net.lawless(new Counting()));
    }
  }

  @TestFactory
  Stream<DynamicTest> aScenarioIsFailedWhoseFeatureBreaksALaw() {
    return Stream.of(
        breaks(CountingScenario.class, Law.FULL, Law.UNDO, Law.ORDER, Law.TWICE),
        breaks(NumberingScenario.class, Law.UNDO, Law.ORDER),
        breaks(RememberingScenario.class, Law.ORDER, Law.RESTART),
        breaks(ForgetfulScenario.class, Law.FULL),
        breaks(FieldScenario.class, Law.FULL),
        breaks(ClosedScenario.class, Law.FULL));
  }

  private static DynamicTest breaks(Class<?> scenario, Law... laws) {
    return DynamicTest.dynamicTest(
        scenario.getSimpleName(),
        () -> {
          List<String> told = failures(scenario);
          assertThat(told).hasSize(1);
          for (Law law : laws) {
            assertThat(told.get(0)).contains(law.broken());
          }
          assertThat(told.get(0)).contains("History.parse(", "put LogicalPort a ");
        });
  }

  @Test
  void everyLawIsBrokenByOneOfThem() {
    TreeSet<Law> broken = new TreeSet<>();
    for (Class<?> c :
        List.of(CountingScenario.class, NumberingScenario.class, RememberingScenario.class)) {
      String told = String.join("\n", failures(c));
      Stream.of(Law.values()).filter(law -> told.contains(law.broken())).forEach(broken::add);
    }
    assertThat(broken).containsExactly(Law.values());
  }

  @Test
  void aSoundScenarioPassesAndSoDoesOneThatIsExempt() {
    assertThat(failures(SoundScenario.class)).isEmpty();
    assertThat(failures(LawlessScenario.class)).isEmpty();
  }

  /** What JUnit says of a class's tests that fail. */
  private static List<String> failures(Class<?> scenario) {
    List<String> failures = new ArrayList<>();
    List<String> ran = new ArrayList<>();
    LauncherFactory.create()
        .execute(
            request().selectors(selectClass(scenario)).build(),
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest()) {
                  ran.add(test.getDisplayName());
                }
                if (result.getStatus() != Status.SUCCESSFUL) {
                  failures.add(test.getDisplayName() + result.getThrowable());
                }
              }
            });
    assertThat(ran).hasSize(1);
    return failures;
  }
}
