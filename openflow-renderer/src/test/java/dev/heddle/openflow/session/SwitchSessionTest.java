package dev.heddle.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Node;
import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.DesiredFlows.Revision;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** One switch that answers when it is told to. */
class SwitchSessionTest {

  private static final long OWN = 1L << 48;

  private final FakeDesired desired = new FakeDesired();
  private final SwitchSession session =
      new SwitchSession(Node.KIND.id("n1"), 7, desired, () -> -1, Runnable::run, () -> {});
  private FakeSwitch there = new FakeSwitch(new HashMap<>());

  private static FlowKey key(int number) {
    return new FlowKey(3, number, Match.ALL);
  }

  private static Flow flow(int number, long cookie) {
    return new Flow(key(number), cookie, List.<Action>of());
  }

  /** Wants a flow whose cookie says which version of it it is. */
  private void want(int number, int version) {
    desired.revision++;
    desired.flows.put(key(number), flow(number, OWN + version));
    session.mark(Set.of(key(number)), desired.revision);
  }

  private void connectWithFlows(int count) {
    for (int i = 0; i < count; i++) {
      desired.flows.put(key(i), flow(i, OWN));
    }
    session.connected(there);
    assertThat(there.flows).isEqualTo(desired.flows);
    there.commits.clear();
  }

  @Test
  void whatOthersDoIsHealedOnceASecondInOneGo() {
    connectWithFlows(10);
    there.steal(key(1));
    there.meddle(flow(99, 0));
    there.meddle(flow(2, 0));
    assertThat(there.commits).isEmpty();
    session.tick();
    assertThat(there.commits).hasSize(1);
    assertThat(there.flows).isEqualTo(desired.flows);
    assertThat(session.state().drift().healed()).isEqualTo(3);
    assertThat(session.state().drift().owners())
        .containsExactlyInAnyOrder("one LogicalPort/p1: 1", "one LogicalPort/p2: 1", "nobody: 1");
    session.tick();
    assertThat(there.commits).hasSize(1);
  }

  @Test
  void aRevisionWhoseChangesAreNotKnownYetIsNotConfirmed() {
    connectWithFlows(10);
    long before = desired.revision;
    desired.revision++;
    desired.flows.put(key(3), flow(3, OWN + 1));
    there.steal(key(1));
    session.tick(); // compares, and reads the newest revision, of which nobody has told it
    assertThat(there.flows).isNotEqualTo(desired.flows);
    assertThat(session.state().installed()).isEqualTo(before);
    session.mark(Set.of(key(3)), desired.revision);
    assertThat(there.flows).isEqualTo(desired.flows);
    assertThat(session.state().installed()).isEqualTo(desired.revision);
  }

  @Test
  void aFeatureThatComesWithOtherFlowsTakesAndGivesInOneBundleWhateverIsMarkedBefore() {
    connectWithFlows(10);
    desired.revision++;
    desired.flows.remove(key(3));
    desired.flows.put(key(103), flow(103, OWN));
    session.heard(
        new Revision(
            desired.revision,
            Map.of(Node.KIND.id("n1"), Set.of(key(3), key(103))),
            Set.of(),
            Set.of(1)));
    session.mark(Set.of(key(3)), desired.revision - 1); // an earlier revision changed it, too
    assertThat(there.commits).hasSize(1);
    assertThat(there.commits.get(0)).hasSize(2);
    assertThat(there.flows).isEqualTo(desired.flows);
    assertThat(session.state().installed()).isEqualTo(desired.revision - 1);
    session.mark(Set.of(), desired.revision);
    assertThat(there.commits).hasSize(1);
    assertThat(session.state().installed()).isEqualTo(desired.revision);
  }

  @Test
  void aSwitchThatDoesNotTellIsAskedSliceBySlice() {
    there.tells = false;
    connectWithFlows(10);
    there.steal(key(1));
    there.meddle(flow(99, 0));
    session.tick(); // sees
    session.tick(); // heals
    assertThat(there.flows).isEqualTo(desired.flows);
    assertThat(session.state().drift().healed()).isEqualTo(2);
  }

  @Test
  void whatASwitchSaidBeforeACommitIsNotHeldAgainstTheCommit() {
    there.tells = false;
    connectWithFlows(10);
    there.hang();
    session.tick(); // asks for a slice
    assertThat(there.outstanding()).isEqualTo(1);
    want(1, 7);
    want(50, 7);
    there.resume();
    session.tick();
    session.tick();
    assertThat(there.commits).as("one each for 1 and 50").hasSize(2);
    assertThat(there.flows).isEqualTo(desired.flows);
    assertThat(session.state().drift().healed()).isZero();
  }

  @Test
  void aSwitchThatHangsHasOneRequestOutstandingAndIsThenGivenTheNewestOnly() {
    connectWithFlows(10);
    there.hang();
    for (int version = 1; version <= 1_000; version++) {
      want(1, version);
      want(2, version);
      session.tick();
    }
    assertThat(there.outstanding()).isEqualTo(1);
    assertThat(there.commits).hasSize(1);
    assertThat(session.state().installed()).isLessThan(desired.revision);
    assertThat(session.state().waiting()).isEqualTo(3); // one is on its way, two wait

    there.resume();
    assertThat(there.commits).hasSize(2);
    assertThat(there.commits.get(1))
        .containsExactlyInAnyOrder(
            new FlowChange.Put(flow(1, OWN + 1_000)), new FlowChange.Put(flow(2, OWN + 1_000)));
    assertThat(there.flows).isEqualTo(desired.flows);
    assertThat(session.state().installed()).isEqualTo(desired.revision);
  }

  @Test
  void aConnectionThatIsLostWithACommitUnderWayLeavesNothingToChance() {
    connectWithFlows(10);
    for (boolean done : new boolean[] {true, false}) {
      there.hang();
      want(1, done ? 3 : 4);
      there.doOneAndDie(done);
      assertThat(session.state().connected()).isFalse();
      there = there.again();
      session.connected(there);
      assertThat(there.flows).isEqualTo(desired.flows);
      assertThat(there.commits).as("what was done is not done again").hasSize(done ? 0 : 1);
    }
    assertThat(session.state().drift().healed()).isZero();
  }

  @Test
  void changesByOthersWhileACommitIsUnderWayAreHealedAfterIt() {
    connectWithFlows(10);
    there.hang();
    want(1, 5);
    there.steal(key(2));
    session.tick();
    assertThat(there.outstanding()).isEqualTo(1);
    there.resume();
    session.tick();
    assertThat(there.flows).isEqualTo(desired.flows);
    assertThat(session.state().drift().healed()).isEqualTo(1);
  }

  @Test
  void aRevisionOfWhichTheSessionWasNotToldIsNotConfirmed() {
    connectWithFlows(10);
    desired.flows.put(key(1), flow(1, OWN + 9));
    desired.revision++;
    session.mark(Set.of(key(2)), desired.revision - 1); // the one before is only heard of now
    assertThat(session.state().installed()).isEqualTo(desired.revision - 1);
    session.mark(Set.of(key(1)), desired.revision);
    assertThat(session.state().installed()).isEqualTo(desired.revision);
    assertThat(there.flows).isEqualTo(desired.flows);
  }
}
