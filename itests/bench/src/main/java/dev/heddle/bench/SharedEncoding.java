package dev.heddle.bench;

import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.channel.BundleOutcome;
import dev.heddle.openflow.channel.Limits;
import dev.heddle.openflow.channel.SwitchConnection;
import dev.heddle.openflow.channel.SwitchListener;
import dev.heddle.openflow.codec.EncodedFlows;
import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.openflow.codec.TlvMapping;
import dev.heddle.pipeline.Flow;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The CPU that goes into encoding flows when the same flows go to several switches at once, all
 * starting at the same moment: bridges of their own on the switches of the benchmark, on
 * connections that share what they encode as those of a renderer do.
 */
final class SharedEncoding {

  private static final String BRIDGE = "br-shared";
  private static final TlvMapping OPTION = new TlvMapping(0xff48, 0x80, 8, 0);
  private static final int PART = 5_000;
  private static final long PATIENCE_SECONDS = 300;

  /** Heap for what is encoded, as a controller with 4 GiB of it has. */
  private static final long MEMORY = 128L << 20;

  private final List<RealOvs> switches;
  private final List<FlowChange> flows;
  private final LongAdder nanos = new LongAdder();
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

  SharedEncoding(List<RealOvs> switches, List<Flow> flows) {
    this.switches = switches;
    this.flows = flows.stream().<FlowChange>map(FlowChange.Put::new).toList();
  }

  /** What encoding and keeping it took; {@code encodings}: how many were not found encoded. */
  record Work(double cpuSeconds, long encodings) {}

  /** Commits all flows to so many switches at once, into empty bridges. */
  Work push(int count) throws Exception {
    LinkedBlockingQueue<SwitchConnection> connected = new LinkedBlockingQueue<>();
    EncodedFlows encoded =
        new EncodedFlows(
            MEMORY,
            stretch -> {
              long start = threads.getCurrentThreadCpuTime();
              stretch.run();
              nanos.add(threads.getCurrentThreadCpuTime() - start);
            });
    try (SwitchListener listener =
        SwitchListener.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            Limits.DEFAULT,
            encoded,
            connected::add)) {
      List<SwitchConnection> connections = new ArrayList<>();
      for (RealOvs ovs : switches.subList(0, count)) {
        ovs.vsctl("add-br", BRIDGE, "--", "set-fail-mode", BRIDGE, "secure");
        ovs.vsctl("set-controller", BRIDGE, "tcp:127.0.0.1:" + listener.port());
        connections.add(
            Optional.ofNullable(connected.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).orElseThrow());
        connections.get(connections.size() - 1).ensureTlvMap(OPTION).get();
      }
      nanos.reset();
      CompletableFuture.allOf(
              connections.stream().map(c -> commit(c, 0)).toArray(CompletableFuture<?>[]::new))
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      Work work = new Work(nanos.sum() / 1e9, encoded.encodings());
      for (int n = 0; n < count; n++) {
        PushNodes.require(switches.get(n), BRIDGE, flows.size());
      }
      return work;
    } finally {
      switches.subList(0, count).forEach(ovs -> ovs.vsctl("--if-exists", "del-br", BRIDGE));
    }
  }

  /** In parts of the size that sessions use. */
  private CompletableFuture<?> commit(SwitchConnection to, int from) {
    int until = Math.min(from + PART, flows.size());
    return to.commit(flows.subList(from, until))
        .thenCompose(
            outcome -> {
              if (!(outcome instanceof BundleOutcome.Accepted)) {
                throw new IllegalStateException(outcome.toString());
              }
              return until == flows.size()
                  ? CompletableFuture.completedFuture(null)
                  : commit(to, until);
            });
  }
}
