package dev.heddle.l2;

import static dev.heddle.pipeline.Field.ETH_DST;
import static dev.heddle.pipeline.Field.NETWORK;
import static dev.heddle.pipeline.Field.OUT_PORT;

import dev.heddle.model.Attachment;
import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Uplink;
import dev.heddle.model.View;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowDraft;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Spine;

/**
 * SWITCH: a known MAC goes to its port, broadcast and multicast to everybody, the rest out to the
 * physical network if there is one, and else nowhere.
 */
final class Forward {

  static final Bits GROUP_BIT = Bits.of(1L << 40);

  private Forward() {}

  static void port(Id<LogicalPort> id, View view, FlowSink out) {
    view.fact(Attachment.OF_PORT, id)
        .filter(a -> a.port().localnet().isEmpty())
        .ifPresent(
            a ->
                out.add(
                    Spine.SWITCH
                        .flow(100)
                        .match(NETWORK, a.network().key())
                        .match(ETH_DST, a.port().mac())
                        .set(OUT_PORT, a.port().key())
                        .next()
                        .because(id)
                        .where(Scope.network(a.network().id()))));
  }

  static void network(Id<LogicalSwitch> id, View view, FlowSink out) {
    view.get(id)
        .ifPresent(
            network -> {
              FlowDraft group =
                  to(network).match(ETH_DST, GROUP_BIT, GROUP_BIT).set(OUT_PORT, Field.FLOOD);
              out.add(group.next().because(id).where(Scope.network(id)));
              view.fact(Uplink.OF_SWITCH, id)
                  .ifPresent(
                      outside ->
                          out.add(
                              Spine.SWITCH
                                  .flow(50)
                                  .match(NETWORK, network.key())
                                  .set(OUT_PORT, outside.key())
                                  .next()
                                  .because(outside.port())
                                  .where(Scope.network(id))));
            });
  }

  private static FlowDraft to(LogicalSwitch network) {
    return Spine.SWITCH.flow(90).match(NETWORK, network.key());
  }
}
