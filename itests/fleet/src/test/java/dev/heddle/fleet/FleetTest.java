package dev.heddle.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Fifty nodes and a thousand ports on a real renderer, over sockets. */
class FleetTest {

  private static final int NODES = 50;
  private static final int PORTS = 1_000;

  private final Rig rig = new Rig(NODES, PORTS);
  private final Fleet fleet = rig.fleet;

  @AfterEach
  void end() {
    rig.close();
  }

  private long flows() {
    return fleet.nodes().stream().mapToLong(n -> fleet.digest(n).flows()).sum();
  }

  @Test
  void allBootAtOnceAndComeBackWithoutAnythingBeingSent() {
    rig.bootAll();
    rig.await("all ports installed", () -> rig.installed.size() == PORTS);
    rig.awaitRight(fleet.nodes());
    assertThat(fleet.failures()).isEmpty();
    long flows = flows();
    long sent = fleet.flowMods();
    assertThat(flows).isGreaterThan(20L * PORTS);
    // Zones and tunnels become known while nodes come: some flows are written more than once.
    assertThat(sent).isBetween(flows, flows + flows / 4);

    fleet.nodes().forEach(n -> fleet.on(n, FleetNode::cut));
    rig.await(
        "all connected anew",
        () -> fleet.nodes().stream().allMatch(n -> n.connections() == 2 && rig.isRight(n)));
    assertThat(fleet.flowMods()).isEqualTo(sent);
  }

  @Test
  void nodesWithFaultsEndRightAndDelayNobody() {
    FleetNode hanging = fleet.node(1);
    hanging.faults(Faults.hanging());
    fleet.node(2).faults(Faults.cutting(2));
    fleet.node(3).faults(Faults.refusing(1));
    fleet.node(4).faults(Faults.slow(Duration.ofMillis(200)));
    rig.bootAll();
    List<FleetNode> others = fleet.nodes().subList(1, NODES);

    long elsewhere =
        java.util.stream.IntStream.range(0, PORTS).filter(p -> rig.cloud.node(p) != 1).count();
    rig.await("ports of all others installed", () -> rig.installed.size() >= elsewhere - 20);
    // The one refused flow is tried again after 30 s; all others are there before.
    rig.awaitRight(others.stream().filter(n -> n != fleet.node(3)).toList());
    assertThat(fleet.node(2).connections()).isEqualTo(3);
    assertThat(fleet.digest(hanging).flows()).isZero();

    rig.awaitRight(List.of(fleet.node(3)));
    assertThat(fleet.flowMods()).isLessThan(flows() * 3 / 2);
    assertThat(fleet.failures()).isEmpty();

    hanging.faults(Faults.NONE);
    rig.awaitRight(fleet.nodes());
    rig.await("all ports installed", () -> rig.installed.size() == PORTS);
  }

  @Test
  void whatWaitsForAHangingNodeIsBoundedByItsFlows() {
    rig.bootAll();
    rig.awaitRight(fleet.nodes());
    FleetNode hanging = fleet.node(1);
    hanging.faults(Faults.hanging());
    int like = rig.cloud.portsByNode(NODES).get(0).isEmpty() ? 0 : firstPort(1);
    for (int i = 0; i < 40; i++) {
      rig.add("more" + i, like, 1_000 + i);
    }
    rig.await("a change waits", () -> rig.state(hanging).waiting() > 0);
    assertThat(rig.state(hanging).waiting())
        .isLessThan(Wish.of(rig.controller, Rig.id(hanging)).flows() * 2L);

    int elsewhere = firstPort(2);
    rig.add("elsewhere", elsewhere, 2_000);
    rig.await("a port elsewhere", () -> rig.installed.contains("elsewhere"));
    hanging.faults(Faults.NONE);
    rig.awaitRight(fleet.nodes());
  }

  private int firstPort(int node) {
    return java.util.stream.IntStream.range(0, PORTS)
        .filter(p -> rig.cloud.node(p) == node)
        .findFirst()
        .orElseThrow();
  }
}
