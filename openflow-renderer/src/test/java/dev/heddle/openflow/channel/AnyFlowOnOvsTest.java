package dev.heddle.openflow.channel;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.codec.AnyFlow;
import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.openflow.codec.Installed;
import dev.heddle.openflow.codec.TlvMapping;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Random flows through a real Open vSwitch and back. */
class AnyFlowOnOvsTest {

  private static RealOvs ovs;
  private static SwitchListener listener;
  private static SwitchConnection connection;

  @BeforeContainer
  static void connect() throws Exception {
    ovs = RealOvs.start(RealOvs.Datapath.DUMMY);
    LinkedBlockingQueue<SwitchConnection> connections = new LinkedBlockingQueue<>();
    listener =
        SwitchListener.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            Limits.DEFAULT,
            connections::add);
    ovs.vsctl("add-br", "br0", "--", "set-fail-mode", "br0", "secure");
    ovs.vsctl("set-controller", "br0", "tcp:127.0.0.1:" + listener.port());
    for (long group : AnyFlow.GROUPS) {
      ovs.ofctl("add-group", "br0", "group_id=" + group + ",type=all,bucket=output:1");
    }
    for (long meter : AnyFlow.METERS) {
      ovs.ofctl("add-meter", "br0", "meter=" + meter + ",pktps,band=type=drop,rate=1");
    }
    connection = connections.poll(20, SECONDS);
    connection.ensureTlvMap(new TlvMapping(0x0104, 0x42, 8, 0)).get(20, SECONDS);
  }

  @AfterContainer
  static void end() {
    listener.close();
    ovs.close();
  }

  @Provide
  Arbitrary<List<Flow>> flows() {
    return AnyFlow.flows().list().ofMinSize(1).ofMaxSize(50);
  }

  @Property(tries = 150, shrinking = ShrinkingMode.BOUNDED)
  void areTakenReportedEqualAndRemovedByTheirKeys(@ForAll("flows") List<Flow> flows)
      throws Exception {
    ovs.ofctl("del-flows", "br0"); // what a failed try left
    Map<FlowKey, Flow> last = new LinkedHashMap<>();
    flows.forEach(f -> last.put(f.key(), f));

    assertThat(commit(flows.stream().<FlowChange>map(FlowChange.Put::new).toList()))
        .isEqualTo(new BundleOutcome.Accepted(flows.size()));
    assertThat(connection.dump().get(20, SECONDS))
        .containsExactlyInAnyOrderElementsOf(
            last.values().stream().<Installed>map(Installed.Known::new).toList());

    commit(last.keySet().stream().<FlowChange>map(FlowChange.Remove::new).toList());
    assertThat(connection.dump().get(20, SECONDS)).isEmpty();
  }

  private static BundleOutcome commit(List<FlowChange> changes) throws Exception {
    return connection.commit(changes).get(20, SECONDS);
  }
}
