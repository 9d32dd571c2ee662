package dev.heddle.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.openflow.codec.FlowUpdate;
import dev.heddle.openflow.codec.Installed;
import dev.heddle.openflow.session.FlowTable.Slice;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FlowTableTest {

  private static final Slice ALL = new Slice(0, 0);
  private static final Slice EVEN = new Slice(0, 1);

  private static Installed.Known known(int table, int priority, long cookie) {
    return new Installed.Known(
        new Flow(new FlowKey(table, priority, Match.ALL), cookie, List.of()));
  }

  private static Installed.Foreign unsaid(int table, int priority, long cookie) {
    return new Installed.Foreign(
        table, priority, cookie, Optional.of(new FlowKey(table, priority, Match.ALL)), "");
  }

  @Test
  void aPlaceHasOneFlowWhetherItCanBeSaidOrNot() {
    FlowTable table = new FlowTable(List.of(known(1, 1, 2), known(1, 2, 2)));
    assertThat(table.told(new FlowUpdate.Present(unsaid(1, 1, 9)))).isPresent();
    assertThat(table.size()).isEqualTo(2);
    assertThat(table.told(new FlowUpdate.Present(known(1, 1, 2)))).isPresent();
    assertThat(table.foreign()).isEmpty();
    assertThat(table.told(new FlowUpdate.Gone(unsaid(1, 1, 2)))).isPresent();
    assertThat(table.size()).isEqualTo(1);
  }

  @Test
  void whatIsKnownAlreadyIsNoNews() {
    FlowTable table = new FlowTable(List.of(known(1, 1, 2)));
    assertThat(table.told(new FlowUpdate.Present(known(1, 1, 2)))).isEmpty();
    assertThat(table.told(new FlowUpdate.Gone(unsaid(1, 7, 2)))).isEmpty();
    assertThat(table.compare(List.of(known(1, 1, 2)), ALL, Set.of())).isEmpty();
  }

  @Test
  void whatTheSwitchLearnsIsCountedAndNoSurprise() {
    FlowTable table = new FlowTable(List.of());
    Installed.Foreign learned = unsaid(200, 1, Cookie.learned("x"));
    assertThat(table.told(new FlowUpdate.Present(learned))).isEmpty();
    assertThat(table.size()).isEqualTo(1);
    assertThat(table.foreign()).isEmpty();
    assertThat(table.told(new FlowUpdate.Gone(learned))).isEmpty();
    assertThat(table.size()).isZero();
  }

  @Test
  void aSliceSaysNothingOfFlowsThatAreNotInIt() {
    FlowTable table = new FlowTable(List.of(known(1, 1, 2), known(1, 2, 3)));
    assertThat(table.compare(List.of(), EVEN, Set.of()))
        .extracting(s -> s.place().priority())
        .containsExactly(1);
    assertThat(table.flows()).hasSize(1);
  }

  @Test
  void ofPlacesThatAreBeingChangedASliceSaysNothing() {
    FlowTable table = new FlowTable(List.of(known(1, 1, 2)));
    Set<Place> changing = Set.of(Place.of(known(1, 1, 2)), Place.of(known(1, 5, 2)));
    assertThat(table.compare(List.of(known(1, 5, 2)), ALL, changing)).isEmpty();
    assertThat(table.flows()).hasSize(1);
  }

  @Test
  void slicesAreSmallAndTogetherEverything() {
    Rounds rounds = new Rounds();
    rounds.begin(Duration.ZERO, 0);
    Set<Long> covered = new HashSet<>();
    for (int i = 0; i < 64; i++) {
      Slice slice = rounds.slice(100_000, i).orElseThrow();
      assertThat(slice.mask()).isEqualTo(63);
      assertThat(rounds.slice(100_000, i)).as("one at a time").isEmpty();
      covered.add(slice.cookie());
      rounds.answered();
    }
    assertThat(covered).hasSize(64);
  }

  @Test
  void aRoundOfASwitchThatTellsTakesItsTime() {
    Rounds rounds = new Rounds();
    rounds.begin(Duration.ofSeconds(60), 0);
    assertThat(rounds.slice(10, 59_000_000_000L)).isEmpty();
    assertThat(rounds.slice(10, 60_000_000_000L)).contains(ALL);
  }
}
