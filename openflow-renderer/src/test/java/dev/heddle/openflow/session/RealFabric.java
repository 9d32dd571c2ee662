package dev.heddle.openflow.session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.openflow.RealOvs;
import dev.heddle.openflow.channel.BundleOutcome;
import dev.heddle.openflow.channel.Limits;
import dev.heddle.openflow.channel.SwitchConnection;
import dev.heddle.openflow.channel.SwitchListener;
import dev.heddle.openflow.codec.FlowChange;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Tunnel;
import dev.heddle.pipeline.Wire;
import dev.heddle.simulator.Fabric;
import dev.heddle.simulator.Memory;
import dev.heddle.simulator.Packet;
import dev.heddle.simulator.Plan;
import dev.heddle.simulator.Trace;
import dev.heddle.simulator.Witness;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;

/**
 * A bridge of one real Open vSwitch for each node of a simulated network. Before a packet is sent
 * the bridges get, by our own codec and bundles, the flows that the simulated switches have; after
 * it each switch that the packet came to is asked by {@code ofproto/trace} what it does with it.
 * Bridges and flows stay from one network to the next: what differs is changed. The way between two
 * nodes is the simulator's.
 */
final class RealFabric implements Witness, AutoCloseable {

  private static final long PATIENCE = 60;

  /** One node's bridge, and what it has. */
  private static final class Bridge {
    final SwitchConnection connection;
    final Set<Integer> ports = new HashSet<>();
    final Map<FlowKey, Flow> flows = new HashMap<>();

    Bridge(SwitchConnection connection) {
      this.connection = connection;
    }
  }

  private final RealOvs ovs = RealOvs.start(RealOvs.Datapath.DUMMY);
  private final BlockingQueue<SwitchConnection> connections = new LinkedBlockingQueue<>();
  private final SwitchListener listener =
      SwitchListener.open(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
          Optional.empty(),
          Limits.DEFAULT,
          connections::add);
  private final Map<Id<Node>, Bridge> bridges = new HashMap<>();
  private int packets;
  private int visits;

  @Override
  public void begins(Plan plan, Memory memory) {
    plan.fabric()
        .switches()
        .forEach(
            (node, simulated) -> {
              Bridge bridge = bridges.computeIfAbsent(node, this::added);
              plug(node, bridge, simulated.allPorts());
              install(
                  bridge,
                  Stream.concat(simulated.tables().flows().stream(), memory.learned(node).stream())
                      .toList());
            });
  }

  private Bridge added(Id<Node> node) {
    String name = name(node);
    ovs.vsctl(
        "add-br",
        name,
        "--",
        "set",
        "Bridge",
        name,
        "fail-mode=secure",
        "other-config:disable-in-band=true",
        "--",
        "set-controller",
        name,
        "tcp:127.0.0.1:" + listener.port());
    try {
      SwitchConnection connection = connections.poll(PATIENCE, SECONDS);
      assertThat(connection).as("the connection of " + name).isNotNull();
      connection.ensureTlvMap(SwitchSession.OPTION).get(PATIENCE, SECONDS);
      return new Bridge(connection);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Takes flows off a switch of which this then knows nothing: to see that it would be noticed. */
  void forget(String node, String flows) {
    ovs.ofctl("del-flows", name(Node.KIND.id(node)), flows);
  }

  private static String name(Id<Node> node) {
    return "b-" + node.name();
  }

  private void plug(Id<Node> node, Bridge bridge, Set<Integer> wanted) {
    List<String> command = new ArrayList<>();
    for (int port : wanted) {
      if (bridge.ports.add(port)) {
        String device = node.name() + "-" + port;
        command.addAll(List.of("--", "add-port", name(node), device));
        command.addAll(List.of("--", "set", "Interface", device, "ofport_request=" + port));
      }
    }
    for (int port : List.copyOf(bridge.ports)) {
      if (!wanted.contains(port)) {
        bridge.ports.remove(port);
        command.addAll(List.of("--", "del-port", name(node), node.name() + "-" + port));
      }
    }
    if (!command.isEmpty()) {
      ovs.vsctl(command.toArray(String[]::new));
    }
  }

  private void install(Bridge bridge, List<Flow> wanted) {
    Map<FlowKey, Flow> gone = new HashMap<>(bridge.flows);
    List<FlowChange> changes = new ArrayList<>();
    for (Flow flow : wanted) {
      if (!flow.equals(gone.remove(flow.key()))) {
        changes.add(new FlowChange.Put(flow));
        bridge.flows.put(flow.key(), flow);
      }
    }
    gone.keySet().forEach(key -> changes.add(new FlowChange.Remove(key)));
    bridge.flows.keySet().removeAll(gone.keySet());
    try {
      assertThat(bridge.connection.commit(changes).get(PATIENCE, SECONDS))
          .isEqualTo(new BundleOutcome.Accepted(changes.size()));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void saw(Fabric.Run run) {
    List<List<Trace.Step>> all = new ArrayList<>();
    for (Trace.Step step : run.trace().steps()) {
      if (step.table() == 0 && step.depth() == 0) {
        all.add(new ArrayList<>()); // no flow leads back to the first table
      }
      all.get(all.size() - 1).add(step);
    }
    for (List<Trace.Step> visit : all) {
      compare(visit, run);
    }
    packets++;
    visits += all.size();
  }

  private void compare(List<Trace.Step> visit, Fabric.Run run) {
    Trace.Step first = visit.get(0);
    String text =
        ovs.appctl(
            "ofproto/trace",
            name(first.node()),
            "in_port="
                + first.packet().get(Wire.OF_PORT).low()
                + ","
                + first.packet().with(Wire.OF_PORT, Bits.ZERO));
    OvsTrace real = OvsTrace.of(text);
    String both = first.packet() + "\n" + run.trace().steps() + "\nofproto/trace:\n" + text;
    assertThat(real.steps()).as(both).isEqualTo(SimulatorOnRealOvsTest.steps(new Trace(visit)));
    if (first.equals(run.trace().steps().get(0))) {
      assertThat(SimulatorOnRealOvsTest.comparable(real.last()))
          .as(both)
          .isEqualTo(SimulatorOnRealOvsTest.comparable(run.last().fields()));
    }
    List<Integer> simulated =
        run.arrivals().stream()
            .filter(a -> a.node().equals(first.node()))
            .map(Fabric.Arrival::packet)
            .map(RealFabric::tag)
            .toList();
    boolean tunnelled = visit.stream().anyMatch(s -> s.outputs().stream().anyMatch(Tunnel::isPort));
    List<Integer> tags = tags(text, tag(first.packet()));
    if (tunnelled) {
      assertThat(tags).as(both).containsAll(simulated);
    } else {
      assertThat(tags).as(both).containsExactlyInAnyOrderElementsOf(simulated);
    }
  }

  private static int tag(Packet packet) {
    return (int) packet.get(Field.VLAN_TCI).low() & 0xfff;
  }

  /** The VLAN of each copy that the datapath sends, 0 for none, by the actions it is given. */
  static List<Integer> tags(String trace, int tagOfPacket) {
    String actions =
        trace
            .lines()
            .filter(l -> l.startsWith("Datapath actions: "))
            .findFirst()
            .orElseThrow()
            .substring("Datapath actions: ".length());
    List<Integer> tags = new ArrayList<>();
    int tag = tagOfPacket;
    for (String action : topLevel(actions)) {
      if (action.matches("\\d+")) {
        tags.add(tag);
      } else if (action.contains("vlan(")) { // push_vlan(vid=..), set(vlan(vid=..))
        tag = Integer.parseInt(action.replaceFirst(".*vid=(\\d+).*", "$1"));
      } else if (action.equals("pop_vlan")) {
        tag = 0;
      }
    }
    return tags;
  }

  /** Cut at the commas that are in no parentheses. */
  private static List<String> topLevel(String actions) {
    List<String> parts = new ArrayList<>(List.of(""));
    int depth = 0;
    for (char c : actions.toCharArray()) {
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (c == ',' && depth == 0) {
        parts.add("");
      } else {
        parts.set(parts.size() - 1, parts.get(parts.size() - 1) + c);
      }
    }
    return parts;
  }

  /** What it has seen, for the log of a run. */
  @Override
  public String toString() {
    return packets + " packets of scenarios, " + visits + " visits of switches, on Open vSwitch";
  }

  @Override
  public void close() {
    listener.close();
    ovs.close();
  }
}
