package dev.heddle.openflow.placement;

import static dev.heddle.pipeline.Field.FROM_TUNNEL;
import static dev.heddle.pipeline.Field.IN_PORT;
import static dev.heddle.pipeline.Field.NETWORK;
import static dev.heddle.pipeline.Field.OF_PORT;
import static dev.heddle.pipeline.Field.OUT_PORT;

import dev.heddle.model.Id;
import dev.heddle.model.Index.Pair;
import dev.heddle.model.Location;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Node;
import dev.heddle.model.PlainSwitch;
import dev.heddle.model.Uplink;
import dev.heddle.model.View;
import dev.heddle.pipeline.Declarations;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.FlowDraft;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Spine;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/**
 * What differs by node: which interface a port is, which node another port is on, and where the way
 * to a physical network begins. CLASSIFY turns interface numbers into port keys, LOCATE and OUTPUT
 * turn port keys into nodes and interface numbers, CROSS nodes into tunnels; everything between is
 * the same on every node.
 */
@Component
public final class Placement implements Feature {

  @Override
  public String name() {
    return "placement";
  }

  @Override
  public void declare(Declarations d) {
    d.fill(Spine.CLASSIFY);
    d.fill(Spine.LOCATE);
    d.fill(Spine.CROSS);
    d.fill(Spine.OUTPUT);
    d.forEach(Node.KIND, "tunnel", Tunnels::ofNode);
    d.forEach(Node.KIND, "towards", Tunnels::towards);
    d.forEach(LogicalPort.KIND, "port", Placement::port);
    d.forEach(Location.UPLINKS, "uplink", Placement::uplink);
    d.forEach(PlainSwitch.KIND, "plain", Placement::plain);
  }

  /** A plain switch has no logical ports: what comes in is a matter of its own stages. */
  private static void plain(Id<PlainSwitch> id, View view, FlowSink out) {
    out.add(
        Spine.CLASSIFY
            .flow(100)
            .resumeAt(Spine.PLAIN_FROM)
            .because(id)
            .where(Scope.node(PlainSwitch.node(id))));
  }

  private static void port(Id<LogicalPort> id, View view, FlowSink out) {
    view.fact(Location.OF_PORT, id)
        .ifPresent(
            at -> {
              onItsNode(at, out);
              elsewhere(at, view)
                  .ifPresent(flow -> out.add(flow.because(id).where(Scope.network(at.network()))));
            });
  }

  /**
   * How the port is reached from other nodes of its switch, where SWITCH cannot have said it: who
   * was learned is known by port only, and an uplink is no node.
   */
  private static Optional<FlowDraft> elsewhere(Location at, View view) {
    if (at.uplink().isEmpty() && !at.unknown()) {
      return Optional.empty();
    }
    FlowDraft flow =
        Spine.LOCATE
            .flow(100)
            .match(NETWORK, at.networkKey())
            .match(OUT_PORT, at.portKey())
            .match(FROM_TUNNEL, 0);
    return at.uplink().isPresent()
        ? Optional.of(flow.set(OUT_PORT, at.uplink().get().key()).next())
        : at.tunnelEnd(view).map(flow::crossTo);
  }

  /**
   * A node's end of a physical network: tagged there, without a tag inside. A frame that a guest
   * has tagged itself does not go out, or it could choose its network.
   */
  private static void uplink(Pair<Id<LogicalSwitch>, Id<Node>> key, View view, FlowSink out) {
    Scope here = Scope.node(key.member());
    Optional<LogicalSwitch> network = view.get(key.bucket());
    view.fact(Uplink.OF_SWITCH, key.bucket())
        .filter(u -> network.isPresent())
        .ifPresent(
            u -> {
              int tag = u.segment().tag();
              out.add(
                  Spine.LOCATE
                      .flow(110)
                      .match(NETWORK, network.get().key())
                      .match(OUT_PORT, u.key())
                      .match(FROM_TUNNEL, 0)
                      .next()
                      .because(u.port())
                      .where(here));
              view.get(key.member())
                  .map(node -> node.uplinks().get(u.segment().physicalNetwork()))
                  .ifPresent(
                      ofPort -> {
                        out.add(
                            Spine.CLASSIFY
                                .flow(100)
                                .match(OF_PORT, ofPort)
                                .matchVlan(tag)
                                .setVlan(0)
                                .set(NETWORK, network.get().key())
                                .set(IN_PORT, u.key())
                                .next()
                                .because(u.port())
                                .where(here));
                        out.add(
                            Spine.OUTPUT
                                .flow(100)
                                .match(OUT_PORT, u.key())
                                .matchVlan(0)
                                .setVlan(tag)
                                .output(ofPort)
                                .because(u.port())
                                .where(here));
                      });
            });
  }

  private static void onItsNode(Location at, FlowSink out) {
    Scope here = Scope.port(at.port());
    out.add(
        Spine.CLASSIFY
            .flow(100)
            .match(OF_PORT, at.ofPort())
            .set(NETWORK, at.networkKey())
            .set(IN_PORT, at.portKey())
            .next()
            .because(at.port())
            .where(here));
    out.add(
        Spine.LOCATE
            .flow(110)
            .match(NETWORK, at.networkKey())
            .match(OUT_PORT, at.portKey())
            .next()
            .because(at.port())
            .where(here));
    out.add(
        Spine.OUTPUT
            .flow(100)
            .match(OUT_PORT, at.portKey())
            .output(at.ofPort())
            .because(at.port())
            .where(here));
  }
}
