package dev.heddle.openflow.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.openflow.admission.Admission.Bounds;
import dev.heddle.openflow.admission.Admission.Place;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AdmissionTest {

  private final List<String> log = new ArrayList<>();

  private Admission admission(int connections, int ofOne, int strangers, int strangersOfOne) {
    return new Admission(
        new Bounds(connections, ofOne, strangers, strangersOfOne), new Refusals(log::add));
  }

  private static InetSocketAddress peer(int number) {
    return new InetSocketAddress("127.9.0." + number, 1_000);
  }

  @Test
  void thereIsAMostInAll() {
    Admission admission = admission(2, 2, 2, 2);
    Place first = admission.enter(peer(1)).orElseThrow();
    assertThat(admission.enter(peer(2))).isPresent();
    assertThat(admission.enter(peer(3))).isEmpty();
    assertThat(log)
        .containsExactly(
            "127.9.0.3 is refused: it came while 2 connections were open, the most there may be");
    first.leave();
    assertThat(admission.enter(peer(3))).isPresent();
    assertThat(admission.open()).isEqualTo(2);
    assertThat(admission.refused()).isEqualTo(1);
  }

  @Test
  void oneAddressLeavesPlacesToOthers() {
    Admission admission = admission(10, 2, 10, 10);
    admission.enter(peer(1)).orElseThrow().introduced();
    admission.enter(peer(1)).orElseThrow().introduced();
    assertThat(admission.enter(peer(1))).isEmpty();
    assertThat(admission.enter(peer(2))).isPresent();
    assertThat(log)
        .containsExactly(
            "127.9.0.1 is refused: it has 2 connections open, the most for one address");
  }

  @Test
  void strangersLeavePlacesToWhoHasSaidWhoItIs() {
    Admission admission = admission(10, 10, 3, 2);
    Place one = admission.enter(peer(1)).orElseThrow();
    assertThat(admission.enter(peer(1))).isPresent();
    assertThat(admission.enter(peer(1))).isEmpty();
    assertThat(admission.enter(peer(2))).isPresent();
    assertThat(admission.enter(peer(3))).isEmpty();
    assertThat(log)
        .containsExactly(
            "127.9.0.1 is refused: it has 2 connections open on which it has not said yet who it is",
            "127.9.0.3 is refused: it came while too many had not said yet who they are");
    one.introduced();
    assertThat(one.isStranger()).isFalse();
    assertThat(admission.enter(peer(1))).isPresent();
  }

  @Test
  void placesAreBackWhateverTheOrderAndHoweverOften() {
    Random random = new Random(98);
    Admission admission = admission(20, 8, 12, 4);
    List<Place> taken = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      Place place = taken.isEmpty() ? null : taken.get(random.nextInt(taken.size()));
      switch (random.nextInt(3)) {
        case 0 -> admission.enter(peer(1 + random.nextInt(5))).ifPresent(taken::add);
        case 1 -> {
          if (place != null) {
            place.introduced();
          }
        }
        default -> {
          if (place != null) {
            place.leave();
            place.leave();
            place.introduced();
            taken.remove(place);
          }
        }
      }
      assertThat(admission.open()).isEqualTo(taken.size()).isLessThanOrEqualTo(20);
      assertThat(taken.stream().filter(Place::isStranger).count()).isLessThanOrEqualTo(12);
    }
    taken.forEach(Place::leave);
    assertThat(admission.open()).isZero();
    for (int i = 0; i < 12; i++) {
      assertThat(admission.enter(peer(i / 4 + 1))).as("place %d", i).isPresent();
    }
  }

  @Test
  void whatIsOnlyNotedIsNotCountedAsRefused() {
    Admission admission = admission(1, 1, 1, 1);
    admission.note(peer(1), "is odd");
    admission.note(peer(1), "is odd");
    assertThat(log).containsExactly("127.9.0.1 is odd");
    assertThat(admission.refused()).isZero();
  }

  @Test
  void boundsThatLetNobodyInAreAMistake() {
    assertThatThrownBy(() -> new Bounds(1, 1, 0, 1)).hasMessage("nobody could connect");
  }
}
