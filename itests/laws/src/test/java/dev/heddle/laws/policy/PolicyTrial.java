package dev.heddle.laws.policy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.model.Document;
import dev.heddle.model.IpAddress;
import dev.heddle.model.MacAddress;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Match;
import dev.heddle.simulator.Net;
import dev.heddle.simulator.Packet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The same steps told to the oracle and done to simulated switches. */
final class PolicyTrial implements AutoCloseable {

  /** On n1, n1, n2 and n2; the n-th has the addresses 10.0.0.n and fd00::n. */
  static final List<String> PORTS = List.of("a", "b", "c", "d");

  private final PolicyOracle oracle = new PolicyOracle();
  private final Net net;
  private final List<Step.Send> sent = new ArrayList<>();
  private int arrived;

  PolicyTrial(Feature... features) {
    net = Net.lawless(features).sw("s");
    for (String port : PORTS) {
      int n = number(port);
      net.port(port, "10.0.0." + n, "fd00::" + n).on(n <= 2 ? "n1" : "n2");
    }
  }

  static int number(String port) {
    return port.charAt(0) - 'a' + 1;
  }

  /** Packets sent so far, and those of them that arrived. */
  int packets() {
    return sent.size();
  }

  int arrivals() {
    return arrived;
  }

  /**
   * @throws AssertionError with the whole trace if a packet fares otherwise than the oracle says
   */
  void take(Step step) {
    if (step instanceof Step.Send send) {
      send(send);
    } else if (step instanceof Step.Answer answer && answer.ago() < sent.size()) {
      Step.Send asked = sent.get(sent.size() - 1 - answer.ago());
      send(new Step.Send(asked.to(), asked.from(), asked.datagram().answer()));
    } else if (step instanceof Step.Put put && !oracle.hasEqualOf(put.rule())) {
      oracle.put(put.rule());
      net.put(document(put.rule()));
    } else if (step instanceof Step.Remove remove && oracle.has(remove.rule())) {
      oracle.remove(remove.rule());
      net.remove("Acl", remove.rule());
    } else if (step instanceof Step.Group group) {
      oracle.group(group.name(), group.ports());
      net.put(named("PortGroup", group.name(), spec -> list(spec, "ports", group.ports())));
    } else if (step instanceof Step.AddressSet set) {
      oracle.set(set.name(), set.prefixes());
      net.put(named("AddressSet", set.name(), spec -> list(spec, "addresses", set.prefixes())));
    }
  }

  private void send(Step.Send send) {
    sent.add(send);
    boolean arrives = oracle.arrives(send.from(), send.to(), send.datagram());
    var fate = net.from(send.from()).sends(packet(send));
    if (arrives) {
      arrived++;
      fate.reaches(send.to());
    } else {
      fate.reaches();
    }
  }

  private static Packet packet(Step.Send send) {
    Datagram d = send.datagram();
    Packet ip =
        Packet.EMPTY
            .with(Field.ETH_SRC, new MacAddress(0x0a_00_00_00_00_00L + number(send.from())).bits())
            .with(Field.ETH_DST, new MacAddress(0x0a_00_00_00_00_00L + number(send.to())).bits())
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

  private static Document document(Rule rule) {
    return named(
        "Acl",
        rule.name(),
        spec -> {
          spec.putObject("appliesTo").put("portGroup", rule.group());
          spec.put("direction", rule.side() == Rule.Side.FROM ? "from" : "to");
          spec.put("tier", rule.tier()).put("priority", rule.priority());
          return spec.put("match", rule.condition().text()).put("action", rule.verdict().word());
        });
  }

  private static ObjectNode list(ObjectNode spec, String field, Iterable<String> values) {
    values.forEach(v -> spec.withArray(field).add(v));
    return spec;
  }

  private static Document named(
      String kind, String name, Function<ObjectNode, ObjectNode> contents) {
    ObjectNode spec = contents.apply(JsonNodeFactory.instance.objectNode());
    return new Document(kind, name, Map.of(), spec);
  }

  @Override
  public void close() {
    net.close();
  }
}
