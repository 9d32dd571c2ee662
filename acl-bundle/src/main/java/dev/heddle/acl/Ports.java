package dev.heddle.acl;

import static dev.heddle.pipeline.Field.CT_INV;
import static dev.heddle.pipeline.Field.CT_PEER;
import static dev.heddle.pipeline.Field.CT_REL;
import static dev.heddle.pipeline.Field.CT_RPL;
import static dev.heddle.pipeline.Field.ETH_TYPE;
import static dev.heddle.pipeline.Field.IN_PORT;
import static dev.heddle.pipeline.Field.OUT_PORT;
import static dev.heddle.pipeline.Field.PEER;
import static dev.heddle.pipeline.Field.ZONE;

import dev.heddle.model.Binding;
import dev.heddle.model.Id;
import dev.heddle.model.Index.Pair;
import dev.heddle.model.Location;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Node;
import dev.heddle.model.Uplink;
import dev.heddle.model.View;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowDraft;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Policy;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Spine;
import dev.heddle.pipeline.Stage;
import dev.heddle.pipeline.Track;
import dev.heddle.policy.Policed;
import java.util.List;
import java.util.OptionalInt;

/**
 * TRACK_FROM, POLICY_FROM, TRACK_TO, POLICY_TO of one port under policy: what it sends and what it
 * is to get is tracked in the zone of its interface, then judged. What it says of its groups is the
 * only thing that a membership changes.
 */
final class Ports {

  private static final int LINK = 90;
  private static final int IP = 100;
  private static final int ERROR = 110;

  private Ports() {}

  static void flows(Id<LogicalPort> id, View view, FlowSink out) {
    view.fact(Policed.OF_PORT, id)
        .ifPresent(
            policed ->
                view.fact(Location.OF_PORT, id)
                    .ifPresent(
                        at -> new Flows(id, policed, zone(at, view), Scope.port(id), out).write()));
  }

  /** A way to a physical network is a port on each node of its switch that has one, by itself. */
  static void uplink(Pair<Id<LogicalSwitch>, Id<Node>> on, View view, FlowSink out) {
    view.fact(Uplink.OF_SWITCH, on.bucket())
        .ifPresent(
            way ->
                view.fact(Policed.OF_PORT, way.port())
                    .ifPresent(
                        policed -> {
                          OptionalInt zone =
                              view.get(on.member())
                                  .map(node -> node.zone(way.segment()))
                                  .orElse(OptionalInt.empty());
                          Scope here = Scope.node(on.member());
                          new Flows(way.port(), policed, zone, here, out).write();
                        }));
  }

  private static OptionalInt zone(Location at, View view) {
    return view.get(Binding.id(at.node(), at.port()))
        .map(Binding::zone)
        .orElse(OptionalInt.empty());
  }

  /** One of the two sides from which policy looks at a packet. */
  private record Side(
      boolean from, Field self, Stage track, Stage gate, Stage judge, Stage verdict) {

    Stage evaluate(boolean begunBySelf) {
      return begunBySelf ? Policy.EVALUATE_FROM : Policy.EVALUATE_TO;
    }
  }

  private static final List<Side> SIDES =
      List.of(
          new Side(
              true,
              IN_PORT,
              Spine.TRACK_FROM,
              Policy.GATE_FROM,
              Spine.POLICY_FROM,
              Policy.VERDICT_FROM),
          new Side(
              false, OUT_PORT, Spine.TRACK_TO, Policy.GATE_TO, Spine.POLICY_TO, Policy.VERDICT_TO));

  /** The flows of one port. */
  private record Flows(
      Id<LogicalPort> id, Policed policed, OptionalInt zone, Scope scope, FlowSink out) {

    void write() {
      for (Side side : SIDES) {
        for (int family : List.of(Match.ETH_IPV4, Match.ETH_IPV6)) {
          add(tracked(side, of(side, side.track, IP).match(ETH_TYPE, family)));
        }
        add(of(side, side.judge, IP).match(CT_INV, 1).drop());
        add(judged(side, Lens.CONNECTION, true));
        if (!side.from) {
          add(error());
        }
        add(judged(side, Lens.CONNECTION, false));
        add(judged(side, Lens.LINK, true));
      }
    }

    private FlowDraft of(Side side, Stage stage, int priority) {
      return stage.flow(priority).match(side.self, policed.key());
    }

    /** Without a zone nothing is known of connections, and nothing passes. */
    private FlowDraft tracked(Side side, FlowDraft draft) {
      if (zone.isEmpty()) {
        return draft.drop();
      }
      draft.set(ZONE, zone.getAsInt());
      if (!policed.stateless()) {
        return draft.then(Track.in(zone.getAsInt()).into(side.track.joint()));
      }
      begin(draft, Lens.PACKET);
      if (!side.from) {
        draft.move(IN_PORT, PEER);
      }
      return draft.resubmit(side.evaluate(side.from)).resubmit(side.gate);
    }

    /**
     * @param request it goes the way in which its connection was begun
     */
    private FlowDraft judged(Side side, Lens lens, boolean request) {
      FlowDraft draft = of(side, side.judge, lens == Lens.LINK ? LINK : IP);
      if (lens == Lens.CONNECTION) {
        draft.match(CT_INV, 0).match(CT_RPL, request ? 0 : 1);
      }
      begin(draft, lens);
      boolean begunBySelf = side.from == request;
      if (!begunBySelf) {
        draft.move(request ? IN_PORT : CT_PEER, PEER);
      }
      return draft.resubmit(side.evaluate(begunBySelf)).resubmit(side.verdict);
    }

    /** An error about a reply: whoever sends it, the peer is who began the connection. */
    private FlowDraft error() {
      Side to = SIDES.get(1);
      FlowDraft draft = of(to, to.judge, ERROR).match(CT_INV, 0).match(CT_REL, 1).match(CT_RPL, 0);
      begin(draft, Lens.CONNECTION);
      draft.move(CT_PEER, PEER);
      return draft.resubmit(to.evaluate(false)).resubmit(to.verdict);
    }

    private void begin(FlowDraft draft, Lens lens) {
      lens.begin(draft, policed.closed());
      Slots.write(draft, Policy.SUBJECTS, policed.carried());
    }

    private void add(FlowDraft draft) {
      out.add(draft.because(id).where(scope));
    }
  }
}
