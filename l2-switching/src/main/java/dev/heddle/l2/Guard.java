package dev.heddle.l2;

import static dev.heddle.pipeline.Field.ETH_DST;
import static dev.heddle.pipeline.Field.ETH_TYPE;
import static dev.heddle.pipeline.Field.IN_PORT;
import static dev.heddle.pipeline.Field.IPV4_DST;
import static dev.heddle.pipeline.Field.IPV6_DST;
import static dev.heddle.pipeline.Field.LOOP_OK;
import static dev.heddle.pipeline.Field.OUT_PORT;

import dev.heddle.model.Attachment;
import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Node;
import dev.heddle.model.View;
import dev.heddle.pipeline.FlowDraft;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Spine;
import java.util.stream.Stream;

/**
 * GUARD_TO: nothing goes back to the port it came from, unless a stage before said that it may. A
 * port with port security gets only what is for its own MAC and, if it has addresses, for those:
 * one with IPv4 addresses only gets no IPv6, and the other way round. What is for a group of
 * receivers passes always, which is why REPLICATE may go past this stage; so does ARP, which is for
 * nobody's address. That is said once for a node and not once for a port.
 */
final class Guard {

  private static final int NOT_BACK = 200;
  private static final int FOR_ALL = 110;
  private static final int PASSES = 100;

  /** 224.0.0.0/3: multicast, and 255.255.255.255 with what is reserved before it (RFC 1112). */
  private static final Bits V4_GROUPS = Bits.of(0xe000_0000L);

  /** ff00::/8 (RFC 4291). */
  private static final Bits V6_GROUPS = Bits.prefix(8, 128);

  private Guard() {}

  /** What passes to every port; one packet may be several of these, so each has its priority. */
  static void node(Id<Node> id, View view, FlowSink out) {
    Stream.of(
            toAll(3).match(ETH_DST, Forward.GROUP_BIT, Forward.GROUP_BIT),
            toAll(2).match(ETH_TYPE, Match.ETH_ARP),
            toAll(1).match(IPV4_DST, V4_GROUPS, V4_GROUPS),
            toAll(0).match(IPV6_DST, V6_GROUPS, V6_GROUPS))
        .forEach(passes -> out.add(passes.next().because(id).where(Scope.node(id))));
  }

  private static FlowDraft toAll(int before) {
    return Spine.GUARD_TO.flow(FOR_ALL + before);
  }

  static void flows(Id<LogicalPort> id, View view, FlowSink out) {
    view.fact(Attachment.OF_PORT, id).ifPresent(a -> new Rules(a.port(), out).write());
  }

  /** The flows of one port. */
  private record Rules(LogicalPort port, FlowSink out) {

    void write() {
      out.add(
          Spine.GUARD_TO
              .flow(NOT_BACK)
              .match(IN_PORT, port.key())
              .match(OUT_PORT, port.key())
              .match(LOOP_OK, 0)
              .drop()
              .because(port.id())
              .where(where()));
      if (!port.portSecurity()) {
        add(to());
        return;
      }
      if (port.addresses().isEmpty()) {
        add(toMac());
        return;
      }
      port.addresses()
          .forEach(a -> add(a.isV6() ? toMac().match(IPV6_DST, a) : toMac().match(IPV4_DST, a)));
      IpAddress linkLocal = port.mac().linkLocal();
      if (port.addresses().stream().anyMatch(IpAddress::isV6)
          && !port.addresses().contains(linkLocal)) {
        add(toMac().match(IPV6_DST, linkLocal));
      }
    }

    private FlowDraft to() {
      return Spine.GUARD_TO.flow(PASSES).match(OUT_PORT, port.key());
    }

    private FlowDraft toMac() {
      return to().match(ETH_DST, port.mac());
    }

    private void add(FlowDraft draft) {
      out.add(draft.next().because(port.id()).where(where()));
    }

    /** A way to a physical network is on each node of its switch. */
    private Scope where() {
      return port.localnet().isPresent() ? Scope.network(port.network()) : Scope.port(port.id());
    }
  }
}
