package dev.heddle.openflow.channel;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.openflow.admission.Admission;
import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.openflow.codec.Installed;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a scripted switch that behaves as no real one does. */
class SwitchListenerTest {

  private static final FlowChange CHANGE = new FlowChange.Remove(new FlowKey(0, 1, Match.ALL));

  private final LinkedBlockingQueue<SwitchConnection> connections = new LinkedBlockingQueue<>();
  private SwitchListener listener;

  @BeforeEach
  void listen() {
    listener = listen(new Limits(new Admission.Bounds(2, 2, 2, 2), Duration.ofSeconds(60)));
  }

  /** For tests that wait for it to be lost; long enough for a switch to introduce itself. */
  private void listenWithLittlePatience() {
    listener.close();
    listener = listen(new Limits(new Admission.Bounds(2, 2, 2, 2), Duration.ofSeconds(3)));
  }

  private SwitchListener listen(Limits limits) {
    return SwitchListener.open(local(0), Optional.empty(), limits, connections::add);
  }

  private static InetSocketAddress local(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  @AfterEach
  void end() {
    listener.close();
  }

  private SwitchConnection next() throws InterruptedException {
    SwitchConnection c = connections.poll(10, SECONDS);
    assertThat(c).isNotNull();
    return c;
  }

  @Test
  void aPortInUseIsASentence() {
    assertThatThrownBy(
            () ->
                SwitchListener.open(
                    local(listener.port()), Optional.empty(), Limits.DEFAULT, connections::add))
        .isInstanceOf(SwitchFailure.class)
        .hasMessageContaining("cannot listen for switches on")
        .hasMessageContaining("in use");
  }

  @Test
  void itsPortIsFreeOnceItIsClosed() {
    int port = listener.port();
    listener.close();
    listener = SwitchListener.open(local(port), Optional.empty(), Limits.DEFAULT, connections::add);
    assertThat(listener.port()).isEqualTo(port);
  }

  @Test
  void anotherVersionEndsTheConnection() throws Exception {
    try (ScriptedSwitch old = new ScriptedSwitch(listener.port()).introduce(1)) {
      next();
      old.say("010a000800000000");
      assertThat(old.isLeft()).isTrue();
    }
  }

  @Test
  void whoSaysNothingIsDroppedAndNotHandedOver() throws Exception {
    listenWithLittlePatience();
    try (ScriptedSwitch silent = new ScriptedSwitch(listener.port())) {
      assertThat(silent.isLeft()).isTrue();
      assertThat(connections).isEmpty();
    }
  }

  @Test
  void furtherConnectionsThanAllowedAreRefusedUntilOneEnds() throws Exception {
    try (ScriptedSwitch first = new ScriptedSwitch(listener.port()).introduce(1);
        ScriptedSwitch second = new ScriptedSwitch(listener.port()).introduce(2)) {
      SwitchConnection one = next();
      next();
      try (ScriptedSwitch third = new ScriptedSwitch(listener.port())) {
        assertThat(third.isLeft()).isTrue();
      }
      one.close();
      assertThat(first.isLeft()).isTrue();
      try (ScriptedSwitch third = new ScriptedSwitch(listener.port()).introduce(3)) {
        assertThat(next().datapathId()).isEqualTo(3);
      }
      assertThat(second).isNotNull();
    }
  }

  @Test
  void aSwitchThatHangsFailsTheFutureAndLosesItsConnection() throws Exception {
    listenWithLittlePatience();
    try (ScriptedSwitch hung = new ScriptedSwitch(listener.port()).introduce(1)) {
      SwitchConnection connection = next();
      CompletableFuture<BundleOutcome> commit = connection.commit(List.of(CHANGE));
      CompletableFuture<Void> barrier = connection.barrier();

      assertThatThrownBy(() -> commit.get(10, SECONDS))
          .hasCauseInstanceOf(SwitchFailure.class)
          .hasMessageContaining("did not answer within 300");
      assertThatThrownBy(() -> barrier.get(10, SECONDS)).hasCauseInstanceOf(SwitchFailure.class);
      assertThat(hung.isLeft()).isTrue();
      assertThat(connection.isOpen()).isFalse();
      assertThat(listener.refused()).isEqualTo(1);
    }
  }

  @Test
  void whatWaitsFailsWhenTheSwitchGoesAway() throws Exception {
    SwitchConnection connection;
    List<CompletableFuture<?>> waiting;
    try (ScriptedSwitch leaving = new ScriptedSwitch(listener.port()).introduce(1)) {
      connection = next();
      waiting =
          List.of(
              connection.commit(List.of(CHANGE)),
              connection.commit(List.of(CHANGE)),
              connection.dump(),
              connection.barrier());
    }
    for (CompletableFuture<?> f : waiting) {
      assertThatThrownBy(() -> f.get(10, SECONDS)).hasCauseInstanceOf(SwitchFailure.class);
    }
    assertThat(connection.isOpen()).isFalse();
  }

  @Test
  void echoIsAnsweredWhileACommitWaitsForTheSwitch() throws Exception {
    try (ScriptedSwitch slow = new ScriptedSwitch(listener.port()).introduce(1)) {
      CompletableFuture<BundleOutcome> commit = next().commit(Collections.nCopies(10_000, CHANGE));
      slow.say("0402000800001234");
      assertThat(slow.expect(3)).isEqualTo(0x1234);
      assertThat(commit).isNotDone();
    }
  }

  @Test
  void aSwitchThatReadsNothingIsNotWrittenToWithoutEnd() throws Exception {
    try (ScriptedSwitch deaf = new ScriptedSwitch(listener.port()).introduce(1)) {
      SwitchConnection connection = next();
      int changes = 1_000_000; // 100 MB
      CompletableFuture<BundleOutcome> commit =
          connection.commit(Collections.nCopies(changes, CHANGE));
      long before = -1;
      while (connection.flowModsSent() > before) { // until the kernel takes no more
        before = connection.flowModsSent();
        assertThatThrownBy(() -> commit.get(1, SECONDS)).isInstanceOf(TimeoutException.class);
      }
      assertThat(connection.flowModsSent()).isPositive().isLessThan(changes / 2);
      assertThat(deaf).isNotNull();
    }
  }

  @Test
  void aBrokenAnswerFailsTheFutureAndEndsTheConnection() throws Exception {
    try (ScriptedSwitch broken = new ScriptedSwitch(listener.port()).introduce(1)) {
      CompletableFuture<List<Installed>> dump = next().dump();
      int xid = broken.expect(18);
      broken.say("04130018%08x0001000000000000".formatted(xid) + "ffff000000000000");

      assertThatThrownBy(() -> dump.get(10, SECONDS))
          .hasCauseInstanceOf(SwitchFailure.class)
          .hasMessageContaining("a message ends");
      assertThat(broken.isLeft()).isTrue();
    }
  }

  /** The head of a part of flow statistics of which more follows. */
  private static final String MORE = "0001000100000000";

  @Test
  void aDumpOfWhichEverMoreFollowsEndsByCount() throws Exception {
    try (ScriptedSwitch endless = new ScriptedSwitch(listener.port()).introduce(1)) {
      SwitchConnection connection = next();
      CompletableFuture<List<Installed>> dump = connection.dump();
      int xid = endless.expect(18);
      endless.repeat("04130010%08x".formatted(xid) + MORE, Dumps.MOST_EMPTY + 1);

      assertThatThrownBy(() -> dump.get(10, SECONDS))
          .hasMessageContaining("a dump of which ever more is to follow");
      assertThat(endless.isLeft()).isTrue();
      assertThat(listener.refused()).isEqualTo(1);
    }
  }

  @Test
  void answersAboutBundlesThatNobodyAskedForAreNoMatterOrEndTheConnection() throws Exception {
    try (ScriptedSwitch liar = new ScriptedSwitch(listener.port()).introduce(1)) {
      SwitchConnection connection = next();
      // close-reply and commit-reply while there is no bundle
      liar.say("0404001800000777" + "4f4e4600000008fc" + "0000000700030003");
      liar.say("0404001800000778" + "4f4e4600000008fc" + "0000000700050003");
      liar.say("0402000c00001234cafe0001");
      assertThat(liar.expect(3)).isEqualTo(0x1234);

      CompletableFuture<BundleOutcome> commit = connection.commit(List.of(CHANGE));
      int open = liar.expect(4);
      // "committed", before anything was closed
      liar.say("04040018%08x".formatted(open + 3) + "4f4e4600000008fc" + "0000000100050003");
      assertThatThrownBy(() -> commit.get(10, SECONDS))
          .hasMessageContaining("a bundle that was not asked for");
      assertThat(liar.isLeft()).isTrue();
    }
  }

  @Test
  void anAnswerAboutAnotherBundleIsNotTakenForThisOne() throws Exception {
    try (ScriptedSwitch liar = new ScriptedSwitch(listener.port()).introduce(1)) {
      CompletableFuture<BundleOutcome> commit = next().commit(List.of(CHANGE));
      int open = liar.expect(4);
      liar.expect(4);
      assertThat(liar.expect(4)).isEqualTo(open + 2); // close
      liar.say("04040018%08x".formatted(open + 2) + "4f4e4600000008fc" + "0000000900030003");
      assertThatThrownBy(() -> commit.get(10, SECONDS))
          .hasMessageContaining("a bundle that was not asked for");
      assertThat(liar.isLeft()).isTrue();
      assertThat(listener.refused()).isEqualTo(1);
    }
  }

  @Test
  void anImpossibleLengthEndsTheConnection() throws Exception {
    try (ScriptedSwitch broken = new ScriptedSwitch(listener.port()).introduce(1)) {
      next();
      broken.say("0401000000000000");
      assertThat(broken.isLeft()).isTrue();
    }
  }

  @Test
  void echoIsAnsweredAndStrayMessagesAreNoMatter() throws Exception {
    try (ScriptedSwitch odd = new ScriptedSwitch(listener.port()).introduce(1)) {
      SwitchConnection connection = next();
      odd.say("040a0008000000ff"); // packet-in, nothing in it
      odd.say("0404000800000003"); // experimenter, nothing in it
      odd.say("0401000c000000ff00010001"); // error that nobody waits for
      odd.say("0402000c00001234cafe0001"); // echo
      assertThat(odd.expect(3)).isEqualTo(0x1234);
      assertThat(connection.isOpen()).isTrue();
    }
  }
}
