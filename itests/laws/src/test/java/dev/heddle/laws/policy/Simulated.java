package dev.heddle.laws.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.engine.Controller;
import dev.heddle.model.Document;
import dev.heddle.model.IpAddress;
import dev.heddle.model.MacAddress;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Match;
import dev.heddle.simulator.Net;
import dev.heddle.simulator.Packet;
import dev.heddle.simulator.Sent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Two simulated nodes: a and b are on n1, c and d on n2. */
final class Simulated implements World {

  /** As on real switches: the middle of a connection, which begins one, too. */
  private static final int ACK = 16;

  private final Net net;
  private int datagrams;

  Simulated(Feature... features) {
    net = Net.lawless(features).sw("s");
    for (String port : PolicyTrial.PORTS) {
      int n = PolicyTrial.number(port);
      net.port(port, "10.0.0." + n, "fd00::" + n).on(n <= 2 ? "n1" : "n2");
    }
  }

  Controller controller() {
    return net.controller();
  }

  @Override
  public void put(Document document) {
    net.put(document);
  }

  @Override
  public void remove(String kind, String name) {
    net.remove(kind, name);
  }

  @Override
  public boolean takesEquals() {
    return false;
  }

  @Override
  public boolean speaks(Step.Packet packet) {
    return true;
  }

  @Override
  public void send(Step.Packet step, Set<Integer> arrive, Told told) {
    Packet whole = packet(step);
    List<Sent> sent = new ArrayList<>();
    if (step instanceof Step.Fragments f) {
      int id = ++datagrams;
      f.pieces().stream()
          .map(p -> whole.piece(new Packet.Fragment(id, p, f.parts())))
          .forEach(p -> sent.add(net.from(step.from()).sends(p)));
    } else {
      sent.add(net.from(step.from()).sends(whole));
    }
    // Whether an error is rejected or dropped its sender does not hear.
    if (told != Told.OPEN && !(step instanceof Step.Unreachable)) {
      assertThat(sent.stream().flatMap(s -> s.run().punted().stream()))
          .as(() -> step + " is answered by a refusal\n" + explained(sent))
          .hasSize(told == Told.YES ? 1 : 0);
    }
    assertThat(sent.stream().flatMap(Simulated::arrivals))
        .as(() -> step + "\n" + explained(sent))
        .containsExactlyInAnyOrderElementsOf(
            arrive.stream()
                .map(p -> step.to() + " " + (step instanceof Step.Fragments ? p : "whole"))
                .toList());
  }

  /** Where it came out, and which piece. */
  private static Stream<String> arrivals(Sent sent) {
    assertThat(sent.run().lost()).isEmpty();
    return sent.run().arrivals().stream()
        .map(
            a ->
                sent.port(a) + " " + a.packet().fragment().map(f -> "" + f.part()).orElse("whole"));
  }

  private static String explained(List<Sent> sent) {
    return sent.stream().map(Sent::explained).collect(Collectors.joining("\n"));
  }

  private static Packet packet(Step.Packet send) {
    Packet frame =
        Packet.EMPTY
            .with(Field.ETH_SRC, mac(send.from()).bits())
            .with(Field.ETH_DST, mac(send.to()).bits());
    return send instanceof Step.Unreachable e
        ? ip(frame, e.datagram()).quoting(ip(Packet.EMPTY, e.quoted()))
        : ip(frame, send.datagram());
  }

  private static Packet ip(Packet frame, Datagram d) {
    Packet ip =
        frame
            .with(Field.ETH_TYPE, d.v6() ? Match.ETH_IPV6 : Match.ETH_IPV4)
            .with(Field.IP_PROTO, d.protocol())
            .with(d.v6() ? Field.IPV6_SRC : Field.IPV4_SRC, IpAddress.parse(d.source()).bits())
            .with(
                d.v6() ? Field.IPV6_DST : Field.IPV4_DST, IpAddress.parse(d.destination()).bits());
    return switch (d.protocol()) {
      case Datagram.TCP ->
          ip.with(Field.TCP_SRC, d.from()).with(Field.TCP_DST, d.to()).with(Field.TCP_FLAGS, ACK);
      case Datagram.UDP -> ip.with(Field.UDP_SRC, d.from()).with(Field.UDP_DST, d.to());
      case Datagram.SCTP -> ip.with(Field.SCTP_SRC, d.from()).with(Field.SCTP_DST, d.to());
      case Datagram.ICMP -> ip.with(Field.ICMPV4_TYPE, d.from());
      case Datagram.ICMPV6 -> ip.with(Field.ICMPV6_TYPE, d.from());
      default -> throw new IllegalArgumentException(d.toString());
    };
  }

  private static MacAddress mac(String port) {
    return new MacAddress(0x0a_00_00_00_00_00L + PolicyTrial.number(port));
  }

  @Override
  public void close() {
    net.close();
  }
}
