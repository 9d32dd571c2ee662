package dev.heddle.simulator.whatif;

import dev.heddle.model.Bits;
import dev.heddle.model.IpAddress;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Network;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.WantedFlows;
import dev.heddle.pipeline.Wire;
import dev.heddle.simulator.Fabric;
import dev.heddle.simulator.Memory;
import dev.heddle.simulator.Packet;
import dev.heddle.simulator.Plan;
import dev.heddle.simulator.Plan.Plug;
import dev.heddle.simulator.whatif.Services.Piece;
import dev.heddle.simulator.whatif.Services.Ports;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Sends packets between ports through the flows of one model, and sees whether they arrive. */
public final class Probe {

  /** What becomes of a connection that somebody begins. */
  public enum Fate {
    ALLOWED("allowed"),
    /** Its first packet arrives, the answer does not. */
    ONE_WAY("one way"),
    DROPPED("dropped");

    private final String word;

    Fate(String word) {
      this.word = word;
    }

    @Override
    public String toString() {
      return word;
    }
  }

  private static final int SYN = 2;
  private static final int SYN_ACK = 18;

  private final Plan plan;
  private final Map<String, Plug> plugs = new HashMap<>();

  Probe(Network network, WantedFlows flows) {
    plan = Plan.of(network, flows);
    plan.plugged()
        .forEach(
            (plug, port) -> {
              if (plan.fabric().switches().containsKey(plug.node())) {
                plugs.merge(port.name(), plug, (a, b) -> first(a, b));
              }
            });
  }

  private static Plug first(Plug a, Plug b) {
    int c = a.node().name().compareTo(b.node().name());
    return c < 0 || c == 0 && a.ofPort() <= b.ofPort() ? a : b;
  }

  /** Where a port is plugged in, if it is. */
  Optional<Plug> plug(String port) {
    return Optional.ofNullable(plugs.get(port));
  }

  /** Both must be plugged in and have an address of the family. */
  Fate begin(LogicalPort from, LogicalPort to, Piece piece, boolean v6) {
    Memory memory = new Memory();
    IpAddress source = Alike.address(from, v6).orElseThrow();
    IpAddress destination = Alike.address(to, v6).orElseThrow();
    Packet first = packet(from, to, source, destination, piece, piece.source().one(), SYN);
    if (!arrives(memory, from, to, first)) {
      return Fate.DROPPED;
    }
    return arrives(memory, to, from, answer(from, to, source, destination, piece, SYN_ACK))
        ? Fate.ALLOWED
        : Fate.ONE_WAY;
  }

  /** What goes back on a connection that {@code from} has begun. */
  static Packet answer(
      LogicalPort from,
      LogicalPort to,
      IpAddress source,
      IpAddress destination,
      Piece piece,
      int flags) {
    Piece back =
        piece.hasPorts()
            ? piece.answer()
            : new Piece(piece.protocol(), Ports.only(reply(piece)), piece.destination());
    return packet(to, from, destination, source, back, back.source().one(), flags);
  }

  /** Echo, RFC 792 and RFC 4443. */
  private static int reply(Piece piece) {
    return piece.protocol() == Match.PROTO_ICMP
        ? 0
        : piece.protocol() == Match.PROTO_ICMPV6 ? 129 : 0;
  }

  boolean arrives(Memory memory, LogicalPort from, LogicalPort to, Packet packet) {
    Plug at = plugs.get(from.id().name());
    Plug end = plugs.get(to.id().name());
    Map<dev.heddle.model.Id<dev.heddle.model.Node>, Fabric.Switch> two = new HashMap<>();
    two.put(at.node(), plan.fabric().switches().get(at.node()));
    two.put(end.node(), plan.fabric().switches().get(end.node()));
    return new Fabric(two)
        .send(memory, at.node(), at.ofPort(), packet).arrivals().stream()
            .anyMatch(a -> a.node().equals(end.node()) && a.port() == end.ofPort());
  }

  static Packet packet(
      LogicalPort from,
      LogicalPort to,
      IpAddress source,
      IpAddress destination,
      Piece piece,
      int first,
      int flags) {
    boolean v6 = source.isV6();
    Packet ip =
        Packet.EMPTY
            .with(Field.ETH_SRC, from.mac().bits())
            .with(Field.ETH_DST, to.mac().bits())
            .with(Field.ETH_TYPE, v6 ? Match.ETH_IPV6 : Match.ETH_IPV4)
            .with(Field.IP_PROTO, piece.protocol())
            .with(Field.IP_TTL, 64)
            .with(v6 ? Field.IPV6_SRC : Field.IPV4_SRC, source.bits())
            .with(v6 ? Field.IPV6_DST : Field.IPV4_DST, destination.bits());
    return switch (piece.protocol()) {
      case Match.PROTO_TCP ->
          ip.with(Field.TCP_SRC, first)
              .with(Field.TCP_DST, piece.destination().one())
              .with(Wire.TCP_FLAGS, Bits.of(flags));
      case Match.PROTO_UDP ->
          ip.with(Field.UDP_SRC, first).with(Field.UDP_DST, piece.destination().one());
      case Match.PROTO_SCTP ->
          ip.with(Field.SCTP_SRC, first).with(Field.SCTP_DST, piece.destination().one());
      case Match.PROTO_ICMP ->
          ip.with(Wire.ICMPV4_TYPE, Bits.of(first))
              .with(Wire.ICMPV4_CODE, Bits.of(piece.destination().one()));
      case Match.PROTO_ICMPV6 ->
          ip.with(Wire.ICMPV6_TYPE, Bits.of(first))
              .with(Wire.ICMPV6_CODE, Bits.of(piece.destination().one()));
      default -> ip;
    };
  }
}
