package dev.heddle.l2;

import static dev.heddle.pipeline.Field.ETH_DST;
import static dev.heddle.pipeline.Field.ETH_SRC;
import static dev.heddle.pipeline.Field.IN_PORT;
import static dev.heddle.pipeline.Field.NETWORK;
import static dev.heddle.pipeline.Field.OUT_PORT;

import dev.heddle.model.Attachment;
import dev.heddle.model.Bits;
import dev.heddle.model.Encapsulation;
import dev.heddle.model.Id;
import dev.heddle.model.Location;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Node;
import dev.heddle.model.Uplink;
import dev.heddle.model.View;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowDraft;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Learn;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Spine;
import java.util.Optional;

/**
 * SWITCH: a known MAC goes to its port, with the address of the node that has it; broadcast and
 * multicast to everybody. The rest goes where it was learned, else to those ports only that take
 * unknown addresses, and out to the physical network if there is one; else nowhere.
 */
final class Forward {

  static final Bits GROUP_BIT = Bits.of(1L << 40);

  /** How long a MAC is remembered after the last frame from it: IEEE 802.1Q's default. */
  private static final int AGEING_SECONDS = 300;

  /** The key of no port. */
  private static final int NOBODY = 0;

  private Forward() {}

  static void port(Id<LogicalPort> id, View view, FlowSink out) {
    view.fact(Attachment.OF_PORT, id)
        .filter(a -> a.port().localnet().isEmpty())
        .ifPresent(
            a -> {
              Scope scope = Scope.network(a.network().id());
              known(a, view).ifPresent(known -> out.add(known.because(id).where(scope)));
              if (a.port().unknown()) {
                out.add(learn(a).because(id).where(scope));
              }
            });
  }

  /**
   * A port that is nowhere needs no flow: its MAC goes where any unknown one goes. Where those go
   * somewhere, it has one all the same, or strangers would get its frames.
   */
  private static Optional<FlowDraft> known(Attachment a, View view) {
    Optional<Location> at = view.fact(Location.OF_PORT, a.port().id());
    if (at.isEmpty() && unknown(a.network(), view).isEmpty()) {
      return Optional.empty();
    }
    FlowDraft known = Spine.SWITCH.flow(100).match(NETWORK, a.network().key());
    known.match(ETH_DST, a.port().mac()).set(OUT_PORT, a.port().key());
    at.flatMap(l -> l.tunnelEnd(view)).ifPresent(end -> known.set(Field.TUNNEL_DST, end));
    return Optional.of(known.next());
  }

  /**
   * On every node of the switch, so that a frame that comes by tunnel teaches the way back. What is
   * learned goes with the port.
   */
  private static FlowDraft learn(Attachment a) {
    long cookie = Cookie.learned("mac/" + a.port().id().name());
    return Spine.LEARN
        .flow(100)
        .match(NETWORK, a.network().key())
        .match(IN_PORT, a.port().key())
        .then(
            Learn.into(Spine.LEARNED.table(), 100, cookie)
                .match(NETWORK, NETWORK)
                .match(ETH_DST, ETH_SRC)
                .load(IN_PORT, OUT_PORT)
                .hard(AGEING_SECONDS)
                .withLearner()
                .build());
  }

  /**
   * What comes by VXLAN does not say its port: it can teach no more than that its MAC is not, or no
   * longer, where it was learned. Frames for it go to all who take unknown addresses.
   */
  private static FlowDraft unlearn(LogicalSwitch network) {
    long cookie = Cookie.learned("nobody/" + network.id().name());
    return Spine.LEARN
        .flow(100)
        .match(NETWORK, network.key())
        .match(IN_PORT, NOBODY)
        .then(
            Learn.into(Spine.LEARNED.table(), 100, cookie)
                .match(NETWORK, NETWORK)
                .match(ETH_DST, ETH_SRC)
                .load(Field.UNKNOWN, OUT_PORT)
                .hard(AGEING_SECONDS)
                .withLearner()
                .build());
  }

  static void network(Id<LogicalSwitch> id, View view, FlowSink out) {
    view.get(id)
        .ifPresent(
            network -> {
              FlowDraft group = Spine.SWITCH.flow(90).match(NETWORK, network.key());
              group.match(ETH_DST, GROUP_BIT, GROUP_BIT).set(OUT_PORT, Field.FLOOD);
              out.add(group.next().because(id).where(Scope.network(id)));
              if (takesUnknown(network, view)
                  && view.fact(Node.IS_PREFERRED, Encapsulation.VXLAN)) {
                out.add(unlearn(network).because(id).where(Scope.network(id)));
              }
              unknown(network, view)
                  .ifPresent(rest -> out.add(rest.because(id).where(Scope.network(id))));
            });
  }

  private static Optional<FlowDraft> unknown(LogicalSwitch network, View view) {
    Optional<Uplink> outside = view.fact(Uplink.OF_SWITCH, network.id());
    FlowDraft rest = Spine.SWITCH.flow(50).match(NETWORK, network.key());
    if (takesUnknown(network, view)) {
      return Optional.of(rest.set(OUT_PORT, Field.UNKNOWN).resubmit(Spine.LEARNED).next());
    }
    return outside.map(uplink -> rest.set(OUT_PORT, uplink.key()).next());
  }

  /** Whether some port of the switch is to get frames for unknown MACs. */
  static boolean takesUnknown(LogicalSwitch network, View view) {
    return network.floodsUnknown() && !view.ids(Location.UNKNOWN_PARTS, network.id()).isEmpty();
  }
}
