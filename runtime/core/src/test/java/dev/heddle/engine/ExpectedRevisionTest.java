package dev.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heddle.model.Document;
import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Effect;
import dev.heddle.model.Network.Result;
import dev.heddle.model.Network.State;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.StaleException;
import dev.heddle.store.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A change that is meant for one revision of an object is made to that one or not at all. */
@Timeout(20)
class ExpectedRevisionTest {

  private final Controller controller = new Controller(new MemoryStore());

  @AfterEach
  void stop() {
    controller.close();
  }

  private static Document network(String name, int mtu) {
    var spec = JsonNodeFactory.instance.objectNode().put("mtu", mtu);
    return new Document("LogicalSwitch", name, Map.of(), spec);
  }

  private static Change.Put put(int mtu, long expected) {
    return new Change.Put(network("red", mtu), OptionalLong.of(expected));
  }

  private Result make(Change... changes) throws Exception {
    return controller.transact(Writer.USER, List.of(changes)).get();
  }

  private State red() {
    return controller.get("LogicalSwitch", "red").orElseThrow();
  }

  @Test
  void theRevisionAnObjectIsAtIsTakenAndAnOlderOneIsNot() throws Exception {
    make(new Change.Put(network("red", 1400)));
    long first = red().revision();
    make(put(1300, first));
    assertThatThrownBy(() -> make(put(1200, first)))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(StaleException.class)
        .hasMessageContaining("LogicalSwitch/red is at revision " + red().revision());
    assertThat(red().document()).isEqualTo(network("red", 1300));
    Change old = new Change.Remove("LogicalSwitch", "red", true, OptionalLong.of(first));
    assertThatThrownBy(() -> make(old)).hasCauseInstanceOf(StaleException.class);
    long now = red().revision();
    make(new Change.Remove("LogicalSwitch", "red", true, OptionalLong.of(now)));
    assertThat(controller.get("LogicalSwitch", "red")).isEmpty();
  }

  @Test
  void revisionZeroMeansThatTheObjectMustBeNew() throws Exception {
    make(put(1400, 0));
    assertThatThrownBy(() -> make(put(1300, 0))).hasCauseInstanceOf(StaleException.class);
    assertThatThrownBy(() -> make(put(1400, 0)))
        .as("even if nothing would change")
        .hasCauseInstanceOf(StaleException.class);
  }

  @Test
  void oneStaleStepStopsTheWholeTransactionAndItsNumbersAreGivenBack() throws Exception {
    make(put(1400, 0));
    assertThatThrownBy(() -> make(new Change.Put(network("blue", 1400)), put(1300, 0)))
        .hasCauseInstanceOf(StaleException.class);
    assertThat(controller.get("LogicalSwitch", "blue")).isEmpty();
    assertThat(make(new Change.Put(network("blue", 1400))).effects())
        .containsExactly(Effect.CREATED);
  }

  @Test
  void twoTransactionsOnOneObjectAreTwoRevisionsThoughTheyWaitTogether() throws Exception {
    CompletableFuture<Void> release = new CompletableFuture<>();
    CompletableFuture<Void> holding = new CompletableFuture<>();
    AutoCloseable blocker =
        controller.watch(
            r -> {
              holding.complete(null);
              release.join();
            });
    List<CompletableFuture<Result>> results = new ArrayList<>();
    results.add(controller.transact(Writer.USER, List.of(new Change.Put(network("blue", 1400)))));
    holding.join(); // from here on transactions wait together
    for (int mtu = 1000; mtu < 1004; mtu++) {
      results.add(controller.transact(Writer.USER, List.of(new Change.Put(network("red", mtu)))));
      results.add(
          controller.transact(Writer.USER, List.of(new Change.Put(network("other-" + mtu, mtu)))));
    }
    release.complete(null);
    List<Long> revisions = new ArrayList<>();
    for (int i = 1; i < results.size(); i += 2) {
      revisions.add(results.get(i).get().revision());
    }
    assertThat(revisions).doesNotHaveDuplicates().isSorted();
    assertThat(red().revision()).isEqualTo(revisions.get(3));
    assertThat(red().document()).isEqualTo(network("red", 1003));
    blocker.close();
  }
}
