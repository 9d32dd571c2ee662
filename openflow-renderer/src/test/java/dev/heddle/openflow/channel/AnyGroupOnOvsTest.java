package dev.heddle.openflow.channel;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.channel.SwitchConnection.Numbered;
import dev.heddle.openflow.codec.AnyGroup;
import dev.heddle.openflow.codec.Change;
import dev.heddle.openflow.codec.GroupChange;
import dev.heddle.openflow.codec.MeterChange;
import dev.heddle.openflow.codec.TlvMapping;
import dev.heddle.pipeline.Group;
import dev.heddle.pipeline.Meter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Random groups and meters through a real Open vSwitch and back. */
class AnyGroupOnOvsTest {

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
    connection = connections.poll(60, SECONDS);
    connection.ensureTlvMap(new TlvMapping(0x0104, 0x42, 8, 0)).get(60, SECONDS);
  }

  @AfterContainer
  static void end() {
    listener.close();
    ovs.close();
  }

  @Provide
  Arbitrary<List<Group>> groups() {
    return AnyGroup.groups();
  }

  @Provide
  Arbitrary<List<Meter>> meters() {
    return AnyGroup.meters();
  }

  @Property(tries = 150, shrinking = ShrinkingMode.BOUNDED)
  void groupsAreTakenReportedEqualAndRemovedInBundles(@ForAll("groups") List<Group> groups)
      throws Exception {
    ovs.ofctl("del-groups", "br0"); // what a failed try left

    assertThat(commit(groups.stream().map(GroupChange.Put::new).toList()))
        .isEqualTo(new BundleOutcome.Accepted(groups.size()));
    Numbered<Group> dump = connection.dumpGroups().get(60, SECONDS);
    assertThat(dump.foreign()).isEmpty();
    assertThat(dump.known()).containsExactlyInAnyOrderElementsOf(groups);

    commit(groups.stream().map(g -> new GroupChange.Remove(g.id())).toList());
    assertThat(connection.dumpGroups().get(60, SECONDS).known()).isEmpty();
  }

  private static BundleOutcome commit(List<? extends Change> changes) throws Exception {
    return connection.commit(changes).get(60, SECONDS);
  }

  @Property(tries = 150, shrinking = ShrinkingMode.BOUNDED)
  void metersAreTakenReportedEqualAndRemoved(@ForAll("meters") List<Meter> meters)
      throws Exception {
    ovs.ofctl("del-meters", "br0");

    assertThat(change(meters.stream().map(MeterChange.Add::new).toList()))
        .isEqualTo(new BundleOutcome.Accepted(meters.size()));
    Numbered<Meter> dump = connection.dumpMeters().get(60, SECONDS);
    assertThat(dump.foreign()).isEmpty();
    assertThat(dump.known()).containsExactlyInAnyOrderElementsOf(meters);

    change(meters.stream().map(m -> new MeterChange.Remove(m.id())).toList());
    assertThat(connection.dumpMeters().get(60, SECONDS).known()).isEmpty();
  }

  private static BundleOutcome change(List<? extends MeterChange> changes) throws Exception {
    return connection.changeMeters(changes).get(60, SECONDS);
  }
}
