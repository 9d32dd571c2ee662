package dev.heddle.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.model.Network.Change;
import dev.heddle.model.Network.Effect;
import dev.heddle.model.Network.Result;
import dev.heddle.model.Network.Writer;
import dev.heddle.model.RefusedException;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.DesiredFlows.Revision;
import dev.heddle.store.MemoryStore;
import dev.heddle.store.Store;
import dev.heddle.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All of a transaction or nothing, and to each writer the answer to what it asked. */
@Timeout(60)
class TransactionsTest {

  private final AtomicBoolean full = new AtomicBoolean();
  private final MemoryStore memory = new MemoryStore();
  private final Rig rig = new Rig(new Limited());

  /** A store that is full when the test says so. */
  private final class Limited implements Store {
    @Override
    public Contents load() {
      return memory.load();
    }

    @Override
    public void commit(Commit commit) {
      if (full.get()) {
        throw new StoreException("the change could not be stored: full", null);
      }
      memory.commit(commit);
    }

    @Override
    public void close() {
      memory.close();
    }
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  @Test
  void aRefusedTransactionChangesNothingAndSaysAllThatIsWrong() {
    rig.put(Rig.network("red"), Rig.node(1));
    Store.Contents before = memory.load();
    var flows = rig.flows(1);
    List<Revision> told = new ArrayList<>();
    rig.controller.listen(told::add);
    CompletableFuture<Result> refused =
        rig.controller.transact(
            Writer.USER,
            List.of(
                new Change.Put(Rig.network("blue")),
                new Change.Put(Rig.network("red", 5)),
                new Change.Put(Rig.node(2)),
                new Change.Remove("LogicalSwitch", "nobody", true),
                new Change.Remove("Unheard", "x", false)));
    assertThatThrownBy(refused::join)
        .hasCauseInstanceOf(RefusedException.class)
        .cause()
        .hasMessage(
            "LogicalSwitch/red spec.mtu: 576 to 9000 bytes, not 5; "
                + "Node/n2: objects of this kind are written by the system only; "
                + "LogicalSwitch/nobody: there is no such object; "
                + "Unheard/x: no installed feature knows this kind; known are"
                + " Acl, AddressSet, BfdSession, BgpPeer, DhcpOptions, DnsRecords, LoadBalancer,"
                + " LogicalPort, LogicalRouter, LogicalSwitch, Meter, Mirror, Nat, PortGroup, QosRule,"
                + " RouteAdvertisement");
    assertThat(memory.load()).isEqualTo(before);
    assertThat(rig.flows(1)).isEqualTo(flows);
    assertThat(rig.controller.list("LogicalSwitch")).hasSize(1);
    assertThat(told).allSatisfy(r -> assertThat(r.objects()).isEmpty());
    assertThat(rig.inspection().work().revision()).isEqualTo(before.revision());
  }

  @Test
  void whatCannotBeStoredIsRefusedAndTheNextIsTaken() {
    rig.put(Rig.network("red"));
    Store.Contents before = memory.load();
    full.set(true);
    assertThatThrownBy(() -> rig.put(Rig.network("blue"))).hasCauseInstanceOf(StoreException.class);
    assertThat(rig.controller.get("LogicalSwitch", "blue")).isEmpty();
    assertThat(rig.inspection().work().revision()).isEqualTo(before.revision());
    full.set(false);
    assertThat(rig.put(Rig.network("green")).revision()).isEqualTo(before.revision() + 1);
    assertThat(rig.controller.list("LogicalSwitch"))
        .as("what was refused does not come with the next")
        .extracting(x -> x.document().name())
        .containsExactly("green", "red");
    assertThat(memory.load().documents()).hasSize(before.documents().size() + 1);
  }

  @Test
  void transactionsThatWaitTogetherAreOneRevisionAndEachHasItsOwnAnswer() throws Exception {
    rig.put(Rig.network("red"), Rig.network("gone"));
    CompletableFuture<Void> release = new CompletableFuture<>();
    CompletableFuture<Void> holding = new CompletableFuture<>();
    AutoCloseable blocker =
        rig.controller.watch(
            r -> {
              holding.complete(null);
              release.join();
            });
    CompletableFuture<Result> first = rig.transact(Rig.network("first"));
    holding.join(); // from here on transactions wait together
    CompletableFuture<Result> created = rig.transact(Rig.network("blue"), Rig.network("green"));
    CompletableFuture<Result> refused = rig.transact(Rig.network("never"), Rig.network("odd", 5));
    CompletableFuture<Result> same = rig.transact(Rig.network("red"));
    CompletableFuture<Result> deleted =
        rig.controller.transact(
            Writer.USER, List.of(new Change.Remove("LogicalSwitch", "gone", true)));
    release.complete(null);
    assertThat(first.get().effects()).containsExactly(Effect.CREATED);
    assertThat(created.get().effects()).containsExactly(Effect.CREATED, Effect.CREATED);
    assertThat(same.get().effects()).containsExactly(Effect.UNCHANGED);
    assertThat(deleted.get().effects()).containsExactly(Effect.DELETED);
    assertThatThrownBy(refused::get).hasCauseInstanceOf(RefusedException.class);
    assertThat(List.of(created.get().revision(), same.get().revision(), deleted.get().revision()))
        .containsOnly(first.get().revision() + 1);
    assertThat(rig.controller.list("LogicalSwitch"))
        .extracting(s -> s.document().name())
        .containsExactly("blue", "first", "green", "red");
    blocker.close();
  }

  @Test
  void aListenerOrWatcherThatFailsSpoilsNoTransactionAndNoOtherListener() throws Exception {
    List<Long> told = new ArrayList<>();
    rig.controller.listen(
        r -> {
          throw new IllegalStateException("deaf");
        });
    rig.controller.listen(r -> told.add(r.number()));
    rig.controller.watch(
        r -> {
          throw new IllegalStateException("blind");
        });
    rig.controller.watch(told::add);
    long revision = rig.put(Rig.network("red")).revision();
    rig.controller.list("LogicalSwitch"); // on the model's thread, after the watchers
    assertThat(told).containsExactly(revision, revision);
  }

  @Test
  void whatIsReadBackAfterARestartIsWhatWasThere() {
    rig.put(Rig.network("red"), Rig.port("p", "red", 1, Map.of("a", "b")), Rig.node(1));
    var before = rig.controller.list("LogicalPort");
    rig.close();
    try (Rig again = new Rig(memory)) {
      assertThat(again.controller.list("LogicalPort")).isEqualTo(before);
      assertThat(again.put(Rig.network("red")).effects()).containsExactly(Effect.UNCHANGED);
    }
  }

  @Test
  void whoReadsARevisionFindsThatItWasTold() {
    AtomicLong told = new AtomicLong(rig.controller.read(DesiredFlows.Snapshot::revision));
    rig.controller.listen(r -> told.set(r.number()));
    AtomicBoolean enough = new AtomicBoolean();
    CompletableFuture<Long> early =
        CompletableFuture.supplyAsync(
            () -> {
              long found = 0;
              while (!enough.get()) {
                found += rig.controller.read(s -> s.revision() > told.get() ? 1 : 0);
              }
              return found;
            });
    for (int i = 0; i < 200; i++) {
      rig.put(Rig.network("s" + i));
    }
    enough.set(true);
    assertThat(early.join()).isZero();
  }
}
