package dev.heddle.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Node;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.RealOvs.Datapath;
import dev.heddle.openflow.channel.Limits;
import dev.heddle.openflow.channel.SwitchListener;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The wire to a real Open vSwitch is cut while a bundle is on its way, in a different place each
 * time.
 */
@Timeout(300)
class CutOnRealOvsTest {

  private static final int FLOWS = 300;

  private final FakeDesired desired = new FakeDesired();

  private void want(int version) {
    desired.change(
        () -> {
          for (int i = 0; i < FLOWS; i++) {
            FlowKey key = new FlowKey(3, i, Match.ALL);
            desired.flows.put(key, new Flow(key, (1L << 48) + version, List.<Action>of()));
          }
        });
  }

  @Test
  void whereverTheWireIsCutAllFlowsAreOldOrAllAreNewAndThenAllAreNew() throws Exception {
    var threads = Executors.newCachedThreadPool();
    BlockingQueue<Long> confirmed = new LinkedBlockingQueue<>();
    Executor serial = new Serial(threads);
    SwitchSession[] session = new SwitchSession[1];
    session[0] =
        new SwitchSession(
            Node.KIND.id("n1"),
            1,
            desired,
            () -> -1,
            serial,
            () -> confirmed.add(session[0].state().installed()));
    want(0);
    try (RealOvs ovs = RealOvs.start(Datapath.DUMMY);
        SwitchListener listener =
            SwitchListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                Limits.DEFAULT,
                c -> serial.execute(() -> session[0].connected(c)));
        CuttingProxy proxy = new CuttingProxy(listener.port())) {
      ovs.vsctl("add-br", "br0", "--", "set-fail-mode", "br0", "secure");
      ovs.vsctl("set-controller", "br0", "tcp:127.0.0.1:" + proxy.port());
      ovs.vsctl("set", "controller", "br0", "max_backoff=1000");
      await(confirmed, desired.revision);
      long before = proxy.passed();
      int version = 1;
      want(version);
      serial.execute(() -> session[0].mark(desired.flows.keySet(), desired.revision));
      await(confirmed, desired.revision);
      long size = proxy.passed() - before;
      assertThat(size).isGreaterThan(FLOWS * 50L);
      // At the end are the message that closes the bundle and the one that commits it.
      for (long place :
          List.of(
              1L, 23L, 24L, size / 3, size - 60, size - 49, size - 48, size - 47, size - 25,
              size - 24, size - 23, size - 1, size)) {
        version++;
        proxy.cutAfter(place);
        want(version);
        serial.execute(() -> session[0].mark(desired.flows.keySet(), desired.revision));
        proxy.awaitCut();
        assertThat(versions(ovs)).as("cut after %d of %d bytes", place, size).hasSize(1);
        proxy.mend();
        await(confirmed, desired.revision);
        assertThat(versions(ovs)).containsExactly((1L << 48) + version);
      }
      assertThat(session[0].state().drift().healed()).isZero();
    } finally {
      threads.shutdown();
    }
  }

  private static void await(BlockingQueue<Long> confirmed, long revision)
      throws InterruptedException {
    Long seen = -1L;
    while (seen < revision) {
      seen = confirmed.poll(60, TimeUnit.SECONDS);
      assertThat(seen).as("a confirmation").isNotNull();
    }
  }

  private static Set<Long> versions(RealOvs ovs) {
    return ovs.ofctl("--no-stats", "dump-flows", "br0")
        .lines()
        .filter(l -> l.contains("actions="))
        .map(l -> Long.decode(l.strip().replaceFirst("cookie=(0x[0-9a-f]+),.*", "$1")))
        .collect(Collectors.toSet());
  }
}
