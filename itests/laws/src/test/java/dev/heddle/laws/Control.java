package dev.heddle.laws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.engine.Controller;
import dev.heddle.store.MemoryStore;
import dev.heddle.store.Store;

/** A controller that goes through the {@link ChangeStream} and never ends before its time. */
final class Control implements AutoCloseable {

  private final MemoryStore store = new MemoryStore();
  private final Controller controller = ChangeStream.controller(store);
  private int last;

  /** Brings it to the end of transaction {@code n}. */
  private void advance(int n) {
    while (last < n) {
      ChangeStream.apply(controller, ++last).join();
    }
  }

  /**
   * Asserts that a store which was opened again holds every acknowledged transaction, perhaps some
   * of those that were on their way, in order and each whole; and that a controller on it wants the
   * same bytes. Ends the store.
   *
   * @return how many transactions it holds
   */
  int assertSurvived(Store opened, int acknowledged, int submitted) {
    int held = ChangeStream.last(opened.load());
    assertThat(held).isBetween(acknowledged, submitted);
    try (Controller restarted = ChangeStream.controller(opened)) {
      // With the features: they may have died before they had their own records.
      advance(held);
      assertThat(ChangeStream.objects(opened.load()))
          .as("documents and numbers after transaction %d", held)
          .isEqualTo(ChangeStream.objects(store.load()));
      assertThat(ChangeStream.bytes(restarted))
          .as("bytes of flows after transaction %d", held)
          .isEqualTo(ChangeStream.bytes(controller));
    }
    return held;
  }

  @Override
  public void close() {
    controller.close();
  }
}
