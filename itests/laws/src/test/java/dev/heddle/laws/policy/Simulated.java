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

/** Two simulated nodes: a and b are on n1, c and d on n2. */
final class Simulated implements World {

  private final Net net;

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
  public boolean speaks(Datagram datagram) {
    return true;
  }

  @Override
  public void send(Step.Send send, boolean arrives, Told told) {
    var fate = net.from(send.from()).sends(packet(send));
    if (told != Told.OPEN) {
      assertThat(fate.run().punted())
          .as(() -> send + " is answered by a refusal\n" + fate.run().trace())
          .hasSize(told == Told.YES ? 1 : 0);
    }
    if (arrives) {
      fate.reaches(send.to());
    } else {
      fate.reaches();
    }
  }

  private static Packet packet(Step.Send send) {
    Datagram d = send.datagram();
    Packet ip =
        Packet.EMPTY
            .with(Field.ETH_SRC, mac(send.from()).bits())
            .with(Field.ETH_DST, mac(send.to()).bits())
            .with(Field.ETH_TYPE, d.v6() ? Match.ETH_IPV6 : Match.ETH_IPV4)
            .with(Field.IP_PROTO, d.protocol())
            .with(d.v6() ? Field.IPV6_SRC : Field.IPV4_SRC, IpAddress.parse(d.source()).bits())
            .with(
                d.v6() ? Field.IPV6_DST : Field.IPV4_DST, IpAddress.parse(d.destination()).bits());
    return switch (d.protocol()) {
      case Datagram.TCP -> ip.with(Field.TCP_SRC, d.from()).with(Field.TCP_DST, d.to());
      case Datagram.UDP -> ip.with(Field.UDP_SRC, d.from()).with(Field.UDP_DST, d.to());
      case Datagram.SCTP -> ip.with(Field.SCTP_SRC, d.from()).with(Field.SCTP_DST, d.to());
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
