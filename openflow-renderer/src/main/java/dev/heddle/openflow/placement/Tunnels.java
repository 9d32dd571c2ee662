package dev.heddle.openflow.placement;

import static dev.heddle.pipeline.Field.FROM_TUNNEL;
import static dev.heddle.pipeline.Field.IN_PORT;
import static dev.heddle.pipeline.Field.NETWORK;
import static dev.heddle.pipeline.Field.OF_PORT;
import static dev.heddle.pipeline.Field.OUT_PORT;
import static dev.heddle.pipeline.Field.TUNNEL_DST;
import static dev.heddle.pipeline.Field.TUNNEL_IN_PORT;
import static dev.heddle.pipeline.Field.TUNNEL_NETWORK;
import static dev.heddle.pipeline.Field.TUNNEL_OUT_PORT;
import static dev.heddle.pipeline.Field.TUNNEL_RESUME;

import dev.heddle.model.Encapsulation;
import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.model.View;
import dev.heddle.pipeline.FlowDraft;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Spine;
import dev.heddle.pipeline.Tunnel;
import java.util.ArrayList;
import java.util.List;

/**
 * The two ends of a tunnel: CLASSIFY of what comes from another node, LOCATE and CROSS of what goes
 * there.
 */
final class Tunnels {

  private static final int NOWHERE = 90;
  private static final int ELSEWHERE = 80;
  private static final int NOT_HERE = 110;
  private static final int SPOKEN_THERE = 100;
  private static final int PREFERRED = 90;

  private Tunnels() {}

  /**
   * A node is on the lists of nodes that it follows itself, and uses what it prefers unless it is
   * told better.
   */
  static void ofNode(Id<Node> id, View view, FlowSink out) {
    view.get(id)
        .ifPresent(
            node -> {
              List<FlowDraft> flows = new ArrayList<>();
              node.encapsulations().forEach(e -> flows.add(arriving(e)));
              node.encapAddress()
                  .ifPresent(
                      own -> flows.add(Spine.CROSS.flow(NOT_HERE).match(TUNNEL_DST, own).drop()));
              flows.add(toOthers(NOWHERE).match(TUNNEL_DST, 0).drop());
              flows.add(toOthers(ELSEWHERE).cross());
              flows.add(Spine.CROSS.flow(PREFERRED).intoTunnel(node.preferred()));
              flows.forEach(flow -> out.add(flow.because(id).where(Scope.node(id))));
            });
  }

  /** What is for no port of this node, and has not come from another one. */
  private static FlowDraft toOthers(int priority) {
    return Spine.LOCATE.flow(priority).match(FROM_TUNNEL, 0);
  }

  private static FlowDraft arriving(Encapsulation encapsulation) {
    FlowDraft arrives =
        Spine.CLASSIFY.flow(100).match(OF_PORT, Tunnel.port(encapsulation)).set(FROM_TUNNEL, 1);
    return switch (encapsulation) {
      // Says its network, ports and stage; an unknown stage is dropped.
      case GENEVE ->
          arrives
              .match(TUNNEL_RESUME, Spine.REPLICATE.table())
              .move(TUNNEL_NETWORK, NETWORK)
              .move(TUNNEL_IN_PORT, IN_PORT)
              .move(TUNNEL_OUT_PORT, OUT_PORT)
              .resubmit(Spine.LEARN)
              .resumeAt(Spine.REPLICATE);
      // Says its network only: its port is unknown (0), and where it goes is found out again.
      case VXLAN ->
          arrives.move(TUNNEL_NETWORK, NETWORK).resubmit(Spine.LEARN).resumeAt(Spine.SWITCH);
    };
  }

  /**
   * To a node that speaks one encapsulation only, while not all nodes prefer the same: the same
   * flow everywhere. A node that does not speak it has no such port, and nothing goes out.
   */
  static void towards(Id<Node> id, View view, FlowSink out) {
    view.get(id)
        .filter(node -> node.encapsulations().size() == 1)
        .flatMap(Node::encapAddress)
        .filter(address -> isMixed(view))
        .ifPresent(
            address ->
                out.add(
                    Spine.CROSS
                        .flow(SPOKEN_THERE)
                        .match(TUNNEL_DST, address)
                        .intoTunnel(view.get(id).orElseThrow().preferred())
                        .because(id)
                        .where(Scope.everywhere())));
  }

  private static boolean isMixed(View view) {
    return view.fact(Node.IS_PREFERRED, Encapsulation.GENEVE)
        && view.fact(Node.IS_PREFERRED, Encapsulation.VXLAN);
  }
}
