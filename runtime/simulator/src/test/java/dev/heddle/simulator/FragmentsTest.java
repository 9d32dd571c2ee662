package dev.heddle.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Action;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Track;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Fragments and the tracker of a switch, as the userspace datapath has it (lib/ipf.c). */
class FragmentsTest {

  private static final Id<Node> NODE = Node.KIND.id("n1");
  private static final int ZONE = 9;
  private static final Match ANY = Match.builder().match(Field.ETH_TYPE, Match.ETH_IPV4).build();
  private static final Match LATER =
      Match.builder()
          .match(Field.ETH_TYPE, Match.ETH_IPV4)
          .match(Field.IP_FRAG, Bits.of(2), Bits.of(2))
          .build();
  private static final Match DNS =
      Match.builder().match(Field.ETH_TYPE, Match.ETH_IPV4).match(Field.UDP_DST, 53).build();

  private final Memory memory = new Memory();

  @Test
  void theyGoOnWhenAllAreThereAndInOrder() {
    Fabric fabric = fabric(flow(0, 1, ANY, track(1)), flow(1, 1, ANY, new Action.Output(2)));
    assertThat(send(fabric, 1, 2)).isEmpty();
    assertThat(send(fabric, 1, 0)).isEmpty();
    assertThat(send(fabric, 2, 1)).as("another datagram").isEmpty();
    assertThat(send(fabric, 1, 1)).containsExactly("2:0", "2:1", "2:2");
    assertThat(send(fabric, 1, 1)).as("all of it is gone").isEmpty();
  }

  @Test
  void onlyTheFirstShowsPortsAndWithoutATrackerEachGoesItsWay() {
    Fabric fabric =
        fabric(flow(0, 2, DNS, new Action.Output(3)), flow(0, 1, ANY, new Action.Output(2)));
    assertThat(send(fabric, 1, 0)).containsExactly("3:0");
    assertThat(send(fabric, 1, 1)).containsExactly("2:1");
  }

  @Test
  void whoeverComesLastSaysWhatAllOfThemDo() {
    Fabric fabric =
        fabric(
            flow(0, 2, LATER, Track.commit(ZONE), new Action.Output(2)),
            flow(0, 1, ANY, Track.commit(ZONE), new Action.Output(3)));
    send(fabric, 1, 0);
    send(fabric, 1, 1);
    assertThat(send(fabric, 1, 2)).containsExactly("2:0", "2:1", "2:2");
    send(fabric, 2, 1);
    send(fabric, 2, 2);
    assertThat(send(fabric, 2, 0)).containsExactly("3:0", "3:1", "3:2");
  }

  private static Track track(int table) {
    return Track.in(ZONE).into(table);
  }

  private static Flow flow(int table, int priority, Match match, Action... actions) {
    return new Flow(new FlowKey(table, priority, match), 0, List.of(actions));
  }

  private static Fabric fabric(Flow... flows) {
    return new Fabric(
        Map.of(
            NODE, new Fabric.Switch(Tables.of(List.of(flows)), Optional.empty(), Set.of(1, 2, 3))));
  }

  /** Where which pieces come out when this one of three is sent. */
  private Stream<String> send(Fabric fabric, int id, int part) {
    Packet whole =
        Packet.EMPTY
            .with(Field.ETH_TYPE, Match.ETH_IPV4)
            .with(Field.IP_PROTO, Match.PROTO_UDP)
            .with(Field.UDP_SRC, 1000)
            .with(Field.UDP_DST, 53);
    Fabric.Run run = fabric.send(memory, NODE, 1, whole.piece(new Packet.Fragment(id, part, 3)));
    return run.arrivals().stream()
        .map(a -> a.port() + ":" + a.packet().fragment().orElseThrow().part());
  }
}
