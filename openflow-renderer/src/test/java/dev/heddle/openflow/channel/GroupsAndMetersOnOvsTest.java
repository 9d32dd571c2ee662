package dev.heddle.openflow.channel;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.channel.BundleOutcome.Accepted;
import dev.heddle.openflow.channel.BundleOutcome.Rejected;
import dev.heddle.openflow.codec.Change;
import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.openflow.codec.GroupChange;
import dev.heddle.openflow.codec.Installed;
import dev.heddle.openflow.codec.MeterChange;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Group;
import dev.heddle.pipeline.Group.Bucket;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Meter;
import dev.heddle.pipeline.Meter.Unit;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Groups in bundles and meters beside them, on a real Open vSwitch. */
class GroupsAndMetersOnOvsTest {

  private static final Group TO_ALL =
      new Group(
          7,
          Group.Type.ALL,
          List.of(Bucket.of(new Action.Output(2)), Bucket.of(new Action.Output(3))));
  private static final Group TO_ONE =
      new Group(7, Group.Type.INDIRECT, List.of(Bucket.of(new Action.Output(2))));
  private static final Flow USES_GROUP = flow(1, new Action.GroupRef(7));

  private final LinkedBlockingQueue<SwitchConnection> connections = new LinkedBlockingQueue<>();
  @AutoClose private final RealOvs ovs = RealOvs.start(RealOvs.Datapath.DUMMY);

  @AutoClose
  private final SwitchListener listener =
      SwitchListener.open(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
          Optional.empty(),
          Limits.DEFAULT,
          connections::add);

  private SwitchConnection connection;

  @BeforeEach
  void connect() throws Exception {
    ovs.vsctl("add-br", "br0", "--", "set-fail-mode", "br0", "secure");
    ovs.vsctl("set-controller", "br0", "tcp:127.0.0.1:" + listener.port());
    connection = connections.poll(60, SECONDS);
  }

  @Test
  void aBundleBringsAGroupAndTheFlowThatUsesItReplacesItAndTakesBothAway() throws Exception {
    assertThat(commit(new GroupChange.Put(TO_ALL), new FlowChange.Put(USES_GROUP)))
        .isEqualTo(new Accepted(2));
    assertThat(groups().known()).containsExactly(TO_ALL);

    assertThat(commit(new GroupChange.Put(TO_ONE))).isEqualTo(new Accepted(1));
    assertThat(groups().known()).containsExactly(TO_ONE);
    assertThat(await(connection.dump())).containsExactly(new Installed.Known(USES_GROUP));

    assertThat(commit(new FlowChange.Remove(USES_GROUP.key()), new GroupChange.Remove(7)))
        .isEqualTo(new Accepted(2));
    assertThat(groups().known()).isEmpty();
    assertThat(await(connection.dump())).isEmpty();
  }

  @Test
  void aBundleWithAFlowOfAGroupThatIsNotThereChangesNoGroupEither() throws Exception {
    Group other = new Group(8, Group.Type.ALL, TO_ALL.buckets());

    assertThat(commit(new GroupChange.Put(other), new FlowChange.Put(USES_GROUP)))
        .isInstanceOfSatisfying(
            Rejected.class, r -> assertThat(r.refusals().get(0).index()).isEqualTo(1));
    assertThat(groups().known()).isEmpty();
  }

  @Test
  void metersAreAddedChangedReadBackEqualAndRemovedWithTheFlowsThatUseThem() throws Exception {
    Meter packets = Meter.of(1, Unit.PACKETS, 100, 0);
    Meter bursting = Meter.of(0xffff_0000L, Unit.KILOBITS, 0xffff_ffffL, 1_000);
    Meter twoBands =
        new Meter(17, Unit.PACKETS, List.of(new Meter.Band(10, 5), new Meter.Band(20, 7)));
    assertThat(meters(add(packets), add(bursting), add(twoBands))).isEqualTo(new Accepted(3));
    assertThat(dumped()).containsExactlyInAnyOrder(packets, bursting, twoBands);

    Meter faster = Meter.of(1, Unit.KILOBITS, 200, 0);
    assertThat(meters(new MeterChange.Modify(faster))).isEqualTo(new Accepted(1));
    assertThat(dumped()).containsExactlyInAnyOrder(faster, bursting, twoBands);

    Flow user = flow(1, new Action.Meter(1), new Action.Output(2));
    assertThat(commit(new FlowChange.Put(user))).isEqualTo(new Accepted(1));
    assertThat(meters(new MeterChange.Remove(1), new MeterChange.Remove(5)))
        .isEqualTo(new Accepted(2));
    assertThat(dumped()).containsExactlyInAnyOrder(bursting, twoBands);
    assertThat(await(connection.dump())).isEmpty();
  }

  @Test
  void aMeterThatIsThereAlreadyOrNotYetIsRefusedByItsIndexAndTheOthersAreTaken() throws Exception {
    Meter one = Meter.of(1, Unit.PACKETS, 100, 0);
    Meter two = Meter.of(2, Unit.PACKETS, 100, 0);

    BundleOutcome outcome =
        meters(
            add(one), add(one), new MeterChange.Modify(Meter.of(3, Unit.PACKETS, 1, 0)), add(two));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Rejected.class,
            r ->
                assertThat(r.refusals())
                    .extracting(BundleOutcome.Refusal::index)
                    .containsExactly(1, 2));
    assertThat(dumped()).containsExactlyInAnyOrder(one, two);
  }

  @Test
  void whatIsNotOursIsCountedAndNotMisread() throws Exception {
    ovs.ofctl("add-group", "br0", "group_id=1,type=all,bucket=actions=note:01,output:1");
    ovs.ofctl("add-meter", "br0", "meter=3,kbps,stats,band=type=drop,rate=10");

    assertThat(groups()).isEqualTo(new SwitchConnection.Numbered<>(List.of(), List.of(1L)));
    assertThat(await(connection.dumpMeters()).foreign()).containsExactly(3L);
  }

  private static MeterChange add(Meter meter) {
    return new MeterChange.Add(meter);
  }

  private static Flow flow(int priority, Action... actions) {
    return new Flow(new FlowKey(3, priority, Match.ALL), 9, List.of(actions));
  }

  private BundleOutcome commit(Change... changes) throws Exception {
    return await(connection.commit(List.of(changes)));
  }

  private BundleOutcome meters(MeterChange... changes) throws Exception {
    return await(connection.changeMeters(List.of(changes)));
  }

  private SwitchConnection.Numbered<Group> groups() throws Exception {
    return await(connection.dumpGroups());
  }

  private List<Meter> dumped() throws Exception {
    return await(connection.dumpMeters()).known();
  }

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(60, SECONDS);
  }
}
