package dev.heddle.l2;

import static dev.heddle.pipeline.Field.ARP_OP;
import static dev.heddle.pipeline.Field.ARP_SHA;
import static dev.heddle.pipeline.Field.ARP_SPA;
import static dev.heddle.pipeline.Field.ARP_THA;
import static dev.heddle.pipeline.Field.ARP_TPA;
import static dev.heddle.pipeline.Field.ETH_DST;
import static dev.heddle.pipeline.Field.ETH_SRC;
import static dev.heddle.pipeline.Field.IN_PORT;
import static dev.heddle.pipeline.Field.NETWORK;

import dev.heddle.model.Attachment;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.View;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Spine;

/**
 * ANSWER: who has an address of this network is answered on the asker's own node, by flows, so ARP
 * crosses no tunnel and needs no controller (RFC 826). A port that asks for its own address probes
 * for a duplicate or announces itself: that is flooded, never answered.
 */
final class Answer {

  private static final int REQUEST = 1;
  private static final int REPLY = 2;

  private Answer() {}

  static void flows(Id<LogicalPort> id, View view, FlowSink out) {
    view.fact(Attachment.OF_PORT, id).ifPresent(a -> write(a, out));
  }

  private static void write(Attachment a, FlowSink out) {
    LogicalPort port = a.port();
    for (IpAddress address : port.addresses()) {
      if (address.isV6()) {
        continue;
      }
      out.add(
          Spine.ANSWER
              .flow(110)
              .match(IN_PORT, port.key())
              .match(ARP_OP, REQUEST)
              .match(ARP_TPA, address)
              .next()
              .because(port.id())
              .where(Scope.port(port.id())));
      out.add(
          Spine.ANSWER
              .flow(100)
              .match(NETWORK, a.network().key())
              .match(ARP_OP, REQUEST)
              .match(ARP_TPA, address)
              .move(ETH_SRC, ETH_DST)
              .set(ETH_SRC, port.mac())
              .set(ARP_OP, REPLY)
              .move(ARP_SHA, ARP_THA)
              .set(ARP_SHA, port.mac())
              .move(ARP_SPA, ARP_TPA)
              .set(ARP_SPA, address)
              .toSender()
              .because(port.id())
              .where(Scope.network(a.network().id())));
    }
  }
}
