package dev.heddle.l2;

import static dev.heddle.pipeline.Field.ARP_SHA;
import static dev.heddle.pipeline.Field.ARP_SPA;
import static dev.heddle.pipeline.Field.ETH_SRC;
import static dev.heddle.pipeline.Field.ICMPV6_TYPE;
import static dev.heddle.pipeline.Field.IN_PORT;
import static dev.heddle.pipeline.Field.IPV4_SRC;
import static dev.heddle.pipeline.Field.IPV6_SRC;
import static dev.heddle.pipeline.Field.ND_SLL;
import static dev.heddle.pipeline.Field.ND_TARGET;
import static dev.heddle.pipeline.Field.ND_TLL;
import static dev.heddle.pipeline.Field.UDP_DST;
import static dev.heddle.pipeline.Field.UDP_SRC;

import dev.heddle.model.Attachment;
import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.View;
import dev.heddle.pipeline.FlowDraft;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Spine;
import java.util.List;
import java.util.stream.Stream;

/**
 * ADMIT: a port may send from its own MAC and addresses, in Ethernet, IP, ARP and neighbour
 * discovery alike. What a host needs before it has an address passes: DHCP, ARP probes (RFC 5227),
 * duplicate address detection (RFC 4862). A port without addresses is bound by its MAC only.
 */
final class Admit {

  private static final int ROUTER_SOLICITATION = 133;
  private static final int ROUTER_ADVERTISEMENT = 134;
  private static final int NEIGHBOUR_SOLICITATION = 135;
  private static final int NEIGHBOUR_ADVERTISEMENT = 136;
  private static final int REDIRECT = 137;

  /** What a guest says of addresses and routes beyond the flows above is not believed. */
  private static final List<Integer> CHECKED =
      List.of(NEIGHBOUR_SOLICITATION, NEIGHBOUR_ADVERTISEMENT, ROUTER_ADVERTISEMENT, REDIRECT);

  /** Neighbour discovery is checked inside before the rest of IPv6 is let through by source. */
  private static final int INSIDE = 110;

  private static final int BY_SOURCE = 100;

  private Admit() {}

  static void flows(Id<LogicalPort> id, View view, FlowSink out) {
    view.fact(Attachment.OF_PORT, id)
        .ifPresent(a -> new Rules(a.port(), Scope.port(id), out).write());
  }

  /** The flows of one port. */
  private record Rules(LogicalPort port, Scope here, FlowSink out) {

    void write() {
      if (port.localnet().isPresent()) {
        // What comes from outside is from no guest: nobody knows who may say what there.
        out.add(
            Spine.ADMIT
                .flow(BY_SOURCE)
                .match(IN_PORT, port.key())
                .next()
                .because(port.id())
                .where(Scope.network(port.network())));
      } else if (port.unknown()) {
        add(Spine.ADMIT.flow(BY_SOURCE).match(IN_PORT, port.key()).resubmit(Spine.LEARN));
      } else if (!port.portSecurity()) {
        add(Spine.ADMIT.flow(BY_SOURCE).match(IN_PORT, port.key()));
      } else if (port.addresses().isEmpty()) {
        add(fromMac(BY_SOURCE));
      } else {
        ipv4();
        ipv6();
      }
    }

    private void ipv4() {
      List<IpAddress> own = port.addresses().stream().filter(a -> !a.isV6()).toList();
      if (own.isEmpty()) {
        return;
      }
      add(fromMac(BY_SOURCE).match(IPV4_SRC, 0).match(UDP_SRC, 68).match(UDP_DST, 67));
      add(fromMac(BY_SOURCE).match(ARP_SPA, 0).match(ARP_SHA, port.mac()));
      for (IpAddress a : own) {
        add(fromMac(BY_SOURCE).match(IPV4_SRC, a));
        add(fromMac(BY_SOURCE).match(ARP_SPA, a).match(ARP_SHA, port.mac()));
      }
    }

    private void ipv6() {
      List<IpAddress> given = port.addresses().stream().filter(IpAddress::isV6).toList();
      if (given.isEmpty()) {
        return;
      }
      List<IpAddress> own =
          Stream.concat(given.stream(), Stream.of(port.mac().linkLocal())).distinct().toList();
      List<Bits> options = List.of(port.mac().bits(), Bits.ZERO); // the option may be absent
      add(fromMac(INSIDE).match(IPV6_SRC, Bits.ZERO).match(ICMPV6_TYPE, ROUTER_SOLICITATION));
      for (IpAddress target : own) {
        add(
            fromMac(INSIDE)
                .match(IPV6_SRC, Bits.ZERO)
                .match(ICMPV6_TYPE, NEIGHBOUR_SOLICITATION)
                .match(ND_TARGET, target)
                .match(ND_SLL, Bits.ZERO));
      }
      for (IpAddress source : own) {
        for (Bits option : options) {
          add(fromMac(INSIDE).match(IPV6_SRC, source).match(ND_SLL, option));
          for (IpAddress target : own) {
            add(
                fromMac(INSIDE)
                    .match(IPV6_SRC, source)
                    .match(ND_TARGET, target)
                    .match(ND_TLL, option));
          }
        }
        add(fromMac(BY_SOURCE).match(IPV6_SRC, source));
      }
      for (int type : CHECKED) {
        out.add(
            fromMac(BY_SOURCE + 5).match(ICMPV6_TYPE, type).drop().because(port.id()).where(here));
      }
    }

    private FlowDraft fromMac(int priority) {
      return Spine.ADMIT.flow(priority).match(IN_PORT, port.key()).match(ETH_SRC, port.mac());
    }

    private void add(FlowDraft draft) {
      out.add(draft.next().because(port.id()).where(here));
    }
  }
}
