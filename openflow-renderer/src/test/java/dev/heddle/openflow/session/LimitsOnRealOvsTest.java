package dev.heddle.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.RealOvs.Datapath;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import dev.heddle.simulator.Fabric;
import dev.heddle.simulator.Packet;
import dev.heddle.simulator.Tables;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The simulator loses a packet where Open vSwitch does. */
class LimitsOnRealOvsTest {

  private static final Id<Node> N1 = Node.KIND.id("n1");

  @AutoClose private final RealOvs ovs = RealOvs.start(Datapath.DUMMY);

  /** What no product flow should reach: the limits, and one step to either side of them. */
  @Test
  void losesAPacketWhereOvsDoes() {
    ovs.vsctl("add-br", "br-limits", "--", "set-fail-mode", "br-limits", "secure");
    for (int lookups : List.of(4096, 4097, 4098)) {
      // 1 + 40 x (1 + 100) = 4,041 and the rest one by one; the first is no resubmit
      List<Action> first = new ArrayList<>(List.of(new Action.Output(2)));
      first.addAll(Collections.nCopies(40, new Action.Resubmit(1)));
      first.addAll(Collections.nCopies(lookups - 4041, new Action.Resubmit(2)));
      sameOnBoth(
          flow(0, first),
          flow(1, Collections.nCopies(100, new Action.Resubmit(2))),
          flow(2, List.of()));
    }
    sameOnBoth(flow(0, List.of(new Action.Output(2), new Action.Resubmit(0))));
    sameOnBoth(
        flow(0, List.of(new Action.Resubmit(1))),
        flow(1, List.of(new Action.Output(1), new Action.Output(2), new Action.Resubmit(0))));
    sameOnBoth(
        flow(0, List.of(new Action.Resubmit(3), new Action.ToSender(), new Action.GotoTable(4))),
        flow(3, List.of(new Action.Resubmit(1), new Action.Output(2))),
        flow(1, List.of(Action.Set.of(Field.IN_PORT, Bits.of(7)), new Action.Output(9))));
  }

  private static Flow flow(int table, List<? extends Action> actions) {
    return new Flow(new FlowKey(table, 1, Match.ALL), 5, List.copyOf(actions));
  }

  private void sameOnBoth(Flow... flows) {
    ovs.ofctl("del-flows", "br-limits");
    for (Flow f : flows) {
      ovs.ofctl(
          "add-flow",
          "br-limits",
          "cookie=5,priority=1,table="
              + f.key().table()
              + ",actions="
              + (f.actions().isEmpty()
                  ? "drop"
                  : f.actions().stream()
                      .map(LimitsOnRealOvsTest::text)
                      .collect(Collectors.joining(","))));
    }
    for (int port : List.of(1, 2)) {
      if (!ovs.vsctl("list-ports", "br-limits").contains("limit" + port)) {
        String name = "limit" + port;
        ovs.vsctl(
            "add-port",
            "br-limits",
            name,
            "--",
            "set",
            "Interface",
            name,
            "ofport_request=" + port);
      }
    }
    Fabric.Switch simulated =
        new Fabric.Switch(Tables.of(List.of(flows)), Optional.empty(), Set.of(1, 2));
    Fabric.Run run = new Fabric(Map.of(N1, simulated)).send(N1, 1, Packet.EMPTY);
    String text = ovs.appctl("ofproto/trace", "br-limits", "in_port=1");
    OvsTrace real = OvsTrace.of(text);
    assertThat(run.trace().steps().size())
        .isEqualTo(real.steps().size()); // thousands of lines else
    assertThat(SimulatorOnRealOvsTest.steps(run.trace()).equals(real.steps())).isTrue();
    assertThat(!run.lost().isEmpty()).as(text).isEqualTo(real.failed());
    assertThat(run.arrivals().isEmpty()).isEqualTo(text.contains("Datapath actions: drop"));
  }

  private static String text(Action action) {
    return action instanceof Action.Resubmit r
        ? "resubmit(,%d)".formatted(r.table())
        : action instanceof Action.Output o
            ? "output:" + o.port()
            : action instanceof Action.ToSender
                ? "IN_PORT"
                : action instanceof Action.GotoTable g
                    ? "goto_table:" + g.table()
                    : "set_field:%s->%s"
                        .formatted(
                            ((Action.Set) action).value(), ((Action.Set) action).wire().ovsName());
  }
}
