package dev.heddle.openflow.discovery;

import static dev.heddle.model.PlainSwitch.State.EDGE;
import static dev.heddle.model.PlainSwitch.State.LINK;
import static dev.heddle.model.PlainSwitch.State.LOST;
import static dev.heddle.model.PlainSwitch.State.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Id;
import dev.heddle.model.PlainSwitch;
import dev.heddle.model.PlainSwitch.End;
import dev.heddle.model.PlainSwitch.State;
import dev.heddle.openflow.codec.PhysicalPort;
import dev.heddle.openflow.discovery.Probes.Probe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Rounds of probes over cables that are put in and pulled out. Ports are named switch:port. */
class DiscoveryTest {

  private Discovery discovery = new Discovery(List.of());
  private final Map<End, End> cables = new HashMap<>();
  private final Set<Id<PlainSwitch>> here = new HashSet<>();
  private final Set<Id<PlainSwitch>> late = new HashSet<>();

  private static End end(String text) {
    String[] parts = text.split(":");
    return new End(PlainSwitch.id(Long.parseLong(parts[0])), Integer.parseInt(parts[1]));
  }

  private static List<PhysicalPort> ports(int count) {
    List<PhysicalPort> ports = new ArrayList<>();
    IntStream.rangeClosed(1, count).forEach(n -> ports.add(new PhysicalPort(n, "eth" + n, true)));
    ports.add(new PhysicalPort(0xfffffffeL, "local", true));
    return ports;
  }

  private DiscoveryTest connect(long id, int ports, boolean fresh) {
    here.add(PlainSwitch.id(id));
    discovery.connected(PlainSwitch.id(id), ports(ports), fresh);
    return this;
  }

  private void leave(long id) {
    here.remove(PlainSwitch.id(id));
    discovery.left(PlainSwitch.id(id));
  }

  private void cable(String one, String other) {
    cables.put(end(one), end(other));
    cables.put(end(other), end(one));
  }

  private void cut(String one) {
    cables.remove(cables.remove(end(one)));
  }

  private void carrier(String port, boolean up) {
    discovery.port(end(port).at(), new PhysicalPort(end(port).port(), "eth", up));
  }

  /** A second goes by: probes leave, and come in where there are cables. */
  private void rounds(int count) {
    for (int i = 0; i < count; i++) {
      discovery.next(id -> here.contains(id) && !late.contains(id));
      for (End from : discovery.probed(here)) {
        Optional.ofNullable(cables.get(from))
            .filter(to -> here.contains(to.at()))
            .ifPresent(to -> discovery.heard(to, new Probe(from, discovery.round())));
      }
    }
  }

  private State state(String port) {
    return discovery.switches().get(end(port).at()).ports().get(end(port).port()).state();
  }

  private void twoJoined() {
    connect(1, 3, true).connect(2, 3, true);
    cable("1:1", "2:1");
    cable("1:2", "2:2");
    rounds(Discovery.SILENT + 2);
  }

  @Test
  void nothingPassesAPortBeforeItIsKnownWhatIsBehindIt() {
    connect(1, 2, true).connect(2, 2, true);
    cable("1:1", "2:1");

    assertThat(List.of(state("1:1"), state("1:2"))).containsExactly(UNKNOWN, UNKNOWN);
    rounds(2);
    assertThat(List.of(state("1:1"), state("1:2"))).containsExactly(LINK, UNKNOWN);
    rounds(Discovery.SILENT);
    assertThat(List.of(state("1:1"), state("1:2"))).containsExactly(LINK, EDGE);
    assertThat(discovery.switches().get(PlainSwitch.id(1)).ports()).containsOnlyKeys(1, 2);
  }

  @Test
  void aSwitchThatComesLaterClosesTheEdgesItIsCabledTo() {
    connect(1, 2, true);
    rounds(Discovery.SILENT + 1);
    assertThat(state("1:1")).isEqualTo(EDGE);
    cable("1:1", "2:1");
    connect(2, 1, true);
    discovery.next(here::contains);
    End from = discovery.probed(here).get(0);
    discovery.heard(end("2:1"), new Probe(from, discovery.round()));

    assertThat(state("1:1")).as("one way is heard").isEqualTo(UNKNOWN);
    rounds(1);
    assertThat(state("1:1")).isEqualTo(LINK);
  }

  @Test
  void aLinkThatFailsIsClosedAtOnceAndGoneWhenBothSwitchesHaveConfirmedIt() {
    twoJoined();
    cut("1:1");
    rounds(Discovery.MISSED);
    assertThat(state("1:1")).isEqualTo(LINK);
    late.add(PlainSwitch.id(2));
    rounds(3);
    assertThat(List.of(state("1:1"), state("2:1"))).containsExactly(LOST, LOST);
    late.clear();
    rounds(1);
    assertThat(List.of(state("1:1"), state("2:1"))).containsExactly(UNKNOWN, UNKNOWN);
    rounds(Discovery.SILENT);
    assertThat(List.of(state("1:1"), state("2:1"))).containsExactly(EDGE, EDGE);
    assertThat(state("1:2")).isEqualTo(LINK);
  }

  @Test
  void aPortThatGoesDownTakesItsLinkWithoutWaitingForProbes() {
    twoJoined();
    carrier("1:1", false);

    assertThat(List.of(state("1:1"), state("2:1"))).containsExactly(LOST, LOST);
    rounds(1);
    assertThat(discovery.switches().get(PlainSwitch.id(1)).ports()).doesNotContainKey(1);
    assertThat(state("2:1")).isEqualTo(UNKNOWN);
  }

  @Test
  void aLinkThatReturnsIsYoungerThanThoseThatStayed() {
    twoJoined();
    long before = since("1:1");
    cut("1:1");
    rounds(Discovery.MISSED + 2);
    cable("1:1", "2:1");
    rounds(2);

    assertThat(before).isLessThan(3);
    assertThat(since("1:1")).isEqualTo(since("2:1")).isGreaterThan(since("1:2")).isEqualTo(3);
  }

  private long since(String port) {
    return discovery.switches().get(end(port).at()).ports().get(end(port).port()).since();
  }

  @Test
  void whileASwitchIsAwayItsLinksStay() {
    twoJoined();
    leave(2);
    rounds(Discovery.AWAY + 5);
    assertThat(state("1:1")).isEqualTo(LINK);
    connect(2, 3, false);
    rounds(1);
    assertThat(List.of(state("1:1"), state("2:1"), state("2:3"))).containsExactly(LINK, LINK, EDGE);
  }

  @Test
  void aSwitchThatIsAwayWithoutACableIsForgotten() {
    twoJoined();
    leave(2);
    carrier("1:1", false);
    carrier("1:2", false);
    rounds(Discovery.AWAY - 1);
    assertThat(discovery.has(PlainSwitch.id(2))).isTrue();
    rounds(1);
    assertThat(discovery.has(PlainSwitch.id(2))).isFalse();
  }

  @Test
  void switchesThatAreAllAwayAreForgotten() {
    twoJoined();
    leave(1);
    leave(2);
    rounds(Discovery.AWAY);
    assertThat(discovery.switches()).isEmpty();
  }

  @Test
  void aFreshSwitchOfAnOldNameIsNotTakenForTheOldOne() {
    twoJoined();
    leave(2);
    cables.clear();
    connect(2, 3, true);

    assertThat(List.of(state("2:1"), state("2:3"), state("1:1"))).containsOnly(UNKNOWN);
    rounds(Discovery.SILENT + Discovery.MISSED);
    assertThat(List.of(state("2:1"), state("2:3"), state("1:1"))).containsOnly(EDGE);
  }

  @Test
  void aControllerThatStartsAgainGoesOnFromTheModel() {
    twoJoined();
    var before = discovery.switches();
    discovery = new Discovery(before.values());
    assertThat(discovery.switches()).isEqualTo(before);
    connect(1, 3, false).connect(2, 3, false);
    assertThat(discovery.switches()).isEqualTo(before);
    rounds(10);
    assertThat(discovery.switches()).isEqualTo(before);
    cable("1:3", "2:3");
    rounds(2);
    assertThat(since("1:3")).isEqualTo(3);
  }

  @Test
  void aFrameOfAnEarlierRoundIsWorthNothing() {
    connect(1, 1, true).connect(2, 1, true);
    rounds(1);
    long old = discovery.round();
    rounds(2);
    discovery.heard(end("1:1"), new Probe(end("2:1"), old));
    discovery.heard(end("2:1"), new Probe(end("1:1"), old));
    rounds(Discovery.SILENT);

    assertThat(List.of(state("1:1"), state("2:1"))).containsExactly(EDGE, EDGE);
  }

  @Test
  void aFrameThatComesBackToItsPortIsNoLink() {
    connect(1, 1, true);
    cables.put(end("1:1"), end("1:1"));
    rounds(Discovery.SILENT + 1);

    assertThat(state("1:1")).isEqualTo(EDGE);
  }

  @Test
  void aPortThatHearsTwoSwitchesStaysClosed() {
    connect(1, 1, true).connect(2, 1, true).connect(3, 1, true);
    for (int i = 0; i < 8; i++) {
      discovery.next(here::contains);
      for (End from : discovery.probed(here)) {
        here.stream()
            .map(id -> new End(id, 1))
            .filter(to -> !to.equals(from))
            .forEach(to -> discovery.heard(to, new Probe(from, discovery.round())));
      }
    }
    // Whoever was heard first may have been a link for a moment; a third one ends that.
    assertThat(List.of(state("1:1"), state("2:1"), state("3:1"))).containsOnly(UNKNOWN);
  }

  @Test
  void oneDirectionIsNoLink() {
    connect(1, 1, true).connect(2, 1, true);
    cables.put(end("1:1"), end("2:1"));
    rounds(8);

    assertThat(List.of(state("1:1"), state("2:1"))).containsExactly(UNKNOWN, UNKNOWN);
  }

  @Test
  void twoPortsOfOneSwitchMayBeCabledToEachOther() {
    connect(1, 3, true);
    cable("1:1", "1:2");
    rounds(Discovery.SILENT + 1);

    assertThat(List.of(state("1:1"), state("1:2"), state("1:3"))).containsExactly(LINK, LINK, EDGE);
  }
}
