package dev.heddle.simulator.laws;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Wraps every packet scenario: after each test the networks it built with {@link
 * dev.heddle.simulator.Net} are held to every {@link Law}, and the test fails if one does not hold.
 * What no test closed is closed with its class.
 *
 * <p>JUnit finds it by itself where {@code junit.jupiter.extensions.autodetection.enabled} is set;
 * elsewhere say {@code @ExtendWith(Laws.class)}. Without either a network is held to the laws when
 * it is closed.
 */
public final class Laws implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {

  /** For the class whose tests run, and the classes around it: what they opened. */
  private static final ThreadLocal<Deque<List<Scenario>>> OPEN =
      ThreadLocal.withInitial(ArrayDeque::new);

  static void opened(Scenario scenario) {
    if (areHeld()) {
      OPEN.get().peek().add(scenario);
    }
  }

  /** Whether the test that runs on this thread is wrapped. */
  public static boolean areHeld() {
    return !OPEN.get().isEmpty();
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    OPEN.get().push(new ArrayList<>());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    forEach(OPEN.get().stream().flatMap(List::stream), Scenario::hold);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    forEach(OPEN.get().pop().stream(), Scenario::close);
  }

  /** Each of them, also if one before fails. */
  private static void forEach(Stream<Scenario> scenarios, Consumer<Scenario> what) {
    List<AssertionError> failures = new ArrayList<>();
    scenarios.forEach(
        s -> {
          try {
            what.accept(s);
          } catch (AssertionError e) {
            failures.add(e);
          }
        });
    if (!failures.isEmpty()) {
      AssertionError first = failures.remove(0);
      failures.forEach(first::addSuppressed);
      throw first;
    }
  }
}
