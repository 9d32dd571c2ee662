package dev.heddle.fleet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.openflow.admission.Refusals;
import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocatorMetric;
import io.netty.util.internal.PlatformDependent;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Good nodes and hostile peers on one controller. The peers come from other addresses; how many
 * connections they open in all is {@code heddle.strangers}.
 */
class HostilePeersTest {

  private static final int NODES = 10;
  private static final int PORTS = 200;
  private static final int STRANGERS = Integer.getInteger("heddle.strangers", 250);
  private static final int ADDRESSES = 25;

  /** Connections of strangers open at a time. */
  private static final int CROWD = 150;

  private final PrintStream before = System.err;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private Rig rig;

  @BeforeEach
  void start() {
    System.setErr(new PrintStream(said, true, UTF_8)); // where slf4j-simple looks each time
    rig = new Rig(NODES, PORTS);
    rig.bootAll();
    rig.await("all ports installed", () -> rig.installed.size() == PORTS);
    rig.awaitRight(rig.fleet.nodes());
  }

  @AfterEach
  void end() {
    rig.close();
    System.setErr(before);
  }

  /** Warnings and errors so far, without the name of the thread. */
  private List<String> log() {
    return said.toString(UTF_8)
        .lines()
        .filter(l -> l.contains("WARN") || l.contains("ERROR"))
        .map(l -> l.replaceFirst("^\\[[^\\]]*\\] ", ""))
        .toList();
  }

  private Socket connect(Stranger stranger, int address) throws Exception {
    return stranger.connect(address, rig.renderer.ovsdbPort(), rig.renderer.openFlowPort());
  }

  @Test
  void strangersCostABoundedAmountAreNamedOnceAndDisturbNobody() throws Exception {
    List<Stranger> kinds = Stranger.all(new Random(6));
    int good = rig.renderer.connections();
    final int descriptors = descriptors();
    final int threads = threads();
    final long buffers = buffers();
    final long memory = memory();
    long most = memory;
    long held = 0;
    List<Socket> open = new ArrayList<>();
    Drips drips = new Drips();
    int ups = 0;
    int ended = 0;
    for (int i = 0; i < STRANGERS; i++) {
      Stranger stranger = kinds.get(i % kinds.size());
      Socket socket = connect(stranger, i / kinds.size() % ADDRESSES + 1);
      drips.drip(socket, stranger.drip());
      if (stranger.ends()) {
        assertThat(Stranger.isEnded(socket)).as(stranger.name()).isTrue();
        socket.close();
        ended++;
      } else {
        open.add(socket);
      }
      if (open.size() >= CROWD || i == STRANGERS - 1) {
        most = Math.max(most, memory());
        held = Math.max(held, buffers());
        String port = "up" + ups;
        rig.add(port, ups * 31 % PORTS, 1_000 + ups++);
        rig.await(port + " beside " + open.size(), () -> rig.installed.contains(port));
        for (Socket s : open) {
          s.close();
        }
        open.clear();
      }
    }
    drips.close();
    rig.await("strangers gone", () -> rig.renderer.connections() == good);
    rig.awaitRight(rig.fleet.nodes());
    rig.await("descriptors", () -> descriptors() <= descriptors);
    rig.await("threads", () -> threads() <= threads);
    long after = memory();
    rig.await("buffers as before: " + buffers, () -> buffers() <= buffers);
    System.out.printf(
        "%d strangers of %d kinds: %d refused, %d lines in the log; memory %d MiB before, %d at most,"
            + " %d after; descriptors %d, %d; threads %d, %d; buffers %d, %d at most, %d%n",
        STRANGERS,
        kinds.size(),
        rig.renderer.refused(),
        log().size(),
        memory >> 20,
        most >> 20,
        after >> 20,
        descriptors,
        descriptors(),
        threads,
        threads(),
        buffers,
        held,
        buffers());
    assertThat(rig.renderer.refused()).isGreaterThanOrEqualTo(ended);
    assertThat(log()).doesNotHaveDuplicates().noneMatch(l -> l.contains("LEAK"));
    assertThat(log().stream().filter(l -> l.contains("is refused")).count())
        .isGreaterThan(5)
        .isLessThanOrEqualTo(2L * ADDRESSES * Refusals.MOST_REASONS); // for each of two ports
    assertThat(held).as("buffers can be seen").isGreaterThan(buffers);
    assertThat(most - memory).isLessThan(256L << 20);
    assertThat(rig.fleet.nodes()).allMatch(n -> n.connections() == 1);
  }

  @Test
  void whoClaimsToBeAnothersSwitchIsTurnedAway() throws Exception {
    FleetNode node = rig.fleet.node(1);
    Stranger liar = Stranger.switchOf(node.datapathId());
    try (Socket socket = connect(liar, 1)) {
      assertThat(Stranger.isEnded(socket)).isTrue();
    }
    assertThat(node.connections()).isEqualTo(1);
    assertThat(rig.isRight(node)).isTrue();
    assertThat(log())
        .anyMatch(l -> l.contains("127.9.0.1 is refused") && l.contains("which is n1's"));
  }

  @Test
  void whoClaimsTheNameOfAnotherNodeIsTurnedAway() throws Exception {
    try (Socket socket = connect(Stranger.nodeNamed("n1"), 2)) {
      assertThat(Stranger.isEnded(socket)).isTrue();
    }
    rig.add("after", 0, 900);
    rig.await("a port after", () -> rig.installed.contains("after"));
    assertThat(log()).anyMatch(l -> l.contains("127.9.0.2 is refused: it calls itself n1"));
  }

  @Test
  void oneAddressCannotTakeThePlacesOfAll() throws Exception {
    List<Socket> open = new ArrayList<>();
    Stranger silent = Stranger.silent();
    for (int i = 0; i < 100; i++) {
      open.add(connect(silent, 3));
    }
    rig.await("refused", () -> rig.renderer.refused() >= 36);
    assertThat(log().stream().filter(l -> l.contains("127.9.0.3 is refused"))).hasSize(1);
    rig.add("beside", 0, 901);
    rig.await("a port beside", () -> rig.installed.contains("beside"));
    for (Socket s : open) {
      s.close();
    }
  }

  @Test
  void aNodeWhoseFlowsHaveNoEndIsRefusedByCountAndAloneInIt() throws Exception {
    assertLiarIsRefused(Faults.Lie.ENDLESS_DUMP, "a dump of which ever more is to follow");
  }

  @Test
  void aNodeThatAnswersAboutAnotherBundleIsRefusedAndAloneInIt() throws Exception {
    assertLiarIsRefused(Faults.Lie.OTHER_BUNDLE, "an answer about a bundle that was not asked for");
  }

  private void assertLiarIsRefused(Faults.Lie lie, String why) {
    FleetNode liar = rig.fleet.node(1);
    liar.faults(Faults.lying(lie));
    rig.fleet.on(liar, FleetNode::cut);
    rig.add("ofTheLiar", first(1), 902); // something is to be changed there
    rig.await("refused", () -> log().stream().anyMatch(l -> l.contains(why)));
    rig.add("elsewhere", first(2), 903);
    rig.await("a port elsewhere", () -> rig.installed.contains("elsewhere"));
    assertThat(log().stream().filter(l -> l.contains("127.1.0.1 is refused") && l.contains(why)))
        .hasSize(1);

    liar.faults(Faults.NONE);
    rig.awaitRight(rig.fleet.nodes());
    rig.await("its port", () -> rig.installed.contains("ofTheLiar"));
  }

  private int first(int node) {
    return IntStream.range(0, PORTS)
        .filter(p -> rig.cloud.node(p) == node)
        .findFirst()
        .orElseThrow();
  }

  private static int threads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }

  /** Parts of pooled memory that somebody holds. */
  private static long buffers() {
    PooledByteBufAllocatorMetric pool = PooledByteBufAllocator.DEFAULT.metric();
    return Stream.concat(pool.directArenas().stream(), pool.heapArenas().stream())
        .mapToLong(PoolArenaMetric::numActiveAllocations)
        .sum();
  }

  private static int descriptors() {
    return new File("/proc/self/fd").list().length;
  }

  /** On the heap after collection, and buffers beside it. */
  private static long memory() {
    System.gc();
    Runtime jvm = Runtime.getRuntime();
    return jvm.totalMemory() - jvm.freeMemory() + Math.max(0, PlatformDependent.usedDirectMemory());
  }
}
