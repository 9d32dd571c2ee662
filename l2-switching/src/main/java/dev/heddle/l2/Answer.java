package dev.heddle.l2;

import static dev.heddle.pipeline.Field.ARP_OP;
import static dev.heddle.pipeline.Field.ARP_SHA;
import static dev.heddle.pipeline.Field.ARP_SPA;
import static dev.heddle.pipeline.Field.ARP_THA;
import static dev.heddle.pipeline.Field.ARP_TPA;
import static dev.heddle.pipeline.Field.ETH_DST;
import static dev.heddle.pipeline.Field.ETH_SRC;
import static dev.heddle.pipeline.Field.ICMPV6_CODE;
import static dev.heddle.pipeline.Field.ICMPV6_TYPE;
import static dev.heddle.pipeline.Field.IN_PORT;
import static dev.heddle.pipeline.Field.IPV6_DST;
import static dev.heddle.pipeline.Field.IPV6_SRC;
import static dev.heddle.pipeline.Field.ND_OPTIONS_TYPE;
import static dev.heddle.pipeline.Field.ND_RESERVED;
import static dev.heddle.pipeline.Field.ND_SLL;
import static dev.heddle.pipeline.Field.ND_TARGET;
import static dev.heddle.pipeline.Field.ND_TLL;
import static dev.heddle.pipeline.Field.NETWORK;

import dev.heddle.model.Attachment;
import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.Location;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.View;
import dev.heddle.pipeline.FlowDraft;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Spine;

/**
 * ANSWER: who is plugged in with an address of this network is answered on the asker's own node, by
 * flows, so ARP (RFC 826) and neighbour discovery (RFC 4861) cross no tunnel and need no
 * controller. A port that asks for its own address probes for a duplicate or announces itself: that
 * is flooded, never answered.
 */
final class Answer {

  private static final int REQUEST = 1;
  private static final int REPLY = 2;

  private static final int SOLICITATION = 135;
  private static final int ADVERTISEMENT = 136;

  /** Solicited, and to override what the asker knew; the sender is no router. */
  private static final long FLAGS = 0x6000_0000L;

  private static final int TARGET_LINK_LAYER_ADDRESS = 2;

  private static final int OUTSIDE = 120;

  /** Who asks for its own address is not answered. */
  private static final int OWN = 110;

  /** Nor is who says no link-layer address of its own. */
  private static final int NAMELESS = 105;

  private static final int ANSWERED = 100;

  private Answer() {}

  static void port(Id<LogicalPort> id, View view, FlowSink out) {
    view.fact(Attachment.OF_PORT, id).ifPresent(a -> write(a, view, out));
  }

  private static void write(Attachment a, View view, FlowSink out) {
    LogicalPort port = a.port();
    if (port.localnet().isPresent()) {
      // Each node hears what is asked outside; the one that has the port lets its guest answer.
      out.add(
          Spine.ANSWER
              .flow(OUTSIDE)
              .match(IN_PORT, port.key())
              .next()
              .because(port.id())
              .where(Scope.network(a.network().id())));
      return;
    }
    if (view.fact(Location.OF_PORT, port.id()).isEmpty()) {
      return; // nobody can be told to send there
    }
    for (IpAddress address : port.addresses()) {
      FlowDraft own = Spine.ANSWER.flow(OWN).match(IN_PORT, port.key());
      FlowDraft others = Spine.ANSWER.flow(ANSWERED).match(NETWORK, a.network().key());
      asks(own, address).next();
      asks(others, address).move(ETH_SRC, ETH_DST).set(ETH_SRC, port.mac());
      if (address.isV6()) {
        advertise(others, address);
      } else {
        reply(others, port, address);
      }
      out.add(own.because(port.id()).where(Scope.port(port.id())));
      out.add(others.because(port.id()).where(Scope.network(a.network().id())));
    }
  }

  private static FlowDraft asks(FlowDraft draft, IpAddress address) {
    return address.isV6()
        ? draft.match(ICMPV6_TYPE, SOLICITATION).match(ND_TARGET, address)
        : draft.match(ARP_OP, REQUEST).match(ARP_TPA, address);
  }

  private static void reply(FlowDraft draft, LogicalPort port, IpAddress address) {
    draft
        .set(ARP_OP, REPLY)
        .move(ARP_SHA, ARP_THA)
        .set(ARP_SHA, port.mac())
        .move(ARP_SPA, ARP_TPA)
        .set(ARP_SPA, address)
        .toSender();
  }

  /** The option of the question becomes that of the answer; its value is written further on. */
  private static void advertise(FlowDraft draft, IpAddress address) {
    draft
        .move(IPV6_SRC, IPV6_DST)
        .set(IPV6_SRC, address)
        .set(ND_SLL, Bits.ZERO)
        .set(ND_RESERVED, FLAGS)
        .set(ND_OPTIONS_TYPE, TARGET_LINK_LAYER_ADDRESS)
        .set(ICMPV6_TYPE, ADVERTISEMENT)
        .resumeAt(Spine.ANSWER_ND);
  }

  /**
   * Flows that know no address. A solicitation without link-layer address has no option that could
   * be answered in: duplicate address detection, which everybody must hear, or a probe of a
   * neighbour that is known already.
   */
  static void network(Id<LogicalSwitch> id, View view, FlowSink out) {
    view.get(id)
        .ifPresent(
            network -> {
              out.add(
                  Spine.ANSWER
                      .flow(NAMELESS)
                      .match(NETWORK, network.key())
                      .match(ND_SLL, Bits.ZERO)
                      .next()
                      .because(id)
                      .where(Scope.network(id)));
              out.add(
                  Spine.ANSWER_ND
                      .flow(ANSWERED)
                      .match(NETWORK, network.key())
                      .match(ICMPV6_TYPE, ADVERTISEMENT)
                      .match(ICMPV6_CODE, 0)
                      .move(ETH_SRC, ND_TLL)
                      .toSender()
                      .because(id)
                      .where(Scope.network(id)));
            });
  }
}
